"""Comparisons, the larger and the smaller of two, and tests of single elements."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.ops import kinds
from tfshim._src.ops.common import broadcasting
from tfshim._src.ops.strings_or import textual
from tfshim._src.ops.ties import larger, smaller
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT, same
from tfshim._src.tensor import EagerTensor


@op(kernel="Equal", inputs=same("x", "y", of=kinds.EQUAL), grad=None)
@broadcasting
def _equal(x, y):
    return jnp.equal(x, y)


@op(kernel="Equal", inputs=same("x", "y"), host=True)
@broadcasting
def _equal_strings(x, y):
    return np.asarray(np.equal(x, y), np.bool_)


@export("tf.math.equal", "tf.equal")
def equal(x, y, name=None) -> Any:
    """Whether x equals y, element by element, with broadcasting.

    Args:
      x, y: tensors of one dtype: numbers, booleans or strings.
      name: ignored.

    Raises:
      InvalidArgumentError: for different dtypes, or shapes that do not broadcast.
    """
    try:
        return _equal(x, y)
    except InvalidArgumentError as e:
        return textual(_equal_strings, x, y, e)


@op(kernel="NotEqual", inputs=same("x", "y", of=kinds.EQUAL), grad=None)
@broadcasting
def _not_equal(x, y):
    return jnp.not_equal(x, y)


@op(kernel="NotEqual", inputs=same("x", "y"), host=True)
@broadcasting
def _not_equal_strings(x, y):
    return np.asarray(np.not_equal(x, y), np.bool_)


@export("tf.math.not_equal", "tf.not_equal")
def not_equal(x, y, name=None) -> Any:
    """Whether x differs from y, element by element, with broadcasting.

    Args:
      x, y: tensors of one dtype: numbers, booleans or strings.
      name: ignored.

    Raises:
      InvalidArgumentError: for different dtypes, or shapes that do not broadcast.
    """
    try:
        return _not_equal(x, y)
    except InvalidArgumentError as e:
        return textual(_not_equal_strings, x, y, e)


@op("tf.math.less", "tf.less", inputs=same("x", "y", of=kinds.COMPARE), grad=None)
@broadcasting
def less(x, y):
    """Whether x < y, element by element, with broadcasting."""
    return jnp.less(x, y)


@op("tf.math.less_equal", "tf.less_equal", inputs=same("x", "y", of=kinds.COMPARE), grad=None)
@broadcasting
def less_equal(x, y):
    """Whether x <= y, element by element, with broadcasting."""
    return jnp.less_equal(x, y)


@op("tf.math.greater", "tf.greater", inputs=same("x", "y", of=kinds.COMPARE), grad=None)
@broadcasting
def greater(x, y):
    """Whether x > y, element by element, with broadcasting."""
    return jnp.greater(x, y)


@op(
    "tf.math.greater_equal",
    "tf.greater_equal",
    inputs=same("x", "y", of=kinds.COMPARE),
    grad=None,
)
@broadcasting
def greater_equal(x, y):
    """Whether x >= y, element by element, with broadcasting."""
    return jnp.greater_equal(x, y)


@op("tf.math.maximum", "tf.maximum", inputs=same("x", "y", of=kinds.EXTREMUM))
@broadcasting
def maximum(x, y):
    """The larger of x and y, element by element, with broadcasting; NaN if one is."""
    return larger(x, y)


@op("tf.math.minimum", "tf.minimum", inputs=same("x", "y", of=kinds.EXTREMUM))
@broadcasting
def minimum(x, y):
    """The smaller of x and y, element by element, with broadcasting; NaN if one is."""
    return smaller(x, y)


@op("tf.math.is_nan", inputs=same("x", of=FLOAT), grad=None)
def is_nan(x):
    """Whether x is not a number, element by element."""
    return jnp.isnan(x)


@op("tf.math.is_inf", inputs=same("x", of=FLOAT), grad=None)
def is_inf(x):
    """Whether x is infinite, element by element."""
    return jnp.isinf(x)


@op("tf.math.is_finite", inputs=same("x", of=FLOAT), grad=None)
def is_finite(x):
    """Whether x is neither infinite nor NaN, element by element."""
    return jnp.isfinite(x)


def _steps(x):
    """Neighbours of a flattened tensor: all but the last, and all but the first."""
    flat = x.reshape(-1)
    return flat[:-1], flat[1:]


def _numeric(x: Any) -> EagerTensor:
    x = convert(x)
    if x.aval.dtype.kind not in "fiucq":
        raise TypeError(f"Expected x to be numeric, instead found: {x!s}")
    return x


@op(kernel="LessEqual", inputs=same("x", of=kinds.COMPARE), grad=None)
def _is_non_decreasing(x):
    before, after = _steps(x)
    return jnp.all(before <= after)


@op(kernel="Less", inputs=same("x", of=kinds.COMPARE), grad=None)
def _is_strictly_increasing(x):
    before, after = _steps(x)
    return jnp.all(before < after)


@export("tf.math.is_non_decreasing")
def is_non_decreasing(x, name=None) -> Any:
    """Whether no element of the flattened x is smaller than the one before it: a bool scalar.

    Args:
      x: real tensor.
      name: ignored.

    Raises:
      TypeError: for strings and booleans.
    """
    return _is_non_decreasing(_numeric(x))


@export("tf.math.is_strictly_increasing")
def is_strictly_increasing(x, name=None) -> Any:
    """Whether each element of the flattened x is larger than the one before it: a bool scalar.

    Args:
      x: real tensor.
      name: ignored.

    Raises:
      TypeError: for strings and booleans.
    """
    return _is_strictly_increasing(_numeric(x))
