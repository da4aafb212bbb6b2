"""Forms of Cholesky's decomposition, inverses, determinants and systems of linear equations."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src.engine.aval import Aval, make_aval
from tfshim._src.engine.forms import Avals, Form, Pull, Run, form, host_aval, primitive
from tfshim._src.engine.host_cost import Cost
from tfshim._src.forms.common import WIDE, single

#: How many operations of LAPACK take the time of one in a product.
_SLOWER = 8


def _t(x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def _triangular(matrix: Aval, rhs: Aval, lower: bool, adjoint: bool) -> Any:
    params = {"left_side": True, "lower": lower, "transpose_a": adjoint, "conjugate_a": False}
    params["unit_diagonal"] = False
    return primitive(
        "triangular_solve", params, [host_aval(matrix), host_aval(rhs)], host_aval(rhs)
    )


class _OfSquares(Form):
    """An op on square matrices, and perhaps right-hand sides for them."""

    def outputs(self, avals: Avals) -> Avals | None:
        matrix, *others = avals
        shape = matrix.shape
        if matrix.dtype not in WIDE or len(shape) < 2 or shape[-1] != shape[-2] or not matrix.size:
            return None
        for other in others:
            if other.dtype is not matrix.dtype or not other.size:
                return None
            if len(other.shape) != len(shape) or other.shape[:-1] != shape[:-1]:
                return None
        return avals[-1:]

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        products = _SLOWER * max(avals[0].size, avals[-1].size) * avals[0].shape[-1]
        return Cost(0, sum([a.nbytes for a in (*avals, *outputs)]), products)


@form("_cholesky")
class Cholesky(_OfSquares):
    """The lower triangular factor."""

    def _factor(self, avals: Avals) -> Any:
        have = host_aval(avals[0])
        factor: Any = primitive("cholesky", {"symmetrize_input": False}, [have], have)
        return lambda x: np.tril(factor(x))

    def host(self, avals: Avals) -> Run | None:
        return single(self._factor(avals))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        (a,) = avals
        factor, solve = self._factor(avals), _triangular(a, a, True, True)
        halves = np.tril(np.ones(a.shape[-2:])) - 0.5 * np.eye(a.shape[-1])
        halves = halves.astype(a.dtype.np)
        half = np.asarray(0.5, a.dtype.np)

        def pull(i, values, cts):
            lower = factor(values[0])
            inner = np.multiply(np.matmul(_t(lower), np.tril(cts[0])), halves)
            grad = solve(lower, _t(solve(lower, inner)))
            return np.multiply(np.add(grad, _t(grad)), half)

        return pull


@form("_triangular_solve")
class TriangularSolve(_OfSquares):
    """The solution of a system whose matrix is a triangle."""

    def host(self, avals: Avals) -> Run | None:
        matrix, rhs = avals
        return single(_triangular(matrix, rhs, self.attrs["lower"], self.attrs["adjoint"]))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        lower, adjoint = self.attrs["lower"], self.attrs["adjoint"]
        matrix, rhs = avals
        solve = _triangular(matrix, rhs, lower, adjoint)
        back = _triangular(matrix, rhs, lower, not adjoint)
        triangle = np.tril if lower else np.triu

        def pull(i, values, cts):
            to_rhs = back(values[0], cts[0])
            if i == 1:
                return to_rhs
            x = solve(*values)
            outer = np.matmul(x, _t(to_rhs)) if adjoint else np.matmul(to_rhs, _t(x))
            return np.negative(triangle(outer))

        return pull


def _or_nan(solve: Any, *arrays: Any) -> Any:
    """What NumPy finds; NaN everywhere if a matrix is singular, which the op then reports."""
    try:
        return solve(*arrays)
    except np.linalg.LinAlgError:
        return np.full_like(arrays[-1], np.nan)


@form("_inv")
class Inverse(_OfSquares):
    """The inverse, or its transpose."""

    def _inverse(self, x: Any) -> Any:
        return _or_nan(np.linalg.inv, _t(x) if self.attrs["adjoint"] else x)

    def host(self, avals: Avals) -> Run | None:
        return single(self._inverse)

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        adjoint = self.attrs["adjoint"]

        def pull(i, values, cts):
            inverse = self._inverse(values[0])
            if adjoint:
                return np.negative(np.matmul(inverse, np.matmul(_t(cts[0]), inverse)))
            return np.negative(np.matmul(_t(inverse), np.matmul(cts[0], _t(inverse))))

        return pull


@form("_solve")
class Solve(_OfSquares):
    """The solution of a system."""

    def host(self, avals: Avals) -> Run | None:
        adjoint = self.attrs["adjoint"]
        return single(lambda a, b: _or_nan(np.linalg.solve, _t(a) if adjoint else a, b))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        adjoint = self.attrs["adjoint"]

        def pull(i, values, cts):
            a, b = values
            ahead, back = (_t(a), a) if adjoint else (a, _t(a))
            to_rhs = _or_nan(np.linalg.solve, back, cts[0])
            if i == 1:
                return to_rhs
            x = _or_nan(np.linalg.solve, ahead, b)
            outer = np.matmul(x, _t(to_rhs)) if adjoint else np.matmul(to_rhs, _t(x))
            return np.negative(outer)

        return pull


@form("_det")
class Determinant(_OfSquares):
    """The determinant; its gradient is made of other ops."""

    def outputs(self, avals: Avals) -> Avals | None:
        found = super().outputs(avals)
        return None if found is None else (make_aval(found[0].shape[:-2], found[0].dtype),)

    def host(self, avals: Avals) -> Run | None:
        return single(np.linalg.det)
