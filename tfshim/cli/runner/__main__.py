"""`python tfshim/cli/runner [--serve tfshim] notebook ...`: run notebooks and send results.

The child process of a comparison. It writes one JSON object a line to its standard output: "ready",
then "start", "cell" ... and "end" for every notebook, or "fatal". It imports nothing of tfshim but
this folder unless it is told to serve it, since the interpreter may be one that has TensorFlow
only.
"""

import importlib.util
import sys
from pathlib import Path


def _load_package() -> None:
    """Make this folder importable as a package of its own."""
    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        "_tfshim_runner", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = package
    spec.loader.exec_module(package)
    if sys.path and sys.path[0] and Path(sys.path[0]).resolve() == folder:
        sys.path[0] = ""  # the runner's files must not be importable as top-level modules


if __name__ == "__main__":
    _load_package()
    sys.exit(importlib.import_module("_tfshim_runner.child").main(sys.argv[1:]))
