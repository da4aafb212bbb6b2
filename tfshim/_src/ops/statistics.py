"""Counts, confusion matrices, polynomials and low-discrepancy points."""

from __future__ import annotations

import warnings
from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError, op_error
from tfshim._src.ops.casting import cast
from tfshim._src.ops.creation import ones
from tfshim._src.ops.joining import stack
from tfshim._src.ops.scatter import scatter_nd
from tfshim._src.registry import export, op
from tfshim._src.rules import c_name, each, same
from tfshim._src.tensor import STATE, EagerTensor

# -- counts ----------------------------------------------------------------------------------------


def _row_numbers(arr, size: int):
    """For each element the place of its bin in a flat table, out of range where it has none."""
    rows = arr.shape[0] if arr.ndim == 2 else 1
    flat = arr.reshape(rows, -1)
    start = jnp.arange(rows, dtype=np.int64)[:, None] * size
    return jnp.where(flat < size, start + flat, rows * size).reshape(-1), rows


def _no_gradient(call):
    raise LookupError("gradient registry has no entry for: DenseBincount")


@op(
    kernel="DenseBincount",
    inputs=each("arr") + same("weights?"),
    static={"size": static.integer, "dtype": static.dtype, "binary": static.flag},
    grad=_no_gradient,
)
def _bincount(arr, weights, size, dtype, binary):
    places, rows = _row_numbers(arr, size)
    values = jnp.ones(places.shape, dtype) if weights is None else weights.reshape(-1)
    table = jnp.zeros(rows * size, values.dtype).at[places]
    counts = table.set(values, mode="drop") if binary else table.add(values, mode="drop")
    return counts.reshape((rows, size) if arr.ndim == 2 else (size,))


def _bins(values: np.ndarray, minlength: Any, maxlength: Any) -> int:
    size = int(values.max()) + 1 if values.size else 0
    if minlength is not None:
        size = max(static.integer(minlength), size)
    if maxlength is not None:
        size = min(static.integer(maxlength), size)
    return size


@export("tf.math.bincount")
def bincount(
    arr,
    weights=None,
    minlength=None,
    maxlength=None,
    dtype=dtypes.int32,
    name=None,
    axis=None,
    binary_output=False,
) -> Any:
    """How often each whole number from 0 occurs.

    Args:
      arr: int tensor without negative numbers.
      weights: a tensor of the shape of `arr`, of which the sums are taken instead.
      minlength: the smallest number of bins.
      maxlength: the largest number of bins; larger numbers are not counted.
      dtype: of the counts, without weights.
      name: ignored.
      axis: 0 or None to count all elements together, -1 to count each row of a matrix.
      binary_output: whether the result only says if a number occurs.

    Raises:
      InvalidArgumentError: for negative numbers, and weights of another shape.
      ValueError: for other axes, and for both weights and `binary_output`.
    """
    kernel = "DenseBincount"
    arr = convert(arr)
    if weights is not None:
        weights = convert(weights)
        if binary_output:
            raise ValueError(
                "Arguments `binary_output` and `weights` are mutually exclusive. Please specify "
                "only one."
            )
    if arr.aval.dtype.kind not in "iu":
        arr = cast(arr, dtypes.int32)
    axis = 0 if axis is None else axis
    if axis not in (0, -1):
        raise ValueError(
            f"Unsupported value for argument axis={axis}. Only 0 and -1 are currently supported."
        )
    if STATE.trace.symbolic:  # before the values, which only the function that runs has
        _check_allowed(kernel, "Tidx", arr.aval.dtype, ("int32", "int64"))
    values = np.asarray(static.host(arr))
    size = _bins(values, minlength, maxlength)
    shape = (values.size,) if axis == 0 else values.shape
    _check_allowed(kernel, "Tidx", arr.aval.dtype, ("int32", "int64"))
    counted = dtypes.as_dtype(arr.aval.dtype if dtype is None else dtype)
    result = counted if weights is None else weights.aval.dtype
    _check_allowed(kernel, "T", result, ("int32", "int64", "float", "double"))
    if len(shape) > 2:
        raise op_error(kernel, f"Shape must be at most rank 2 but is rank {len(shape)}")
    if size < 0:
        raise op_error(kernel, f"size ({size}) must be non-negative")
    if weights is not None:
        given = (weights.aval.size,) if axis == 0 else weights.aval.shape
        if given != shape and weights.aval.size:
            shown = ",".join(map(str, given))
            raise op_error(
                kernel,
                "`weights` must be the same shape as `arr` or a length-0 `Tensor`, in which case "
                f"it acts as all weights equal to 1. Received [{shown}]",
            )
        if not weights.aval.size:
            weights = None
    if np.any(values < 0):
        raise op_error(kernel, "Input arr must be non-negative!")
    if axis == 0 and arr.ndim != 1:
        arr = _flat(arr)
    return _bincount(arr, weights, size, result, binary_output)


