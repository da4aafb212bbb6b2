"""Checks of other values inside functions: permutations, boxes, matrices.

Each function makes the next node of the function being traced depend on its check; outside of
functions it does nothing, as the ops check at the call there.
"""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import reports
from tfshim._src.tensor import STATE, EagerTensor

# -- integers --------------------------------------------------------------------------------------


def _permutation(rows):
    n = rows.shape[-1]

    def doubled(row):
        first = jnp.full(n, n, np.int64).at[row].min(np.arange(n), mode="drop")
        return first[jnp.clip(row, 0, n - 1)] != np.arange(n)

    flat = jnp.reshape(rows, (-1, n))
    out = reports.outside(flat, n)
    code, place = reports.first_true(out | jax.vmap(doubled)(flat))
    return code, jnp.reshape(rows, -1)[place], jnp.reshape(out, -1)[place]


_PERMUTATION = reports.checking("InvertPermutation", _permutation)


def check_permutations(rows: EagerTensor) -> None:
    """Checks that each row holds 0 ... n - 1."""
    if not reports.collected() or not rows.aval.size:
        return
    n = rows.aval.shape[-1]

    def explain(report: np.ndarray) -> Exception:
        text = f"is not between 0 and {n}" if report[2] else "is duplicated in the input."
        return reports.failure("InvertPermutation", f"{report[1]} {text}")

    reports.check(_PERMUTATION, [rows], explain)


@functools.lru_cache(1024)
def _box(room: tuple[int, ...], shape: tuple[int, ...]):
    def body(begin):
        wide = begin.astype(np.int64)
        code, axis = reports.first_true((wide < 0) | (wide > np.array(room, np.int64)))
        return code, wide[axis]

    return reports.checking("Slice", body)


