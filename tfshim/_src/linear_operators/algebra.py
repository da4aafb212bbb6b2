"""Which operator a product, a quotient, an adjoint, an inverse and a Cholesky factor are.

Each table holds the pairs of classes that have a closed form, the most special first; any other
pair gives a composition. The rules are found by the operator that stands on the left, which for
`a.matmul(b, adjoint=True)` is the adjoint of `a`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tfshim._src.linear_operators import hints, ops

#: (class on the left, class on the right, the result); a class of None is any operator.
Table = list[tuple[Any, Any, Callable[[Any, Any], Any]]]


def product(left: Any, right: Any) -> Any:
    """`left @ right` of two operators whose sizes fit."""
    rule = _find(_products(), left, right)
    return rule(left, right) if rule else _composed([left, right], hints.general(left, right))


def quotient(left: Any, right: Any) -> Any:
    """`left^-1 @ right` of two operators whose sizes fit."""
    from tfshim._src.linear_operators.wrappers import LinearOperatorInversion

    rule = _find(_quotients(), left, right)
    if rule:
        return rule(left, right)
    return _composed([LinearOperatorInversion(left), right], hints.general(left, right))


def adjoint(operator: Any) -> Any:
    """The conjugate transpose of an operator that has no closed form of it."""
    from tfshim._src.linear_operators.wrappers import LinearOperatorAdjoint

    return LinearOperatorAdjoint(operator, **hints.of(operator))


def inverse(operator: Any) -> Any:
    """The inverse of an operator that has no closed form of it."""
    from tfshim._src.linear_operators.wrappers import LinearOperatorInversion

    return LinearOperatorInversion(operator, **hints.of(operator))


def cholesky(operator: Any) -> Any:
    """The Cholesky factor of an operator that has no closed form of it."""
    from tfshim._src.linear_operators.triangular import LinearOperatorLowerTriangular

    return LinearOperatorLowerTriangular(
        ops.cholesky(operator.to_dense()),
        is_non_singular=True,
        is_self_adjoint=False,
        is_square=True,
    )


def _find(table: Table, left: Any, right: Any) -> Callable[[Any, Any], Any] | None:
    for a, b, rule in table:
        if (a is None or isinstance(left, a)) and (b is None or isinstance(right, b)):
            return rule
    return None


def _composed(operators: list, known: dict[str, Any]) -> Any:
    from tfshim._src.linear_operators.products import LinearOperatorComposition

    return LinearOperatorComposition(operators, **known)


@functools.cache
def _products() -> Table:
    from tfshim._src.linear_operators.blocks import LinearOperatorBlockDiag as Blocks
    from tfshim._src.linear_operators.diagonal import LinearOperatorDiag as Diag
    from tfshim._src.linear_operators.identity import (
        LinearOperatorIdentity as Identity,
        LinearOperatorScaledIdentity as Scaled,
    )
    from tfshim._src.linear_operators.triangular import LinearOperatorLowerTriangular as Lower
    from tfshim._src.linear_operators.zeros import LinearOperatorZeros as Zeros

    def diagonal(a, b):
        return Diag(_diagonal(a) * _diagonal(b), **hints.commuting(a, b))

    def rows(a, b):
        return _lower(a.diag[..., None] * b.to_dense(), a, b)

    def columns(a, b):
        return _lower(a.to_dense() * b.diag[..., None, :], b, a)

    def scaled(a, b):
        multiplier = a.multiplier * b.multiplier
        return Scaled(a.domain_dimension_tensor(), multiplier, **hints.commuting(a, b))

    def blocks(a, b):
        return _blocks([x.matmul(y) for x, y in _block_pairs(a, b, "multiply")], a, b)

    def nothing(a, b, zeros):
        if not (a.is_square and b.is_square):
            raise ValueError(
                "Matmul with non-square `LinearOperator`s or non-square "
                "`LinearOperatorZeros` not supported at this time."
            )
        return zeros

    return [
        (Identity, None, lambda a, b: b),
        (Zeros, None, lambda a, b: nothing(a, b, a)),
        (None, Identity, lambda a, b: a),
        (None, Zeros, lambda a, b: nothing(a, b, b)),
        (Diag, (Diag, Scaled), diagonal),
        (Diag, Lower, rows),
        (Scaled, Scaled, scaled),
        (Scaled, Diag, diagonal),
        (Lower, Diag, columns),
        *_circulants(lambda a, b: a * b),
        (Blocks, Blocks, blocks),
    ]


@functools.cache
def _quotients() -> Table:
    from tfshim._src.linear_operators.blocks import LinearOperatorBlockDiag as Blocks
    from tfshim._src.linear_operators.diagonal import LinearOperatorDiag as Diag
    from tfshim._src.linear_operators.identity import (
        LinearOperatorIdentity as Identity,
        LinearOperatorScaledIdentity as Scaled,
    )
    from tfshim._src.linear_operators.triangular import LinearOperatorLowerTriangular as Lower
    from tfshim._src.linear_operators.wrappers import LinearOperatorInversion as Inversion

    def diagonal(a, b):
        return Diag(_diagonal(b) / _diagonal(a), **hints.commuting(a, b))

    def rows(a, b):
        return _lower(b.to_dense() / a.diag[..., None], a, b)

    def scaled(a, b):
        multiplier = b.multiplier / a.multiplier
        return Scaled(a.domain_dimension_tensor(), multiplier, **hints.commuting(a, b))

    def blocks(a, b):
        return _blocks([x.solve(y) for x, y in _block_pairs(a, b, "solve")], a, b)

    return [
        (Identity, None, lambda a, b: b),
        (Inversion, None, lambda a, b: a.operator.matmul(b)),
        (None, Identity, lambda a, b: a.inverse()),
        (Diag, (Diag, Scaled), diagonal),
        (Diag, Lower, rows),
        (Scaled, Scaled, scaled),
        (Scaled, Diag, diagonal),
        *_circulants(lambda a, b: b / a),
        (Blocks, Blocks, blocks),
    ]


def _diagonal(operator: Any) -> Any:
    """The diagonal of a diagonal operator, in a shape that broadcasts with [..., N]."""
    if hasattr(operator, "diag"):
        return operator.diag
    return ops.expand_dims(operator.multiplier, -1)


def _lower(tril: Any, left: Any, right: Any) -> Any:
    from tfshim._src.linear_operators.triangular import LinearOperatorLowerTriangular

    # A triangular matrix is self-adjoint only where it is diagonal, and then it commutes.
    known = {**hints.commuting(left, right), "is_positive_definite": None}
    return LinearOperatorLowerTriangular(tril, **known)


def _circulants(combine: Callable[[Any, Any], Any]) -> Table:
    """Circulant operators of one class are diagonal in the same basis, so spectra combine."""
    from tfshim._src.linear_operators.circulant import (
        LinearOperatorCirculant,
        LinearOperatorCirculant2D,
        LinearOperatorCirculant3D,
    )

    def rule(cls):
        # As in TensorFlow, the result takes and gives complex64.
        return lambda a, b: cls(combine(a.spectrum, b.spectrum), **hints.commuting(a, b))

    classes = (LinearOperatorCirculant, LinearOperatorCirculant2D, LinearOperatorCirculant3D)
    return [(cls, cls, rule(cls)) for cls in classes]


def _block_pairs(left: Any, right: Any, verb: str) -> list:
    """The pairs of blocks of two block-diagonal operators, whose sizes fit."""
    if len(left.operators) != len(right.operators):
        raise ValueError(
            "Can not efficiently multiply two `LinearOperatorBlockDiag`s "
            "together when number of blocks differ."
            if verb == "multiply"
            else "Can not efficiently solve `LinearOperatorBlockDiag` when number of blocks differ."
        )
    pairs = list(zip(left.operators, right.operators, strict=True))
    for a, b in pairs:
        wanted, found = a.domain_dimension, b.range_dimension
        if wanted.value is not None and found.value is not None and wanted != found:
            raise ValueError(
                f"Blocks are incompatible. Expected `x` to have dimension {wanted} but got {found}."
            )
    return pairs


def _blocks(operators: list, left: Any, right: Any) -> Any:
    from tfshim._src.linear_operators.blocks import LinearOperatorBlockDiag

    return LinearOperatorBlockDiag(
        operators, is_non_singular=hints.non_singular(left, right), is_square=True
    )
