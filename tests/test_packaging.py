"""What the project promises about its build, its commands and its documents."""

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

# Import name -> name on PyPI, where they differ.
DISTRIBUTIONS = {
    "google": "protobuf",
    "absl": "absl-py",
    "malt": "diastatic-malt",
    "tensorflow": "tensorflow-cpu",
}
# Used where the user has them, never needed: shown plots and the notebook's own display.
OPTIONAL = {"matplotlib", "IPython"}


def _requirement_names(requirements):
    return {re.match(r"[\w.-]+", r).group().lower().replace("-", "_") for r in requirements}


def _imports(path: Path):
    """(top-level package, whether it is imported when the module is) of every import in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    at_import = {id(node) for node in _run_at_import(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module]
        else:
            continue
        for name in names:
            yield name.partition(".")[0], id(node) in at_import


def _run_at_import(node):
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield child
            yield from _run_at_import(child)


def _outside_imports(folder: str):
    for path in sorted((ROOT / folder).rglob("*.py")):
        for name, at_import in _imports(path):
            if name not in sys.stdlib_module_names and name != "tfshim":
                yield path.relative_to(ROOT).as_posix(), name, at_import


def test_every_import_of_the_package_is_declared():
    needed = _requirement_names(PROJECT["dependencies"])
    extras = PROJECT["optional-dependencies"]
    optional = OPTIONAL | _requirement_names(extras["oracle"])
    wrong = []
    for path, name, at_import in _outside_imports("tfshim"):
        distribution = DISTRIBUTIONS.get(name, name).lower().replace("-", "_")
        if distribution not in needed and (at_import or distribution not in optional | OPTIONAL):
            wrong.append(f"{path} imports {name}")
    assert wrong == []


def test_every_dependency_is_used():
    used = {
        DISTRIBUTIONS.get(name, name).lower().replace("-", "_")
        for _, name, _ in _outside_imports("tfshim")
    }
    assert _requirement_names(PROJECT["dependencies"]) - used - {"jaxlib", "flatbuffers"} == set()


def test_the_package_imports_nothing_that_the_wheel_lacks():
    """conformance, tests and tools stay in the repository; `tfshim check` must work without."""
    here = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"tfshim"}
    wrong = [f"{path}: {name}" for path, name, _ in _outside_imports("tfshim") if name in here]
    assert wrong == []


def test_private_jax_names_stand_in_one_file():
    private = re.compile(
        r"\bjax\._src\b|\bjax\.interpreters\b|\bfrom jax import (_src|interpreters)"
    )
    assert private.search("from jax._src import core") and not private.search("jax.extend.core")
    wrong = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tfshim").rglob("*.py")
        if path.name != "jaxcompat.py" and private.search(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_python_versions_agree():
    assert PROJECT["requires-python"] == ">=3.11,<3.15"
    minor = re.findall(r"Python :: 3\.(\d+)", " ".join(PROJECT["classifiers"]))
    assert minor == ["11", "12", "13", "14"]
    assert "(3, 11) <= sys.version_info[:2] < (3, 15)" in MAKEFILE


def test_licence_and_typing_marker_are_there():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text and "Version 2.0, January 2004" in text
    assert PROJECT["license"] == "Apache-2.0"
    assert (ROOT / "tfshim" / "py.typed").exists()


def test_installed_version_and_command():
    try:
        installed = importlib.metadata.distribution("tfshim")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("tfshim runs from its source folder and is not installed")
    assert installed.version == PROJECT["version"]
    (script,) = [e for e in installed.entry_points if e.group == "console_scripts"]
    assert (script.name, script.value) == ("tfshim", "tfshim.cli:main")
    assert callable(script.load())


def test_every_make_target_of_the_documents_exists():
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        named = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
        assert named, page
        assert named <= targets, page


def test_the_readme_opens_with_its_two_commands():
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:25]
    assert any(line.startswith("make run ") for line in first_screen)
    assert any(line.startswith("make test ") for line in first_screen)


def test_the_readme_example_prints_what_it_says():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    said = re.findall(r"print\(.*\)  # (.*)", example)
    run = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout.splitlines() == said, run.stderr
    assert said


def test_the_notebook_of_make_run_exists():
    (path,) = re.findall(r"^NOTEBOOK \?= (.+)$", MAKEFILE, re.MULTILINE)
    assert (ROOT / path).is_file()


def test_links_between_documents_lead_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    assert len(pages) >= 4
    broken = []
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


def test_the_op_in_contributing_is_a_real_one():
    """The example is an op of the package, word for word, so that it cannot go out of date."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    example = re.sub("^   ", "", example, flags=re.MULTILINE).strip()
    assert len(example.splitlines()) <= 10
    sources = [p.read_text(encoding="utf-8") for p in (ROOT / "tfshim/_src/ops").glob("*.py")]
    assert any(example in source for source in sources)


def test_paths_named_in_contributing_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:tfshim|tests|docs|tools|conformance)/[\w./-]+)`", text)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell script")
def test_ci_runs_the_readme_command_on_two_pythons():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
    text = script.read_text(encoding="utf-8")
    assert "set -euo pipefail" in text
    assert re.search(r"for version in 3\.11 3\.13", text)
    assert re.search(r"^ *make [^\n]*\btest ", text, re.MULTILINE)
    assert re.search(r"^make [^\n]*\blint types\b", text, re.MULTILINE)


def test_ruff_keeps_the_rule_against_shadowed_tests():
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]
    assert lint["line-length"] == 100
    assert "F" in lint["lint"]["select"]
    ignored = [*lint["lint"]["ignore"], *sum(lint["lint"].get("per-file-ignores", {}).values(), [])]
    assert not [rule for rule in ignored if "F811".startswith(rule)]
