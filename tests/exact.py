"""Comparison of tensors for tests: dtype and shape exactly, values within the dtype's rounding."""

import numpy as np
import pytest

import tfshim as tf

_RTOL = {"float16": 2e-3, "bfloat16": 1e-2, "float32": 2e-6, "complex64": 2e-6}


def exact(actual, expected, dtype="float32", rtol=None):
    """Asserts that a tensor has this dtype, the shape of `expected`, and its values.

    Args:
      actual: a tensor.
      expected: nested lists or an array.
      dtype: name of the dtype that it must have.
      rtol: relative tolerance where the computation amplifies rounding.
    """
    assert actual is not None, f"no tensor, where {expected} was expected"
    assert actual.dtype.name == dtype
    expected = np.asarray(expected)
    assert tuple(actual.shape) == expected.shape
    if rtol is None:
        rtol = _RTOL.get(dtype, 1e-13)
    value = np.asarray(actual.numpy())
    if value.dtype.kind not in "fciub":
        value = value.astype(np.float64)
    np.testing.assert_allclose(value, expected, rtol=rtol, atol=rtol if rtol < 1e-3 else 0)


def sliced(actual, values, indices, dense_shape):
    """Asserts that a gradient is a `tf.IndexedSlices` of these parts."""
    assert type(actual).__name__ == "IndexedSlices"
    exact(actual.values, values)
    assert actual.indices.numpy().tolist() == indices
    assert actual.dense_shape.numpy().tolist() == dense_shape


def needs(*names):
    """Marks a test that is skipped as long as tfshim lacks one of these public names."""
    missing = [name for name in names if not _has(name)]
    return pytest.mark.skipif(bool(missing), reason=f"tfshim has no tf.{', tf.'.join(missing)} yet")


def _has(name):
    thing = tf
    for part in name.split("."):
        thing = getattr(thing, part, None)
    return thing is not None
