"""Diagonals and bands of matrices: which elements are kept, taken out or put in.

A band is given by `k`, the number of one diagonal (0 the main one, positive above it), or by the
lowest and the highest of several. Several diagonals are stored as rows, the highest first, padded
to the length of the longest; `align` says at which end, for those above and those below the main
one.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import dtype_mismatch, fail, op_error, require
from tfshim._src.ops.common import brackets
from tfshim._src.ops.linalg_basic import no_kernel
from tfshim._src.registry import export, op
from tfshim._src.rules import same

_ALIGN = ("LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT")


def _band(k: Any) -> tuple[int, ...]:
    return static.integers(k)


def _limits(k: tuple[int, ...]) -> tuple[int, int]:
    """Lowest and highest diagonal."""
    require(
        1 <= len(k) <= 2,
        f"diag_index must have only one or two elements, received {len(k)} elements.",
    )
    low, high = k[0], k[-1]
    require(
        low <= high,
        f"lower_diag_index must not be larger than upper_diag_index: {low} > {high}",
    )
    return low, high


def _check_align(kernel: str, align: Any) -> None:
    if align not in _ALIGN:
        allowed = ", ".join(f'"{a}"' for a in _ALIGN)
        raise op_error(
            kernel,
            f"Value for attr 'align' of \"{align}\" is not in the list of allowed values: "
            f"{allowed}\n\t; NodeDef: {{{{node {kernel}}}}}",
            ran=False,
        )


def _check_inside(low: int, high: int, rows: int, cols: int) -> None:
    """Raises for diagonals outside of a rows x cols matrix; number 0 is allowed in an empty one."""
    for name, d, end in (("lower", low, "."), ("upper", high, "")):
        if not (-rows < d < cols or d == 0):
            fail(
                f"{name}_diag_index is out of bound: {d}{end} It must be between {-rows} and {cols}"
            )


def _longest(rows: int, cols: int, low: int, high: int) -> int:
    return max(0, min(rows + min(high, 0), cols - max(low, 0)))


def _start(d: int, length: int, longest: int, align: str) -> int:
    """Where a diagonal of this length starts in its row."""
    above, below = align.split("_")
    left = (d >= 0 and above == "LEFT") or (d <= 0 and below == "LEFT")
    return 0 if left else longest - length


def _positions(rows: int, cols: int, low: int, high: int, longest: int, align: str):
    """For each element of a matrix its place in the stored diagonals: row, column, whether any."""
    i, j = np.indices((rows, cols))
    d = j - i
    inside = (d >= low) & (d <= high)
    band = range(high, low - 1, -1)
    starts = np.array(
        [_start(n, min(rows + min(n, 0), cols - max(n, 0)), longest, align) for n in band]
    )
    row = np.where(inside, high - d, 0)
    column = np.where(inside, np.minimum(i, j) + starts[row], 0)
    return row, column, inside


def _spread(diagonal, rows: int, cols: int, low: int, high: int, align: str):
    """The stored diagonals at their places in a matrix, anything elsewhere; and where they are."""
    if low == high:
        row_or_column = np.arange(rows) if low >= 0 else np.arange(cols)
        column = np.broadcast_to(
            row_or_column[:, None] if low >= 0 else row_or_column, (rows, cols)
        )
        i, j = np.indices((rows, cols))
        inside = j - i == low
        if low == 0 and diagonal.shape[-1] == rows:
            return diagonal[..., :, None], inside
        return diagonal[..., np.where(inside, column, 0)], inside
    row, column, inside = _positions(rows, cols, low, high, diagonal.shape[-1], align)
    return diagonal[..., row, column], inside


@op(
    kernel="MatrixDiagV3",
    inputs=same("diagonal", "padding_value"),
    static={"k": _band, "num_rows": static.integer, "num_cols": static.integer},
    diff=("diagonal",),
)
def _matrix_diag(diagonal, padding_value, k, num_rows, num_cols, align):
    low, high = _limits(k)
    require(
        diagonal.ndim >= 1,
        f"diagonal must be at least 1-dim, received shape: {brackets(diagonal.shape)}",
    )
    if low != high:
        require(
            diagonal.ndim >= 2 and diagonal.shape[-2] == high - low + 1,
            "The number of diagonals provided in the input does not match the lower_diag_index "
            "and upper_diag_index range.",
        )
    longest = diagonal.shape[-1]
    least_rows, least_cols = longest - min(high, 0), longest + max(low, 0)
    require(num_rows == -1 or num_rows >= least_rows, "The number of rows is too small.")
    require(num_cols == -1 or num_cols >= least_cols, "The number of columns is too small.")
    if num_rows == -1 and num_cols == -1:
        num_rows = num_cols = max(least_rows, least_cols)
    elif num_rows == -1:
        num_rows = least_rows
    elif num_cols == -1:
        num_cols = least_cols
    require(
        num_rows == least_rows or num_cols == least_cols,
        "The number of rows or columns is not consistent with the specified d_lower, d_upper, "
        "and diagonal.",
    )
    if not longest or not num_rows or not num_cols:
        batch = diagonal.shape[: -1 if low == high else -2]
        return jnp.broadcast_to(padding_value, (*batch, num_rows, num_cols))
    values, inside = _spread(diagonal, num_rows, num_cols, low, high, align)
    return jnp.where(inside, values, padding_value)


@export("tf.linalg.diag")
def diag(
    diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"
) -> Any:
    """Matrices with the given diagonals.

    Args:
      diagonal: tensor of shape [..., n] for one diagonal, [..., d, n] for d of them.
      name: ignored.
      k: the diagonal, or the lowest and the highest of several.
      num_rows, num_cols: size of the matrices; -1 for the least that holds the diagonals.
      padding_value: what stands elsewhere.
      align: at which end shorter diagonals are stored; see the module.

    Returns:
      A tensor of shape [..., num_rows, num_cols].

    Raises:
      InvalidArgumentError: for sizes and diagonals that do not fit each other.
    """
    diagonal = convert(diagonal)
    dtype = diagonal.aval.dtype
    if dtype.kind == "b":
        padding_value = bool(static.host(padding_value))
    padding_value = convert(padding_value, dtype)
    _check_align("MatrixDiagV3", align)
    if dtype.kind == "s":
        no_kernel("MatrixDiagV3", f'T=DT_STRING, align="{align}"')
    return _matrix_diag(diagonal, padding_value, k, num_rows, num_cols, align)


@op(
    kernel="MatrixDiagPartV3",
    inputs=same("input", "padding_value"),
    static={"k": _band},
    diff=("input",),
)
def _matrix_diag_part(input, padding_value, k, align):
    low, high = _limits(k)
    require(
        input.ndim >= 2,
        f"input must be at least 2-dim, received shape: {brackets(input.shape)}",
    )
    rows, cols = input.shape[-2:]
    _check_inside(low, high, rows, cols)
    if low == high:
        return jnp.diagonal(input, low, -2, -1)
    longest = _longest(rows, cols, low, high)
    index = np.zeros((2, high - low + 1, longest), np.int32)
    inside = np.zeros((high - low + 1, longest), bool)
    for row, d in enumerate(range(high, low - 1, -1)):
        length = min(rows + min(d, 0), cols - max(d, 0))
        start = _start(d, length, longest, align)
        steps = np.arange(length)
        index[:, row, start : start + length] = steps - min(d, 0), steps + max(d, 0)
        inside[row, start : start + length] = True
    if not longest:
        return jnp.broadcast_to(padding_value, (*input.shape[:-2], high - low + 1, 0))
    return jnp.where(inside, input[..., index[0], index[1]], padding_value)


@export("tf.linalg.diag_part")
def diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT") -> Any:
    """The diagonals of matrices.

    Args:
      input: tensor of shape [..., m, n].
      name: ignored.
      k: the diagonal, or the lowest and the highest of several.
      padding_value: what fills up shorter diagonals.
      align: at which end shorter diagonals are stored; see the module.

    Returns:
      A tensor of shape [..., length] for one diagonal, [..., number, longest length] for several.

    Raises:
      InvalidArgumentError: for diagonals that lie outside of the matrix.
    """
    input = convert(input)
    dtype = input.aval.dtype
    if dtype.kind == "b":
        padding_value = bool(static.host(padding_value))
    padding_value = convert(padding_value, dtype)
    _check_align("MatrixDiagPartV3", align)
    if dtype.kind == "s":
        no_kernel("MatrixDiagPartV3", f'T=DT_STRING, align="{align}"')
    return _matrix_diag_part(input, padding_value, k, align)


@op(kernel="MatrixSetDiagV3", inputs=same("input", "diagonal"), static={"k": _band})
def _matrix_set_diag(input, diagonal, k, align):
    low, high = _limits(k)
    require(
        input.ndim >= 2,
        f"input must be at least 2-dim, received shape: {brackets(input.shape)}",
    )
    require(
        diagonal.ndim >= 1,
        f"diagonal must be at least 1-dim, received shape: {brackets(diagonal.shape)}",
    )
    rows, cols = input.shape[-2:]
    for name, d in (("lower", low), ("upper", high)):
        if not (-rows < d < cols or d == 0):
            end = "" if name == "lower" else "."
            fail(
                f"{name}_diag_index is out of bound: {d}{end} It must be between {-rows} and {cols}"
            )
    if low != high:
        require(
            diagonal.ndim >= 2 and diagonal.shape[-2] == high - low + 1,
            "The number of diagonals provided in `diag` is not consistent with "
            "`lower_diag_index` and `upper_diag_index`",
        )
    longest = _longest(rows, cols, low, high)
    several = () if low == high else (high - low + 1,)
    expected = (*input.shape[:-2], *several, longest)
    if diagonal.shape != expected:
        fail(
            "Either first dimensions of diagonal don't match input.shape[:-2], or "
            "diagonal.shape[:-1] is not equal to the longests diagonal in range "
            f"[lower_diag_index:upper_diag_index].\nInput shape: {brackets(input.shape)}\n"
            f"Diagonal shape: {brackets(diagonal.shape)}\n"
            f"Expected diagonal shape: {brackets(expected)}"
        )
    if not input.size:
        return input
    values, inside = _spread(diagonal, rows, cols, low, high, align)
    return jnp.where(inside, values, input)


@export("tf.linalg.set_diag")
def set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT") -> Any:
    """Matrices with some diagonals replaced.

    Args:
      input: tensor of shape [..., m, n].
      diagonal: the new diagonals, as `tf.linalg.diag_part` would return them.
      name: ignored.
      k: the diagonal, or the lowest and the highest of several.
      align: at which end shorter diagonals are stored; see the module.

    Returns:
      A tensor of the shape of `input`.

    Raises:
      InvalidArgumentError: if `diagonal` has not the shape of those diagonals.
    """
    input = convert(input)
    diagonal = convert(diagonal, None if hasattr(diagonal, "dtype") else input.aval.dtype)
    _check_align("MatrixSetDiagV3", align)
    if input.aval.dtype.kind == "s":
        no_kernel("MatrixSetDiagV3", f'T=DT_STRING, align="{align}"')
    return _matrix_set_diag(input, diagonal, k, align)


@op(
    kernel="MatrixBandPart",
    inputs=same("input"),
    static={"num_lower": static.integer, "num_upper": static.integer},
)
def _matrix_band_part(input, num_lower, num_upper):
    require(
        input.ndim >= 2,
        f"input must be at least 2-dim, received shape: {brackets(input.shape)}",
    )
    rows, cols = input.shape[-2:]
    require(
        num_lower <= rows,
        f"num_lower must be negative or less or equal to number of rows ({rows}) got: {num_lower}",
    )
    require(
        num_upper <= cols,
        "num_upper must be negative or less or equal to number of columns "
        f"({cols}) got: {num_upper}",
    )
    return band(input, num_lower, num_upper)


def band(x, lower: int, upper: int):
    """A raw matrix with zeros outside of a band; a negative width is unbounded."""
    i, j = np.indices(x.shape[-2:])
    keep = np.ones(x.shape[-2:], bool)
    if lower >= 0:
        keep &= i - j <= lower
    if upper >= 0:
        keep &= j - i <= upper
    return x if keep.all() else jnp.where(keep, x, jnp.zeros((), x.dtype))


@export("tf.linalg.band_part")
def band_part(input, num_lower, num_upper, name=None) -> Any:
    """Matrices with everything outside of a band around the main diagonal set to zero.

    Args:
      input: tensor of shape [..., m, n].
      num_lower: number of diagonals kept below the main one; all if negative.
      num_upper: number of diagonals kept above it; all if negative.
      name: ignored.

    Raises:
      InvalidArgumentError: for more diagonals than the matrix has.
    """
    input = convert(input)
    kinds = [getattr(x, "dtype", None) for x in (num_lower, num_upper)]
    if None not in kinds and kinds[0] != kinds[1]:
        lower, upper = (dtypes.as_dtype(k) for k in kinds)
        raise dtype_mismatch("MatrixBandPart", 2, lower, upper)
    widths = []
    for what, value in (("num_lower", num_lower), ("num_upper", num_upper)):
        value = static.host(value)
        if isinstance(value, (list, tuple, np.ndarray)) and np.ndim(value):
            shape = brackets(np.shape(value))
            raise op_error("MatrixBandPart", f"{what} must be scalar, got shape {shape}")
        if isinstance(value, float):
            raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype int64")
        widths.append(value)
    if input.aval.dtype.kind == "s":
        no_kernel("MatrixBandPart", "T=DT_STRING, Tindex=DT_INT64")
    return _matrix_band_part(input, *widths)
