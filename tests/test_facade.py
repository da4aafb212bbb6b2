"""The generated modules are those that the registry describes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_facade_is_what_the_registry_says():
    run = subprocess.run(
        [sys.executable, "tools/generate_facade.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, f"run `make generate`\n{run.stdout}{run.stderr}"
