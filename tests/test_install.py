"""Serving tfshim as `tensorflow`: the import hook, and `python -m tfshim`."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import tfshim
import tfshim._src.install as install_module

ROOT = Path(__file__).parents[1]


def python(*arguments, cwd=None, path=(), stdin=None) -> subprocess.CompletedProcess:
    """Run an interpreter with this repository importable."""
    folders = [*map(str, path), str(ROOT)]
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        input=stdin,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
        timeout=120,
    )


# The hook alone, in a package of three files, with a fake TensorFlow on disk


@pytest.fixture
def packages(tmp_path):
    """A package `shim` with the real install.py in it, and a `tensorflow` on disk."""
    shim = tmp_path / "shim"
    (shim / "_src").mkdir(parents=True)
    shutil.copy(install_module.__file__, shim / "_src" / "install.py")
    (shim / "_src" / "__init__.py").write_text("")
    (shim / "__init__.py").write_text(
        "import sys\nfrom shim import math\nfrom shim._src.install import install, uninstall\n"
        "constant = 1\ndef __getattr__(name):\n    raise AttributeError(f'no {name} here')\n"
    )
    (shim / "math.py").write_text("log = 'shim log'\n")
    (shim / "nn.py").write_text("relu = 'shim relu'\n")
    (shim / "cli.py").write_text("")
    (shim / "broken.py").write_text("import does_not_exist\n")
    real = tmp_path / "tensorflow"
    (real / "python").mkdir(parents=True)
    (real / "__init__.py").write_text("constant = 'real'\nfrom tensorflow import math\n")
    (real / "math.py").write_text("log = 'real log'\n")
    (real / "only_real.py").write_text("")
    (real / "python" / "__init__.py").write_text("")
    return tmp_path


def hook(packages, code: str) -> str:
    """Run `code` with the packages importable and give what it prints."""
    done = python("-c", "import shim, sys\n" + textwrap.dedent(code), path=[packages])
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_form_of_import(packages):
    out = hook(
        packages,
        """
        shim.install()
        import tensorflow as tf
        import tensorflow
        import tensorflow.nn
        import tensorflow.math as m
        from tensorflow import math, nn as nn2, constant
        from tensorflow.math import log
        import tensorflow.compat.v2 as tf2
        import tensorflow.compat.v2.math as m2
        from tensorflow.compat import v2
        from tensorflow.compat.v2 import nn as nn3
        assert tf is tensorflow is tf2 is v2 is shim
        assert m is math is m2 is shim.math
        assert tensorflow.nn is nn2 is nn3 is sys.modules["shim.nn"]
        assert log == "shim log" and constant == 1
        assert sys.modules["tensorflow.nn"] is sys.modules["shim.nn"]
        assert (shim.__name__, shim.__spec__.name, shim.__package__) == ("shim", "shim", "shim")
        assert shim.math.__spec__.name == "shim.math"
        assert sys.modules["shim.nn"].__spec__.name == "shim.nn"
        import importlib.util
        assert importlib.util.find_spec("tensorflow") is not None
        assert importlib.util.find_spec("tensorflow.math") is not None
        print("done")
        """,
    )
    assert out == "done\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tensorflow.python", "public names, and little of its inner modules"),
        ("tensorflow.python.framework", "public names, and little of its inner modules"),
        ("tensorflow.core.protobuf", "public names, and little of its inner modules"),
        ("tensorflow._src", "public names, and little of its inner modules"),
        ("tensorflow._src.install", "public names, and little of its inner modules"),
        ("tensorflow.compat.v1", "what needs no graph"),
        ("tensorflow.only_real", "tfshim does not have it"),
        ("tensorflow.cli", "tfshim does not have it"),
        ("tensorflow.sys", "tfshim does not have it"),
        ("tensorflow.constant", "tfshim does not have it"),
    ],
)
def test_what_is_not_served_is_not_found(packages, name, text):
    out = hook(
        packages,
        f"""
        shim.install()
        try:
            import {name}
        except ModuleNotFoundError as error:
            print(error.name, "|", error)
        """,
    )
    missing = "tensorflow.python" if name.startswith("tensorflow.python") else None
    missing = "tensorflow.core" if name.startswith("tensorflow.core") else missing
    missing = "tensorflow._src" if name.startswith("tensorflow._src") else missing
    missing = missing or name
    assert out.startswith(f"{missing} | No module named '{missing}'") and text in out


def test_a_broken_module_says_what_it_lacks(packages):
    out = hook(
        packages,
        """
        shim.install()
        try:
            import tensorflow.broken
        except ModuleNotFoundError as error:
            print(error.name)
        """,
    )
    assert out == "does_not_exist\n"


def test_a_real_tensorflow_is_set_aside_and_comes_back(packages):
    out = hook(
        packages,
        """
        import tensorflow as real
        import tensorflow.only_real
        math = real.math
        shim.install()
        import tensorflow, tensorflow.math
        assert tensorflow is shim and tensorflow.math is shim.math
        assert real.constant == "real" and math.log == "real log"
        assert "tensorflow.only_real" not in sys.modules
        shim.uninstall()
        import tensorflow, tensorflow.math
        assert tensorflow is real and tensorflow.math is math
        assert "tensorflow.only_real" in sys.modules
        print("done")
        """,
    )
    assert out == "done\n"


def test_uninstall_leaves_nothing_behind(packages):
    out = hook(
        packages,
        """
        before = list(sys.meta_path), set(sys.modules)
        shim.install()
        import tensorflow.nn
        shim.uninstall()
        new = set(sys.modules) - before[1]
        left = {m for m in new if m.split(".")[0] in ("shim", "tensorflow")}
        assert (list(sys.meta_path), left - {"shim.nn"}) == (before[0], set())
        import tensorflow
        print(tensorflow.constant)
        """,
    )
    assert out == "real\n"


def test_both_calls_are_idempotent(packages):
    out = hook(
        packages,
        """
        shim.uninstall()
        shim.install()
        shim.install()
        import tensorflow
        assert tensorflow is shim and sys.modules["tensorflow"] is shim
        shim.install()
        assert sys.modules["tensorflow"] is shim
        shim.uninstall()
        assert "tensorflow" not in sys.modules
        shim.uninstall()
        import tensorflow
        print(tensorflow.constant)
        """,
    )
    assert out == "real\n"


# This package


@pytest.fixture
def installed():
    """tfshim served as tensorflow while the test runs."""
    install_module.install()
    yield tfshim
    install_module.uninstall()


def test_public_functions():
    assert tfshim.install is install_module.install
    assert tfshim.uninstall is install_module.uninstall


def test_imports_of_this_package(installed):
    import tensorflow as tf  # type: ignore[import-not-found]
    import tensorflow.compat.v2 as tf2  # type: ignore[import-not-found]
    import tensorflow.nn  # type: ignore[import-not-found]
    from tensorflow import math  # type: ignore[import-not-found]

    assert tf is tfshim
    assert tf2.constant is tf.constant and tf2.nn is tf.nn
    assert math is tfshim.math
    assert tensorflow.nn is tfshim.nn
    assert tfshim.__spec__ is not None and tfshim.__spec__.name == "tfshim"


def test_inner_modules_are_served_as_far_as_they_are_there(installed):
    import tensorflow.python.framework.dtypes as dtypes  # type: ignore[import-not-found]
    from tensorflow.python.ops import math_ops  # type: ignore[import-not-found]

    assert dtypes.float32 is tfshim.float32 and math_ops.reduce_sum is tfshim.reduce_sum
    assert not hasattr(math_ops, "no_such_name")
    with pytest.raises(ModuleNotFoundError, match="little of its inner modules"):
        import tensorflow.python.no_such_module  # type: ignore[import-not-found]  # noqa: F401


# python -m tfshim


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def test_a_script_sees_what_python_would_show_it(tmp_path):
    write(tmp_path / "sub", "neighbour.py", "value = 5\n")
    write(
        tmp_path / "sub",
        "script.py",
        """
        import sys, pickle
        import tensorflow, neighbour
        class A: pass
        main = sys.modules["__main__"]
        print(tensorflow.__name__, sys.argv, __name__, __file__, sys.path[0], main.A is A)
        print(isinstance(pickle.loads(pickle.dumps(A())), A))
        """,
    )
    done = python("-m", "tfshim", "sub/script.py", "-m", "b c", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = os.path.realpath(tmp_path / "sub")
    argv = ["sub/script.py", "-m", "b c"]
    assert done.stdout == (f"tfshim {argv} __main__ {'sub/script.py'} {folder} True\nTrue\n")


def test_modules_code_folders_and_standard_input(tmp_path):
    show = "import sys, tensorflow; print(tensorflow.__name__, sys.argv[1:], __name__)\n"
    write(tmp_path / "pack", "__init__.py", "")
    write(tmp_path / "pack", "__main__.py", show)
    for arguments in (["-m", "pack"], ["-c", show], ["pack"], ["-"]):
        done = python("-m", "tfshim", *arguments, "x", "-y", cwd=tmp_path, stdin=show)
        assert done.stdout == "tfshim ['x', '-y'] __main__\n", (arguments, done.stderr)


def test_exit_status_and_traceback(tmp_path):
    path = write(tmp_path, "fails.py", "def f():\n    raise ValueError('mine')\nf()\n")
    done = python("-m", "tfshim", path, cwd=tmp_path)
    assert done.returncode == 1
    shown = [line for line in done.stderr.splitlines() if line.strip("^~ ")]
    assert shown[1:] == [
        f'  File "{path}", line 3, in <module>',
        "    f()",
        f'  File "{path}", line 2, in f',
        "    raise ValueError('mine')",
        "ValueError: mine",
    ]
    path = write(tmp_path, "exits.py", "import sys\nsys.exit(5)\n")
    assert python("-m", "tfshim", path, cwd=tmp_path).returncode == 5
    path = write(tmp_path, "syntax.py", "x = = 1\n")
    done = python("-m", "tfshim", path, cwd=tmp_path)
    assert done.returncode == 1 and "tfshim/__main__" not in done.stderr
    assert "SyntaxError" in done.stderr


def test_what_cannot_be_run(tmp_path):
    done = python("-m", "tfshim", "none.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "can't open file" in done.stderr and done.stderr.count("\n") == 1
    assert python("-m", "tfshim", "-m", cwd=tmp_path).returncode == 2
    assert python("-m", "tfshim", cwd=tmp_path).returncode == 2
    assert "python -m tfshim script.py" in python("-m", "tfshim", "--help", cwd=tmp_path).stdout
