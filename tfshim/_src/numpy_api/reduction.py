"""Functions that take axes together, and running sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.numpy_api.elementwise import isnan, logical_not
from tfshim._src.numpy_api.indexing import where
from tfshim._src.numpy_api.manipulation import atleast_1d, broadcast_to, ravel
from tfshim._src.numpy_api.promotion import (
    Preference,
    array,
    asarray,
    common_type,
    is_inexact,
    result_type,
)
from tfshim._src.numpy_api.public import named, public
from tfshim._src.ops import (
    arithmetic,
    casting,
    checks,
    compare,
    complex_ops,
    creation,
    einsum,
    gather,
    reduction as ops,
    scan_ops,
    shaping,
    sizes,
    sorting,
)
from tfshim._src.tensor import Tensor


def _to_long(a):
    """Integers at least as wide as NumPy's own; booleans count."""
    dtype = a.dtype.as_numpy_dtype
    own, unsigned = (np.int32, np.uint32) if Preference.weak else (np.int_, np.uint)
    if dtype == np.bool_:
        return casting.cast(a, own)
    if np.issubdtype(dtype, np.integer) and np.iinfo(dtype).bits < np.iinfo(own).bits:
        return casting.cast(a, own if np.issubdtype(dtype, np.signedinteger) else unsigned)
    return a


def _is_exact(a):
    return a.dtype is dtypes.bool or np.issubdtype(a.dtype.as_numpy_dtype, np.integer)


def _to_float(a):
    return casting.cast(a, result_type(float)) if _is_exact(a) else a


def _reduced(op: Callable, a: Any, axis: Any, dtype: Any, keepdims: Any, widen: Any, bool_op=None):
    """A reduction of `tf` on what NumPy reduces.

    Args:
      dtype: what the values are cast to before; without it, `widen` makes more room for them.
      bool_op: the reduction of booleans, where they are not to be numbers.
    """
    if dtype:
        dtype = result_type(dtype)
    a = asarray(a, dtype=dtype)
    keepdims = False if keepdims is None else keepdims
    if bool_op is not None and a.dtype is dtypes.bool and (dtype is dtypes.bool or widen is None):
        return bool_op(input_tensor=a, axis=axis, keepdims=keepdims)
    if dtype is None and widen is not None:
        a = widen(a)
    if isinstance(axis, Tensor) and axis.dtype not in (dtypes.int32, dtypes.int64):
        axis = casting.cast(axis, dtypes.int64)
    return op(input_tensor=a, axis=axis, keepdims=keepdims)


def _refuse_out(out: Any) -> None:
    if out is not None:
        raise ValueError("Setting out is not supported.")


@public
def sum(a, axis=None, dtype=None, keepdims=None):
    """The sum over axes; small integers and booleans are summed as int64."""
    return _reduced(ops.reduce_sum, a, axis, dtype, keepdims, _to_long, ops.reduce_any)


@public
def prod(a, axis=None, dtype=None, keepdims=None):
    """The product over axes; small integers and booleans are multiplied as int64."""
    return _reduced(ops.reduce_prod, a, axis, dtype, keepdims, _to_long, ops.reduce_all)


@public
def mean(a, axis=None, dtype=None, out=None, keepdims=None):
    """The mean over axes; integers and booleans become float64.

    Raises:
      ValueError: for any `out`.
    """
    _refuse_out(out)
    return _reduced(ops.reduce_mean, a, axis, dtype, keepdims, _to_float)


@public
def amax(a, axis=None, out=None, keepdims=None):
    """The largest element over axes.

    Raises:
      ValueError: for any `out`.
    """
    _refuse_out(out)
    return _reduced(ops.reduce_max, a, axis, None, keepdims, None, ops.reduce_any)


@public
def amin(a, axis=None, out=None, keepdims=None):
    """The smallest element over axes.

    Raises:
      ValueError: for any `out`.
    """
    _refuse_out(out)
    return _reduced(ops.reduce_min, a, axis, None, keepdims, None, ops.reduce_all)


@public
def max(a, axis=None, keepdims=None):
    """`amax`."""
    return amax(a, axis=axis, keepdims=keepdims)


@public
def min(a, axis=None, keepdims=None):
    """`amin`."""
    return amin(a, axis=axis, keepdims=keepdims)


@public
def ptp(a, axis=None, keepdims=None):
    """The difference of the largest and the smallest element over axes."""
    return amax(a, axis=axis, keepdims=keepdims) - amin(a, axis=axis, keepdims=keepdims)


