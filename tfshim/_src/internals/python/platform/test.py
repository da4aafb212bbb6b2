"""`tf.test`, and what TensorFlow's own tests import with it."""

from __future__ import annotations

import tempfile
from unittest import mock

from tfshim._src.device_config import is_gpu_available
from tfshim._src.testing.benchmark import Benchmark
from tfshim._src.testing.runner import main
from tfshim._src.testing.test_case import TestCase

__all__ = ["Benchmark", "TestCase", "get_temp_dir", "is_gpu_available", "main", "mock"]


def get_temp_dir() -> str:
    """A new folder."""
    return tempfile.mkdtemp()
