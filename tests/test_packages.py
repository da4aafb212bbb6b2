"""Packages written for TensorFlow give TensorFlow's numbers on tfshim.

Each runs in a process of its own (tests/packages/run.py), as a package cannot be taken out of a
process again. What they gave on TensorFlow 2.21 is tests/packages/golden.json.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packages.run import GOLDEN, PACKAGES, programs

ROOT = Path(__file__).resolve().parents[1]
NAMES = [(package, name) for package in PACKAGES for name in programs(package)]
_FOUND: dict[str, dict] = {}


def results(package: str) -> dict:
    if package not in _FOUND:
        done = subprocess.run(
            [sys.executable, "-m", "tests.packages.run", package],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=900,
        )
        assert "RESULT" in done.stdout, done.stderr
        _FOUND[package] = json.loads(done.stdout.partition("RESULT")[2])
    return _FOUND[package]


def assert_same(got, expected, where: str) -> None:
    """Text and structure exactly; floats to what float32 leaves after some steps of a program."""
    if isinstance(expected, (dict, list)):
        keys = expected.keys() if isinstance(expected, dict) else range(len(expected))
        assert type(got) is type(expected) and len(got) == len(expected), (where, got)
        for key in keys:
            assert_same(got[key], expected[key], f"{where}.{key}")
    elif isinstance(expected, float):
        assert got == pytest.approx(expected, rel=2e-4, abs=2e-5, nan_ok=True), where
    else:
        assert got == expected, where


def test_every_program_has_its_numbers():
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert {(p, n) for p, found in golden.items() for n in found} == set(NAMES)
    failed = [n for found in golden.values() for n, v in found.items() if isinstance(v, str)]
    assert not failed


@pytest.mark.parametrize(("package", "name"), NAMES)
def test_a_package_gives_tensorflows_numbers(package, name):
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    expected = json.loads(GOLDEN.read_text(encoding="utf-8"))[package][name]
    assert_same(results(package)[name], expected, name)
