"""tools/generate_facade.py on registries made up for the purpose."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tools import generate_facade
from tools.generate_facade import MARK, FacadeError, differences, plan, render_all, write

ROOT = Path(__file__).resolve().parent.parent

ORIGINS = {
    "tf.add": ("tfshim._src.ops", "add"),
    "tf.math.add": ("tfshim._src.ops", "add"),
    "tf.math.acos": ("tfshim._src.ops", "arc_cosine"),
    "tf.range": ("tfshim._src.ops", "range_"),
    "tf.random.experimental.Generator": ("tfshim._src.lazy", "Generator"),
}


def test_plan_fills_in_parents():
    assert plan(ORIGINS).keys() == {"tf", "tf.math", "tf.random", "tf.random.experimental"}


@pytest.mark.parametrize("name", ["add", "tf", "np.add", "tf.a-b", "tf."])
def test_plan_refuses_what_is_no_public_name(name):
    with pytest.raises(FacadeError, match="not a public name"):
        plan({name: ("m", "a")})


def test_plan_refuses_a_name_that_is_a_namespace():
    with pytest.raises(FacadeError, match=r"both a name and a namespace: tf\.math"):
        plan({"tf.math": ("m", "math"), "tf.math.add": ("m", "add")})


def test_written_tree_is_then_unchanged_and_stale_files_go(tmp_path):
    first = write(render_all(ORIGINS), tmp_path)
    assert first["tfshim/random/experimental.py"] == "missing"
    assert differences(render_all(ORIGINS), tmp_path) == {}
    (tmp_path / "tfshim" / "math.py").write_text(f"{MARK}old = 1\n")
    assert differences(render_all(ORIGINS), tmp_path) == {"tfshim/math.py": "differs"}
    fewer = {"tf.add": ORIGINS["tf.add"]}
    assert write(render_all(fewer), tmp_path) == {
        "tfshim/__init__.py": "differs",
        "tfshim/math.py": "stale",
        "tfshim/random/__init__.py": "stale",
        "tfshim/random/experimental.py": "stale",
    }
    assert not (tmp_path / "tfshim" / "math.py").exists()


def test_hand_written_files_are_never_overwritten(tmp_path):
    target = tmp_path / "tfshim" / "math.py"
    target.parent.mkdir()
    target.write_text("mine = 1\n")
    with pytest.raises(FacadeError, match=r"tfshim/math\.py is not generated"):
        write(render_all(ORIGINS), tmp_path)
    assert target.read_text() == "mine = 1\n"


def test_registry_entry_that_points_elsewhere_is_refused(tmp_path):
    """An origin is checked against the object, so that the facade cannot publish another one."""
    script = f"""
        import sys
        sys.path.insert(0, {str(ROOT)!r})
        from tools import generate_facade
        from tools.bare_package import bare_tfshim
        from pathlib import Path
        generate_facade.ROOT = Path({str(tmp_path)!r})
        bare_tfshim(generate_facade.ROOT)
        generate_facade.registry_origins()
    """
    source = tmp_path / "tfshim" / "_src"
    source.mkdir(parents=True)
    (source / "__init__.py").touch()
    (source / "registry.py").write_text(
        "def add(): ...\ndef other(): ...\n"
        "PUBLIC = {'tf.add': add}\nPUBLIC_ORIGIN = {'tf.add': (__name__, 'other')}\n"
    )
    run = _python(textwrap.dedent(script), tmp_path)
    assert run.returncode != 0
    assert "registry.other is not what the registry calls tf.add" in run.stderr


def test_generated_package_works(tmp_path):
    """In a process of its own: names, laziness, missing names, builtins that ops shadow."""
    write(render_all(ORIGINS), tmp_path)
    package = tmp_path / "tfshim"
    (package / "_api").symlink_to(ROOT / "tfshim" / "_api")
    (package / "_src").mkdir()
    (package / "_src" / "__init__.py").touch()
    (package / "_src" / "ops.py").write_text(
        "def add(): return 1\ndef arc_cosine(): return 2\ndef range_(): return 3\n"
    )
    (package / "_src" / "lazy.py").write_text("class Generator: ...\n")
    script = """
        import sys
        import tfshim as tf
        assert "tfshim._src.lazy" not in sys.modules and "tfshim.math" not in sys.modules
        assert (tf.add(), tf.math.acos(), tf.range()) == (1, 2, 3)
        assert tf.add is tf.math.add is tf.compat.v2.add is tf.compat.v2.math.add
        assert tf.random.experimental.Generator.__name__ == "Generator"
        assert dir(tf) == ["add", "compat", "math", "random", "range"], dir(tf)
        assert dir(tf.math) == ["acos", "add"] and dir(tf.compat.v2) == dir(tf)
        from tfshim import random
        from tfshim.math import *
        import random as standard
        assert acos() == 2 and standard is not random and standard.random() < 1
        scope = {}
        exec("from tfshim.compat.v2 import *", scope)
        assert scope["range"]() == 3
        for module, name in [(tf, "foo"), (tf.math, "foo"), (tf.compat.v2, "sin")]:
            assert not hasattr(module, name)
        try:
            tf.math.sin
        except AttributeError as error:
            assert str(error).startswith("module 'tensorflow.math' has no attribute 'sin'; tfshim")
        else:
            raise AssertionError
    """
    run = _python(textwrap.dedent(script), tmp_path)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_generated_code_is_in_form(tmp_path, command):
    ruff = pytest.importorskip("ruff", reason="ruff is not installed")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    many = {
        f"tf.{n}": ("tfshim._src.m", n)
        for n in ("float8_e5m2", "float16", "DType", "A", "AB", "x2", "x10", "x1b")
        + ("OpError", "OperatorError", "OPEN", "X_1", "x_1", "X1")
    }
    write(render_all(ORIGINS | many), tmp_path)
    run = subprocess.run(
        [ruff.find_ruff_bin(), *command, "."], cwd=tmp_path, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_titles_name_real_namespaces():
    from tfshim._api import facts

    own = {"tf.debug", "tf.jax", "tf.compat.v1"} | facts.UNLISTED
    assert generate_facade.TITLES.keys() <= facts.namespaces() | own


def _python(script: str, folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True
    )
