"""The test runner: absl's."""

from __future__ import annotations

import tempfile

from absl.testing.absltest import *  # noqa: F403
from absl.testing.absltest import TestCase, mock

from tfshim._src.testing.benchmark import Benchmark
from tfshim._src.testing.runner import main

__all__ = ["Benchmark", "GetTempDir", "TestCase", "main", "mock"]


def GetTempDir() -> str:
    """A new folder."""
    return tempfile.mkdtemp()