def _variance_of_sample(ddof: int, dtype: Any) -> Callable:
    """The variance whose divisor is the number of elements less `ddof`."""

    def op(input_tensor, axis, keepdims):
        off = input_tensor - ops.reduce_mean(input_tensor, axis=axis, keepdims=True)
        if off.dtype.is_complex:
            squares = casting.cast(complex_ops.real(off * complex_ops.conj(off)), off.dtype)
        else:
            squares = arithmetic.square(off)
        total = ops.reduce_sum(squares, axis=axis, keepdims=keepdims)
        if axis is None:
            count = sizes.size(input_tensor)
        else:
            axis = axis + len(input_tensor.shape) if axis < 0 else axis
            count = ops.reduce_prod(gather.gather(sizes.shape(input_tensor), axis))
        count = casting.cast(count - ddof, input_tensor.dtype)
        return casting.cast(arithmetic.divide(total, count), dtype)

    return op


@public
def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=None):
    """The variance over axes; integers and booleans become float64.

    Args:
      dtype: of the result; needed where `ddof` is not 0.
      ddof: what is taken from the number of elements to divide by.

    Raises:
      ValueError: for any `out`.
    """
    inner = result_type(a, dtype) if dtype else None
    _refuse_out(out)
    op = _variance_of_sample(ddof, dtype) if ddof != 0 else ops.reduce_variance
    found = _reduced(op, a, axis, inner, keepdims, _to_float)
    return casting.cast(found, dtype) if dtype else found


@public
def std(a, axis=None, keepdims=None):
    """The standard deviation over axes; integers and booleans become float64."""
    return _reduced(ops.reduce_std, a, axis, None, keepdims, _to_float)


def _truth(name: str, op: Callable, what: str) -> Callable:
    def fn(a, axis=None, keepdims=None):
        return op(input_tensor=asarray(a, dtype=bool), axis=axis, keepdims=keepdims)

    return named(name, __name__, fn, f"Whether {what} element over axes is true.")


all = _truth("all", ops.reduce_all, "each")
any = _truth("any", ops.reduce_any, "an")


@public
def count_nonzero(a, axis=None):
    """The number of elements over axes that are not zero, as int64."""
    return ops.count_nonzero(array(a), axis)


_NUMBERS: Any = (int, float, np.int32, np.int64, np.float32, np.float64)


@public
def size(x, axis=None):
    """The number of elements.

    Raises:
      NotImplementedError: for an axis.
    """
    if axis is not None:
        raise NotImplementedError(
            "axis argument is not supported in the current `np.size` implementation"
        )
    if isinstance(x, _NUMBERS):
        return 1
    return np.prod(asarray(x).shape.as_list(), dtype=int)


# -- without NaN --


def _without_nan(name: str, reduce: Callable, neutral: int, what: str) -> Callable:
    def fn(a, axis=None, dtype=None, keepdims=False):
        a = array(a)
        instead = array(neutral, dtype=a.dtype)
        kept = where(isnan(a), instead, a)
        return reduce(kept, axis=axis, dtype=dtype, keepdims=keepdims)

    return named(name, __name__, fn, f"The {what} over axes of the elements that are numbers.")


nansum = _without_nan("nansum", sum, 0, "sum")
nanprod = _without_nan("nanprod", prod, 1, "product")


@public
def nanmean(a, axis=None, dtype=None, keepdims=None):
    """The mean over axes of the elements that are numbers."""
    a = array(a)
    if _is_exact(a):
        return mean(a, axis=axis, dtype=dtype, keepdims=keepdims)
    dtype = a.dtype.as_numpy_dtype if dtype is None else dtype
    count = sum(logical_not(isnan(a)), axis=axis, dtype=dtype, keepdims=keepdims)
    return nansum(a, axis=axis, dtype=dtype, keepdims=keepdims) / count


# -- running --


def _running(name: str, op: Callable, what: str) -> Callable:
    def fn(a, axis=None, dtype=None):
        a = asarray(a, dtype=dtype)
        if dtype is None and a.dtype.is_integer:
            own = np.int32 if Preference.weak else np.int_
            a = asarray(a, dtype=np.promote_types(a.dtype.as_numpy_dtype, own))
        if axis is None:
            return op(ravel(a), 0)
        return op(a, axis + len(a.shape) if axis < 0 else axis)

    doc = f"The running {what} along an axis, of the flat array without one."
    return named(name, __name__, fn, doc)


cumsum = _running("cumsum", scan_ops.cumsum, "sum")
cumprod = _running("cumprod", scan_ops.cumprod, "product")


