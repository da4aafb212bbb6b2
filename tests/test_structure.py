"""The structure that docs/architecture.md promises: who may import whom."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parent.parent / "tfshim" / "_src"

#: A layer may import itself and those above it in this list, at the top of its modules.
LAYERS = [
    {"dtypes", "shapes", "errors", "nest", "config", "spec", "composite", "codecache", "jaxcompat"},
    {"engine"},
    {"rules", "fold", "static", "registry", "foundations", "graph_values"},
    {"tensor"},
    {"convert"},
    {"dispatch", "movement", "quantized"},
]
RANK = {name: i for i, names in enumerate(LAYERS) for name in names}


def room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def top_level_imports(path: Path):
    """Rooms of `tfshim._src` that a module imports when it is imported itself."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tfshim._src"):
            parts = node.module.split(".")
            if len(parts) > 2:
                yield parts[2]
            else:
                yield from (alias.name for alias in node.names)


MODULES = [p for p in sorted(SRC.rglob("*.py")) if room(p) in RANK]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_imports_point_one_way(path):
    mine = RANK[room(path)]
    wrong = [
        other
        for other in top_level_imports(path)
        if other != room(path) and RANK.get(other, len(LAYERS)) > mine
    ]
    assert not wrong, f"{path.name} is below {wrong}"


def test_engine_knows_no_op_and_no_tensor():
    for path in sorted((SRC / "engine").glob("*.py")):
        names = set(top_level_imports(path))
        assert not names & {"ops", "tensor", "registry", "tape", "variable"}, path.name


def test_the_rule_sees_a_wrong_import(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("from tfshim._src.tape import GradientTape\nfrom tfshim._src import ops\n")
    assert list(top_level_imports(bad)) == ["tape", "ops"]


def test_files_stay_small():
    """A file that grows past this holds two things."""
    limit = 750
    long = {
        str(p.relative_to(SRC)): n
        for p in sorted(SRC.rglob("*.py"))
        if not p.stem.endswith("_data")
        and (n := len(p.read_text(encoding="utf-8").splitlines())) > limit
    }
    assert not long
