"""Arrays from a shape, a number or a range."""

from __future__ import annotations

import numpy as np

from tfshim._src import dtypes
from tfshim._src.dtypes import as_dtype
from tfshim._src.numpy_api.elementwise import log10, real, sign
from tfshim._src.numpy_api.manipulation import atleast_1d, moveaxis
from tfshim._src.numpy_api.promotion import (
    array,
    asarray,
    default_float,
    result_of_one,
    result_type,
    to_tensor,
)
from tfshim._src.numpy_api.public import public
from tfshim._src.ops import (
    arithmetic,
    casting,
    creation,
    elementwise,
    grids,
    linalg_diag,
    logical,
    shaping,
    sizes,
)
from tfshim._src.tensor import Tensor


@public
def zeros(shape, dtype=float):
    """Zeros of a shape; float64 unless told otherwise."""
    return creation.zeros(shape, dtype=result_type(dtype) if dtype else default_float())


@public
def ones(shape, dtype=float):
    """Ones of a shape; float64 unless told otherwise."""
    return creation.ones(shape, dtype=result_type(dtype) if dtype else dtype)


@public
def empty(shape, dtype=float):
    """`zeros`: a tensor has no memory that could be left as it is."""
    return zeros(shape, dtype)


@public
def zeros_like(a, dtype=None):
    """Zeros of the shape of `a`, and of its dtype unless told otherwise."""
    return creation.zeros_like(a, as_dtype(result_of_one(a, dtype)))


@public
def ones_like(a, dtype=None):
    """Ones of the shape of `a`, and of its dtype unless told otherwise."""
    dtype = as_dtype(result_of_one(a, dtype))
    if dtype is dtypes.string:  # which has no one
        return creation.ones(sizes.shape(a), dtype)
    return creation.ones_like(a, dtype)


@public
def empty_like(a, dtype=None):
    """`zeros_like`."""
    return zeros_like(a, dtype)


@public
def full(shape, fill_value, dtype=None):
    """A value that is broadcast to a shape."""
    if not isinstance(shape, Tensor):
        shape = asarray(to_tensor(shape, np.int32))
    shape = atleast_1d(shape)
    return shaping.broadcast_to(asarray(fill_value, dtype=dtype), shape)


@public
def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None):
    """A value that is broadcast to the shape of `a`, in its dtype unless told otherwise.

    Raises:
      ValueError: for another `order`, `subok` or `shape` than the default.
    """
    if order != "K":
        raise ValueError("Non-standard orders are not supported.")
    if not subok:
        raise ValueError("subok being False is not supported.")
    if shape:
        raise ValueError("Overriding the shape is not supported.")
    a = asarray(a)
    fill_value = asarray(fill_value, dtype=dtype or result_type(a))
    return shaping.broadcast_to(fill_value, sizes.shape(a))


@public
def eye(N, M=None, k=0, dtype=float):
    """Ones on the k-th diagonal of an N by M matrix; M is N unless told otherwise."""
    if dtype:
        dtype = result_type(dtype)
    N, M, k = int(N), int(M or N), int(k)
    if k >= M or -k >= N:
        return zeros([N, M], dtype=dtype)
    if k == 0:
        return creation.eye(N, M, dtype=dtype)
    length = min(N, M - k) if k > 0 else min(N + k, M)
    return linalg_diag.diag(creation.ones([length], dtype=dtype), k=k, num_rows=N, num_cols=M)


@public
def identity(n, dtype=float):
    """Ones on the diagonal of an n by n matrix."""
    return eye(N=n, M=n, dtype=dtype)


@public
def tri(N, M=None, k=0, dtype=None):
    """Ones at and below the k-th diagonal of an N by M matrix, zeros above."""
    M = N if M is None else M
    dtype = result_type(float if dtype is None else dtype)
    if k >= 0:
        whole = creation.ones([N, M], dtype)
        return whole if k > M else linalg_diag.band_part(whole, -1, k)
    if -k - 1 > N:
        return creation.zeros([N, M], dtype)
    above = linalg_diag.band_part(creation.ones([N, M], dtype=bool), -k - 1, -1)
    return casting.cast(logical.logical_not(above), dtype)


@public
def arange(start, stop=None, step=1, dtype=None):
    """start, start + step, ... before stop; 0, step, ... before start where there is no stop.

    Raises:
      ValueError: for a step of zero.
    """
    if not step:
        raise ValueError("step must be non-zero.")
    if dtype:
        dtype = result_type(dtype)
    elif stop is None:
        dtype = result_type(start, step)
    else:
        dtype = result_type(start, step, stop)
    before, after = (start < 0, start > 0) if stop is None else (start > stop, start < stop)
    if (step > 0 and before) or (step < 0 and after):
        return array([], dtype=dtype)
    return casting.cast(creation.range(start, limit=stop, delta=step), dtype=dtype)


