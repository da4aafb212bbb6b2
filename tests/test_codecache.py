"""The file of compiled op definitions: used, never trusted, never needed."""

import importlib.util
import sys

from tfshim._src import codecache


def test_what_was_saved_is_loaded_and_damage_is_ignored(tmp_path, monkeypatch):
    path = tmp_path / "cache" / "ops"
    monkeypatch.setattr(codecache, "_PATH", str(path))
    monkeypatch.setattr(codecache, "_codes", {})
    monkeypatch.setattr(codecache, "_used", {})
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    scope = {}
    exec(codecache.compiled("def FUNCTION(x):\n    return x + 1\n"), scope)
    assert scope["FUNCTION"](1) == 2
    codecache.save()
    saved = path.read_bytes()
    assert saved.startswith(importlib.util.MAGIC_NUMBER)
    codecache.load()
    assert list(codecache._codes) == ["def FUNCTION(x):\n    return x + 1\n"]
    for damage in (b"", b"nonsense", saved[:-7], importlib.util.MAGIC_NUMBER + b"\0"):
        path.write_bytes(damage)
        codecache._codes.clear()
        codecache.load()
        assert codecache._codes == {}


def test_nothing_is_written_where_python_writes_no_bytecode(tmp_path, monkeypatch):
    monkeypatch.setattr(codecache, "_PATH", str(tmp_path / "ops"))
    monkeypatch.setattr(codecache, "_codes", {})
    monkeypatch.setattr(codecache, "_used", {})
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    codecache.compiled("x = 1\n")
    codecache.save()
    assert not (tmp_path / "ops").exists()
