"""Runs tests/kernel_tests, which say `from tensorflow.python...`, in processes of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "tests" / "kernel_tests").glob("*_test.py"))


def test_there_are_files():
    assert [file.stem for file in FILES] == ["array_ops_test", "control_flow_test", "math_ops_test"]


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_kernels_pass_their_tests(file):
    done = subprocess.run(
        [sys.executable, "-m", "tfshim", str(file)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    ran = re.search(r"^Ran (\d+) tests", done.stderr, re.MULTILINE)
    assert ran is not None and int(ran.group(1)) >= 40