def check_box(begin: EagerTensor, size: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """Checks that a box which starts at `begin` is inside a tensor."""
    if not reports.collected() or not shape:
        return

    def explain(report: np.ndarray) -> Exception:
        i, b = int(report[0]) - 1, int(report[1])
        n = shape[i]
        if not 0 <= b <= n:
            text = f"Expected begin[{i}] in [0, {n}], but got {b}"
        else:
            text = f"Expected size[{i}] in [0, {n - b}], but got {size[i]}"
        return reports.failure("Slice", text)

    room = tuple([n - s for n, s in zip(shape, size, strict=True)])
    reports.check(_box(room, shape), [begin], explain)


@functools.lru_cache(1024)
def _lengths(size: int):
    def body(lengths):
        code, place = reports.first_true((lengths < 0) | (lengths > size))
        return code, lengths[place]

    return reports.checking("ReverseSequence", body)


def check_lengths(lengths: EagerTensor, size: int, axis: int) -> None:
    """Checks the lengths of `tf.reverse_sequence`."""
    if not reports.collected() or not lengths.aval.size:
        return

    def explain(report: np.ndarray) -> Exception:
        sign = "< 0" if report[1] < 0 else f"> input.dims({axis})"
        return reports.failure("ReverseSequence", f"seq_lens({report[0] - 1}) {sign}")

    reports.check(_lengths(size), [lengths], explain)


_BOUNDS = reports.checking("RandomUniformInt", lambda low, high: (low >= high, low, high))


def check_bounds(low: EagerTensor, high: EagerTensor) -> None:
    """Checks that there are integers in [low, high)."""

    def explain(report: np.ndarray) -> Exception:
        text = f"Need minval < maxval, got {report[1]} >= {report[2]}"
        return reports.failure("random_uniform", text)

    reports.check(_BOUNDS, [low, high], explain)


@functools.lru_cache(1024)
def _below(kernel: str, size: int):
    return reports.checking(kernel, lambda x: (jnp.any(x >= size),))


def check_all_below(kernel: str, x: EagerTensor, size: int, text: str) -> None:
    """Checks that all elements are less than `size`."""
    if reports.collected() and x.aval.size and x.aval.dtype.kind in "iu":
        reports.check(_below(kernel, size), [x], lambda _: reports.failure(kernel, text))


# -- matrices --------------------------------------------------------------------------------------


def _singular(matrix):
    """Whether elimination meets a pivot that is zero or NaN; looked at only where some element of
    the result of an op is not finite."""
    if matrix.dtype == np.float16:
        matrix = matrix.astype(np.float32)
    pivots = jnp.diagonal(lax.linalg.lu(matrix)[0], 0, -2, -1)
    return jnp.logical_not(jnp.all(jnp.abs(pivots) > 0))


def _suspicious(matrix, result):
    fine = jnp.all(jnp.isfinite(result))
    return (lax.cond(fine, lambda m: np.bool_(False), _singular, matrix),)


_INVERTIBLE = reports.checking("MatrixInverse", _suspicious)


def check_invertible(kernel: str, matrix: EagerTensor, result: EagerTensor, text: str) -> None:
    """Checks a matrix whose inverse, or what was solved with it, is known already.

    The check counts where the result is needed.
    """
    if reports.collected() and matrix.aval.shape[-1] and result.aval.size:
        node = len(STATE.trace.nodes) - 1  # type: ignore[attr-defined]
        reports.check(
            _INVERTIBLE, [matrix, result], lambda _: reports.failure(kernel, text), node=node
        )


_PIVOTS = reports.checking(
    "Lu", lambda lu: (jnp.logical_not(jnp.all(jnp.abs(jnp.diagonal(lu, 0, -2, -1)) > 0)),)
)


def check_pivots(factors: EagerTensor, text: str) -> None:
    """Checks that the factors of `tf.linalg.lu` are those of invertible matrices."""
    if reports.collected() and factors.aval.size:
        node = len(STATE.trace.nodes) - 1  # type: ignore[attr-defined]
        reports.check(_PIVOTS, [factors], lambda _: reports.failure("Lu", text), node=node)


_BANDS = {
    lower: reports.checking(
        "BandedTriangularSolve",
        lambda x, row=0 if lower else -1: (jnp.logical_not(jnp.all(jnp.abs(x[..., row, :]) > 0)),),
    )
    for lower in (True, False)
}


def check_main_band(bands: EagerTensor, lower: bool, text: str) -> None:
    """Checks that the main diagonal of a banded triangular matrix has no zero."""
    if reports.collected() and bands.aval.size:
        node = len(STATE.trace.nodes) - 1  # type: ignore[attr-defined]
        tell = lambda _: reports.failure("BandedTriangularSolve", text)  # noqa: E731
        reports.check(_BANDS[lower], [bands], tell, node=node)


_FINITE = reports.checking("Eig", lambda x: (jnp.logical_not(jnp.all(jnp.isfinite(x))),))
_NO_NAN_BELOW = reports.checking("SelfAdjointEigV2", lambda x: (jnp.any(jnp.isnan(jnp.tril(x))),))


def check_finite(kernel: str, matrix: EagerTensor, text: str, lower: bool) -> None:
    """Checks a matrix to decompose.

    Args:
      kernel, matrix: what is decomposed, and by which op.
      text: of the error.
      lower: whether only a NaN in the lower triangle is an error.
    """
    if reports.collected() and matrix.aval.size:
        check = _NO_NAN_BELOW if lower else _FINITE
        reports.check(check, [matrix], lambda _: reports.failure(kernel, text))


# -- lists of tensors ------------------------------------------------------------------------------


@functools.lru_cache(1024)
def _element(kernel: str, n: int):
    def body(indices):
        code, place = reports.first_true(reports.outside(indices, n))
        return code, jnp.reshape(indices, -1)[place]

    return reports.checking(kernel, body, functools.partial(reports.inside, size=n))


def check_list(kernel: str, indices: Any, n: int, text: str) -> None:
    """Checks indices into a list of n tensors; `{}` in the text is the first wrong one."""
    if reports.collected() and indices.aval.size and indices.aval.dtype.kind in "iu":
        reports.check(
            _element(kernel, n),
            [indices],
            lambda report: reports.failure(kernel, text.replace("{}", str(report[1]))),
        )