@op(kernel="Reshape", inputs=each("x"))
def _flat(x):
    return x.reshape(-1)


def _check_allowed(kernel: str, attr: str, dtype: Any, allowed: tuple[str, ...]) -> None:
    if c_name(dtype) not in allowed:
        raise op_error(
            kernel,
            f"Value for attr '{attr}' of {c_name(dtype)} is not in the list of allowed values: "
            f"{', '.join(allowed)}\n\t; NodeDef: {{{{node {kernel}}}}}",
            ran=False,
        )


# -- confusion matrices ----------------------------------------------------------------------------


@op(
    kernel="ScatterNd",
    inputs=each("labels", "predictions") + same("weights?"),
    static={"n": static.integer, "dtype": static.dtype},
    diff=("weights",),
)
def _confusion(labels, predictions, weights, n, dtype):
    values = jnp.ones(labels.shape, dtype) if weights is None else weights
    table = jnp.zeros((n, n), values.dtype)
    if values.dtype == np.bool_:
        return table.at[labels, predictions].max(values)
    return table.at[labels, predictions].add(values)


@op(kernel="Squeeze", inputs=each("x"))
def _without_last_axis(x):
    return x.reshape(x.shape[:-1])


def _matching(labels: EagerTensor, predictions: EagerTensor) -> tuple[Any, Any]:
    """Labels and predictions of one rank: a last axis of size 1 too many is dropped."""
    more = predictions.ndim - labels.ndim
    if more == 1 and predictions.aval.shape[-1] == 1:
        predictions = _without_last_axis(predictions)
    elif more == -1 and labels.aval.shape[-1] == 1:
        labels = _without_last_axis(labels)
    return labels, predictions


def _first(name: str, values: np.ndarray) -> str:
    """The first elements of a tensor, as TensorFlow's assertions show them."""
    shown = values.reshape(-1)[:3].tolist()
    return f"First {len(shown)} elements of {name}:\n[{' '.join(map(str, shown))}]"


def _check_classes(what: str, values: np.ndarray, n: int | None) -> None:
    """Raises for classes out of [0, n), with TensorFlow's text of its assertions."""
    if n is None and np.any(values < 0):
        items = ", ".join(repr(str(v)) for v in values.reshape(-1)[:20].tolist())
        raise InvalidArgumentError(
            None,
            None,
            f"`{what}` contains negative values.  \nCondition x >= 0 did not hold element-wise:\n"
            f"x (shape={values.shape} dtype=int64) = \n[{items}]",
        )
    if n is not None and np.any(values >= n):
        raise InvalidArgumentError(
            None,
            None,
            f"`{what}` out of bound\nCondition x < y did not hold.\n"
            f"{_first('x', values)}\n{_first('y', np.array([n]))}",
        )


