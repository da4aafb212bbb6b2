"""The programs in examples/ run and check themselves."""

import ast
import importlib.util
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "examples"
FILES = sorted(FOLDER.glob("*.py"))
#: What an example may need besides this package.
OTHERS = {"optax", "equinox"}


def test_the_page_lists_every_example():
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert FILES and all(f"]({path.name})" in page for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_example(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names
    }
    for name in sorted(OTHERS & imported):
        pytest.importorskip(name, reason=f"{name} is not installed")
    spec = importlib.util.spec_from_file_location(f"example_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.main() < 0.1
