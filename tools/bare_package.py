"""Import parts of tfshim without running tfshim/__init__.py, which may be what is being written."""

import importlib.machinery
import sys
import types
from pathlib import Path


def bare_tfshim(root: Path) -> types.ModuleType:
    """Put an empty package `tfshim` over `root`/tfshim in sys.modules, unless one is there."""
    if "tfshim" not in sys.modules:
        package = types.ModuleType("tfshim")
        package.__path__ = [str(root / "tfshim")]
        package.__spec__ = importlib.machinery.ModuleSpec("tfshim", None, is_package=True)
        sys.modules["tfshim"] = package
    return sys.modules["tfshim"]