@export("tf.math.confusion_matrix")
def confusion_matrix(
    labels, predictions, num_classes=None, weights=None, dtype=dtypes.int32, name=None
) -> Any:
    """How often each class (row) was predicted as each class (column).

    Args:
      labels, predictions: classes from 0, one-dimensional.
      num_classes: how many there are; by default one more than the largest.
      weights: what each prediction counts, of the shape of the predictions.
      dtype: of the result.
      name: ignored.

    Returns:
      A matrix [num_classes, num_classes].

    Raises:
      InvalidArgumentError: for classes out of range.
    """
    labels, predictions = _matching(convert(labels), convert(predictions))
    labels, predictions = cast(labels, dtypes.int64), cast(predictions, dtypes.int64)
    true, said = (np.asarray(static.host(t)) for t in (labels, predictions))
    _check_classes("labels", true, None)
    _check_classes("predictions", said, None)
    if num_classes is None:
        lowest = np.iinfo(np.int64).min
        n = max(int(v.max()) if v.size else lowest for v in (true, said)) + 1
    else:
        n = static.integer(num_classes)
        _check_classes("labels", true, n)
        _check_classes("predictions", said, n)
    if weights is not None:
        weights = convert(weights)
        if weights.aval.shape != predictions.aval.shape:
            raise ValueError(f"Shapes {predictions.shape} and {weights.shape} are incompatible")
        weights = cast(weights, dtype)
    if true.shape != said.shape:
        shapes = [str(list(v.shape)).replace(" ", "") for v in (true, said)]
        raise op_error(
            "Pack",
            "Shapes of all inputs must match: values[0].shape = "
            f"{shapes[0]} != values[1].shape = {shapes[1]}",
            name="stack",
            attrs="N_2",
        )
    if n < 0:
        raise op_error("ScatterNd", f"Dimension {n} must be >= 0")
    if true.ndim > 1:  # what the kernels make of it: pairs along the last axis
        pairs = stack([labels, predictions], axis=1)
        counts = ones(predictions.shape, dtype) if weights is None else weights
        return scatter_nd(pairs, counts, cast([n, n], dtypes.int64))
    return _confusion(labels, predictions, weights, n, dtype)


# -- polynomials -----------------------------------------------------------------------------------


@op(kernel="ZerosLike", inputs=each("x"), grad=None)
def _zeros(x):
    return jnp.zeros_like(x)


@export("tf.math.polyval")
def polyval(coeffs, x, name=None) -> Any:
    """The value of a polynomial, by Horner's scheme.

    Args:
      coeffs: a list of coefficients, that of the highest power first; they broadcast with x.
      x: tensor.
      name: ignored.

    Raises:
      ValueError: if `coeffs` is no list.
    """
    if not isinstance(coeffs, list):
        raise ValueError(f"Argument coeffs must be list type. Received type {type(coeffs)}.")
    x = convert(x)
    if not coeffs:
        return _zeros(x)
    tensors = [convert(c) for c in coeffs]
    value = tensors[0]
    for c in tensors[1:]:
        value = c + value * x  # operators, which take booleans, and promote where they are told to
    return value


# -- low-discrepancy points ------------------------------------------------------------------------


@op(
    kernel="SobolSample",
    static={
        "dim": static.integer,
        "num_results": static.integer,
        "skip": static.integer,
        "dtype": static.dtype,
    },
    host=True,
)
def _sobol(dim, num_results, skip, dtype):
    from scipy.stats import qmc  # slow to import, and seldom needed

    engine = qmc.Sobol(dim, scramble=False, bits=32)
    engine.fast_forward(skip + 1)  # the first point, 0, is left out
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # numbers of points that are no power of 2 are balanced less
        return engine.random(num_results).astype(dtype)


@export("tf.math.sobol_sample")
def sobol_sample(dim, num_results, skip=0, dtype=dtypes.float32, name=None) -> Any:
    """Points of the Sobol sequence in the unit cube, a matrix [num_results, dim].

    Args:
      dim: number of dimensions.
      num_results: number of points.
      skip: how many points of the sequence to leave out first.
      dtype: float32 or float64.
      name: ignored.

    Raises:
      InvalidArgumentError: for numbers out of range.

    Source: S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional
    projections" (2008); the direction numbers are SciPy's.
    """
    kernel = "SobolSample"
    dim, num_results, skip = (static.integer(v) for v in (dim, num_results, skip))
    _check_allowed(kernel, "dtype", dtypes.as_dtype(dtype), ("float", "double"))
    for bad, text in (
        (dim < 1, "dim must be at least one"),
        (dim > 21200, "dim must be at most 21200"),
        (num_results < 1, "num_results must be at least one"),
        (skip < 0, "skip must be non-negative"),
        (num_results + skip >= 2**31 - 1, "num_results+skip must be less than 2147483647"),
    ):
        if bad:
            raise op_error(kernel, text)
    return _sobol(dim, num_results, skip, dtype)