@public
def diff(a, n=1, axis=-1):
    """The differences of neighbours along an axis, taken n times.

    Raises:
      ValueError: for an axis that is not there, and a negative n.
    """
    a = asarray(a)
    rank = len(a.shape)
    if (axis + rank if axis < 0 else axis) >= rank:
        raise ValueError(
            f"Argument `axis` (received axis={axis}) is out of bounds for input {a} of rank {rank}."
        )
    if n < 0:
        raise ValueError(f"Argument `order` must be a non-negative integer. Received: axis={n}")
    later, earlier = ([slice(None)] * rank for _ in range(2))
    later[axis], earlier[axis] = slice(1, None), slice(None, -1)
    op = compare.not_equal if a.dtype is dtypes.bool else arithmetic.subtract
    for _ in range(n):
        a = op(a[tuple(later)], a[tuple(earlier)])
    return a


# -- order --


@public
def sort(a, axis=-1, kind="quicksort", order=None):
    """The elements in order along an axis, of the flat array where the axis is None.

    Raises:
      ValueError: for another kind or an order.
    """
    if kind != "quicksort":
        raise ValueError(
            'Invalid value for argument `kind`. Only kind="quicksort" is supported. '
            f"Received: kind={kind}"
        )
    _refuse_order(order)
    a = array(a)
    return sorting.sort(shaping.reshape(a, [-1]), 0) if axis is None else sorting.sort(a, axis)


@public
def argsort(a, axis=-1, kind="quicksort", order=None):
    """The indices that put the elements in order along an axis, as int64.

    Raises:
      ValueError: for another kind than "quicksort" and "stable", or an order.
      TypeError: for complex numbers.
    """
    if kind not in ("quicksort", "stable"):
        raise ValueError(
            'Invalid value for argument `kind`. Only kind="quicksort" and kind="stable" are '
            f"supported. Received: kind={kind}"
        )
    _refuse_order(order)
    a = array(a)
    if a.dtype.is_complex:
        raise TypeError(
            f"argsort does not support complex64/complex128 dtypes. Received dtype: {a.dtype}"
        )
    if not a.shape.rank:
        found = creation.constant([0])
    else:
        flat = (shaping.reshape(a, [-1]), 0) if axis is None else (a, axis)
        found = sorting.argsort(*flat, stable=kind == "stable")
    return array(found, dtype=np.intp)


def _refuse_order(order: Any) -> None:
    if order is not None:
        raise ValueError("The `order` argument is not supported. Pass order=None")


def _place(name: str, op: Callable, what: str) -> Callable:
    def fn(a, axis=None):
        a = array(a)
        a = shaping.reshape(a, [-1]) if axis is None else atleast_1d(a)
        return op(input=a, axis=axis)

    doc = f"The index of the {what} element along an axis, in the flat array without one."
    return named(name, __name__, fn, doc)


argmax = _place("argmax", ops.argmax, "largest")
argmin = _place("argmin", ops.argmin, "smallest")

# -- with weights --


@public
def average(a, axis=None, weights=None, returned=False):
    """The mean, or the weighted mean, over an axis.

    Args:
      axis: an int, or None for all elements.
      weights: of the shape of `a`, or a vector along the axis.
      returned: whether the sum of the weights is returned, too.

    Raises:
      ValueError: for an axis that is no int.
      InvalidArgumentError: for weights of another shape.
    """
    if axis is not None and not isinstance(axis, int):
        raise ValueError(
            f"Argument `axis` must be an integer. Received axis={axis} (of type {type(axis)})"
        )
    a = array(a)
    if weights is None:
        if not is_inexact(a):
            a = a.astype(common_type(a.dtype, result_type(float)))
        mean_, total = ops.reduce_mean(a, axis=axis), None
        if returned:
            total = sizes.size(a) if axis is None else sizes.shape(a)[axis]
            total = casting.cast(total, a.dtype)
    else:
        mean_, total = _weighted(a, axis, weights)
    mean_ = array(mean_)
    return (mean_, broadcast_to(total, sizes.shape(mean_))) if returned else mean_


def _weighted(a, axis, weights):
    extra = () if is_inexact(a) else (result_type(float),)
    dtype = result_type(a.dtype, weights, *extra)
    a, weights = array(a, dtype), array(weights, dtype)
    ranks = a.shape.rank, weights.shape.rank
    if axis is None or ranks[0] == ranks[1]:
        shapes = sizes.shape(a), sizes.shape(weights)
        checks.Assert(ops.reduce_all(shapes[0] == shapes[1]), list(shapes))
        total = ops.reduce_sum(weights, axis=axis)
        return ops.reduce_sum(a * weights, axis=axis) / total, total
    checks.Assert(creation.convert_to_tensor(ranks[1] == 1), [sizes.rank(weights)])
    total = ops.reduce_sum(weights)
    return einsum.tensordot(a, weights, [[axis], [0]]) / total, total
