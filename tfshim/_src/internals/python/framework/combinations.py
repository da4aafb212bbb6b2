"""Tests for every combination, among them of graphs, which there are none of, and eager code."""

from tfshim._src.internals.python.framework.test_combinations import (
    NamedObject,
    combine,
    generate,
    times,
)

__all__ = ["NamedObject", "combine", "generate", "times"]
