"""Sums of operators, in the most special class that holds them."""

from __future__ import annotations

import functools
from typing import Any

from tfshim._src.linear_operators import ops
from tfshim._src.linear_operators.dense import LinearOperatorFullMatrix
from tfshim._src.linear_operators.diagonal import LinearOperatorDiag
from tfshim._src.linear_operators.identity import (
    LinearOperatorIdentity,
    LinearOperatorScaledIdentity,
)
from tfshim._src.linear_operators.triangular import LinearOperatorLowerTriangular

_SCALED = (LinearOperatorIdentity, LinearOperatorScaledIdentity)
_DIAGONAL = (*_SCALED, LinearOperatorDiag)
_LOWER = (*_DIAGONAL, LinearOperatorLowerTriangular)


def total(operators: list) -> Any:
    """The sum of operators of one shape; a single one of a class that adds is itself."""
    if len(operators) == 1:
        known = isinstance(operators[0], (*_LOWER, LinearOperatorFullMatrix))
        return operators[0] if known else LinearOperatorFullMatrix(operators[0].to_dense())
    if all(isinstance(o, _SCALED) for o in operators):
        factors = [
            o.multiplier
            if isinstance(o, LinearOperatorScaledIdentity)
            else ops.ones(o.batch_shape_tensor(), o.dtype)
            for o in operators
        ]
        size = operators[0].domain_dimension_tensor()
        return LinearOperatorScaledIdentity(size, functools.reduce(_add, factors))
    if all(isinstance(o, _DIAGONAL) for o in operators):
        return LinearOperatorDiag(functools.reduce(_add, [o.diag_part() for o in operators]))
    dense = functools.reduce(_add, [o.to_dense() for o in operators])
    if all(isinstance(o, _LOWER) for o in operators):
        return LinearOperatorLowerTriangular(dense)
    return LinearOperatorFullMatrix(dense)


def _add(x: Any, y: Any) -> Any:
    return x + y