def _ends(start, stop):
    """The dtype of values between two ends, whatever dtype the caller names, as in NumPy 2."""
    return result_type([start * 1.0, stop * 1.0])


@public
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=float, axis=0):
    """`num` numbers with equal distances between two ends, along a new axis.

    Args:
      start, stop: the ends, which broadcast.
      num: how many.
      endpoint: whether `stop` is the last of them.
      retstep: whether the distance is returned, too.
      dtype: None keeps that of the ends; anything else takes the one of `start * 1.0`.
      axis: where the new axis is.

    Raises:
      ValueError: for a negative `num`.
    """
    if dtype:
        dtype = _ends(start, stop)
    start, stop = array(start, dtype=dtype), array(stop, dtype=dtype)
    if num < 0:
        raise ValueError(
            "Argument `num` (number of samples) must be a non-negative integer. "
            f"Received: num={num}"
        )
    step = creation.convert_to_tensor(np.nan)
    if endpoint:
        result = creation.linspace(start, stop, num, axis=axis)
        if num > 1:
            step = (stop - start) / (num - 1)
    else:
        if num > 0:
            step = (stop - start) / num
        if num > 1:
            stop = casting.cast(stop, step.dtype) - step
            start = casting.cast(start, stop.dtype)
        result = creation.linspace(start, stop, num, axis=axis)
    if dtype:
        if dtype.is_integer:
            result = elementwise.floor(result)
        result = casting.cast(result, dtype)
    return (result, step) if retstep else result


@public
def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    """`base` to the powers of `linspace`."""
    dtype = _ends(start, stop)
    powers = linspace(start, stop, num=num, endpoint=endpoint, dtype=dtype, axis=axis)
    return casting.cast(arithmetic.pow(casting.cast(base, powers.dtype), powers), dtype)


@public
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """`num` numbers with equal ratios between two ends, along a new axis."""
    if dtype:
        dtype = as_dtype(dtype)
    else:
        dtype = result_type(start, stop, float(num), zeros((), dtype))
    inner = np.promote_types(dtype.as_numpy_dtype, np.float32)
    start, stop = asarray(start, dtype=inner), asarray(stop, dtype=inner)
    # both ends negative: the numbers of their absolute values, with the sign put back
    flip = 1 - (1 - sign(real(start))) * (1 - sign(real(stop))) // 2
    result = flip * logspace(
        log10(flip * start), log10(flip * stop), num, endpoint=endpoint, dtype=inner
    )
    if axis != 0:
        result = moveaxis(result, 0, axis)
    return casting.cast(result, dtype)


@public
def meshgrid(*xi, **kwargs):
    """The grids of coordinates that vectors span.

    Args:
      *xi: vectors.
      **kwargs: `indexing`, "xy" or "ij"; `sparse` and `copy` as they are by default.

    Raises:
      ValueError: for `sparse=True` or `copy=False`.
    """
    sparse, copies = kwargs.get("sparse", False), kwargs.get("copy", True)
    if sparse:
        raise ValueError(
            "Function `meshgrid` does not support returning sparse arrays yet. "
            f"Received: sparse={sparse}"
        )
    if not copies:
        raise ValueError(f"Function `meshgrid` only supports copy=True. Received: copy={copies}")
    indexing = kwargs.get("indexing", "xy")
    vectors = [asarray(x) for x in xi]
    if len({x.dtype for x in vectors}) < 2:
        return grids.meshgrid(*vectors, indexing=indexing)
    # TensorFlow multiplies by ones of the first dtype, which is an error unless operators promote
    vectors = [x * creation.ones([], vectors[0].dtype) for x in vectors]
    return [
        grids.meshgrid(*[casting.cast(v, x.dtype) for v in vectors], indexing=indexing)[i]
        for i, x in enumerate(vectors)
    ]


@public
def diag_indices(n, ndim=2):
    """The indices of the main diagonal of an array of that many axes.

    Raises:
      ValueError: for a negative number.
    """
    for name, value in (("n", n), ("ndim", ndim)):
        if value < 0:
            raise ValueError(f"{name} argument to diag_indices must be nonnegative, got {value}")
    return (creation.range(n),) * ndim


@public
def vander(x, N=None, increasing=False):
    """The Vandermonde matrix of a vector: its powers as columns, highest first.

    Raises:
      ValueError: for a negative N, and for an `x` that is no vector.
    """
    x = asarray(x)
    N = sizes.shape(x)[0] if N is None else N
    N = int(N)
    if N < 0:
        raise ValueError("N must be nonnegative")
    if len(x.shape) != 1:
        raise ValueError("x must be a one-dimensional array")
    powers = creation.range(N) if increasing else creation.range(N - 1, -1, -1)
    return arithmetic.pow(shaping.expand_dims(x, -1), casting.cast(powers, dtype=x.dtype))
