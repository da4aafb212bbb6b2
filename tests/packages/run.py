"""Runs the programs of one package and prints what each returns.

Usage: python -m tests.packages.run PACKAGE
       python -m tests.packages.run PACKAGE --record    (on TensorFlow, into golden.json)
"""

import importlib
import json
import sys
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).with_name("golden.json")
#: Each has its programs in with_<name>.py.
PACKAGES = ("gpflow", "sonnet", "tensorflow_probability")


def plain(value):
    """A nest as JSON has it; arrays as lists."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (str, bool, int, float, type(None))):
        return value
    return np.asarray(value).tolist()


def programs(package: str) -> dict:
    """Name -> function of (tf, package)."""
    module = importlib.import_module(f"tests.packages.with_{package}")
    return {
        name: thing
        for name, thing in vars(module).items()
        if callable(thing) and getattr(thing, "__module__", "") == module.__name__
        if not name.startswith("_")
    }


def results(package: str, real: bool) -> dict:
    """What each program returns; what it raises, as text."""
    if not real:
        import tfshim

        tfshim.install()
    import tensorflow as tf  # type: ignore[import-not-found]

    library = importlib.import_module(package)
    found = {}
    for name, function in programs(package).items():
        tf.random.set_seed(7)
        try:
            found[name] = plain(function(tf, library))
        except Exception as e:  # reported by the test of this program
            found[name] = f"{type(e).__name__}: {e}"
    return found


def main(package: str, record: bool) -> None:
    found = results(package, record)
    if record:
        golden = json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {}
        golden[package] = found
        text = json.dumps(golden, indent=0, sort_keys=True).replace(",\n", ", ").replace("[\n", "[")
        GOLDEN.write_text(text.replace("\n]", "]") + "\n", encoding="utf-8")
    print("RESULT" + json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], "--record" in sys.argv)
