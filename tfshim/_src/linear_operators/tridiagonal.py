"""`tf.linalg.LinearOperatorTridiag`: tridiagonal matrices."""

from __future__ import annotations

from typing import Any

from tfshim._src.linear_operators import ops
from tfshim._src.linear_operators.base import LinearOperator
from tfshim._src.linear_operators.support import (
    assert_real,
    common_batch,
    common_batch_tensor,
    parameter,
    parameters_of,
)
from tfshim._src.registry import export


@export("tf.linalg.LinearOperatorTridiag")
class LinearOperatorTridiag(LinearOperator):
    """The [batch] matrix with three given diagonals.

    Args:
      diagonals: the superdiagonal, the diagonal and the subdiagonal. As "compact" a tensor or
        variable [B1, ..., Bb, 3, N]; as "sequence" a list of three [B1, ..., Bb, N]; as "matrix"
        the matrix [B1, ..., Bb, N, N], of which nothing else may be other than 0. The last entry
        of the superdiagonal and the first of the subdiagonal are not read.
      diagonals_format: "compact", "sequence" or "matrix".
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      name: the operator's name.

    Raises:
      ValueError: for another format.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_tridiag"

    def __init__(
        self,
        diagonals,
        diagonals_format="compact",
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=None,
        name="LinearOperatorTridiag",
    ):
        parameters = parameters_of(locals())
        if diagonals_format not in ("compact", "matrix", "sequence"):
            raise ValueError(
                "Argument `diagonals_format` must be one of compact, matrix, or "
                f"sequence. Received : {diagonals_format}."
            )
        self._diagonals_format = diagonals_format
        if diagonals_format == "sequence":
            self._diagonals: Any = [parameter(d) for d in diagonals]
            dtype = self._diagonals[0].dtype
        else:
            self._diagonals = parameter(diagonals)
            dtype = self._diagonals.dtype
        super().__init__(
            dtype=dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            parameters=parameters,
            name=name,
        )

    @property
    def diagonals(self) -> Any:
        """The diagonals as they were given."""
        return self._diagonals

    @property
    def diagonals_format(self) -> str:
        """ "compact", "sequence" or "matrix"."""
        return self._diagonals_format

    def _shape(self):
        if self._diagonals_format == "matrix":
            return self._diagonals.shape
        if self._diagonals_format == "compact":
            shape = self._diagonals.shape
            return shape[:-2].concatenate(shape[-1:]).concatenate(shape[-1:])
        shapes = [d.shape for d in self._diagonals]
        size = shapes[1][-1:]
        return common_batch([s[:-1] for s in shapes]).concatenate(size).concatenate(size)

    def _shape_tensor(self):
        if self._diagonals_format == "matrix":
            return ops.shape(self._diagonals)
        if self._diagonals_format == "compact":
            shape = ops.shape(self._diagonals)
            return ops.concat([shape[:-2], shape[-1:], shape[-1:]], 0)
        shapes = [ops.shape(d) for d in self._diagonals]
        size = shapes[1][-1:]
        return ops.concat([common_batch_tensor([s[:-1] for s in shapes]), size, size], 0)

    def _compact(self, adjoint: bool = False) -> Any:
        """The diagonals, or those of the adjoint, as a tensor [B1, ..., Bb, 3, N]."""
        if self._diagonals_format == "matrix":
            parts = ops.diag_part(self._diagonals, k=(-1, 1), align="LEFT_RIGHT")
            upper, middle, lower = (parts[..., i, :] for i in range(3))
        elif self._diagonals_format == "compact":
            parts = ops.convert_to_tensor(self._diagonals)
            upper, middle, lower = (parts[..., i, :] for i in range(3))
        else:
            shape = self.shape_tensor()[:-1]
            upper, middle, lower = (ops.broadcast_to(d, shape) for d in self._diagonals)
        if adjoint:
            upper, lower = (
                ops.roll(ops.conj(lower), shift=-1, axis=-1),
                ops.roll(ops.conj(upper), shift=1, axis=-1),
            )
            middle = ops.conj(middle)
        return ops.stack([upper, middle, lower], axis=-2)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        x = ops.adjoint(x) if adjoint_arg else x
        diagonals, x = self._with_batch(self._compact(adjoint), x)
        return ops.tridiagonal_matmul(diagonals, x, diagonals_format="compact")

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        rhs = ops.adjoint(rhs) if adjoint_arg else rhs
        diagonals, rhs = self._with_batch(self._compact(adjoint), rhs)
        return ops.tridiagonal_solve(diagonals, rhs, diagonals_format="compact")

    def _with_batch(self, diagonals: Any, x: Any) -> tuple[Any, Any]:
        """Diagonals and an argument with their batches broadcast."""
        batch = ops.broadcast_dynamic_shape(ops.shape(diagonals)[:-2], ops.shape(x)[:-2])
        return (
            ops.broadcast_to(diagonals, ops.concat([batch, ops.shape(diagonals)[-2:]], 0)),
            ops.broadcast_to(x, ops.concat([batch, ops.shape(x)[-2:]], 0)),
        )

    def _diag_part(self):
        if self._diagonals_format == "matrix":
            return ops.diag_part(self._diagonals)
        if self._diagonals_format == "compact":
            return ops.convert_to_tensor(self._diagonals)[..., 1, :]
        return ops.broadcast_to(self._diagonals[1], self.shape_tensor()[:-1])

    def _to_dense(self):
        if self._diagonals_format == "matrix":
            return self._diagonals
        return ops.diag(self._compact(), k=(-1, 1), align="LEFT_RIGHT")

    def _assert_self_adjoint(self):
        if self._diagonals_format == "matrix":
            return ops.assert_equal(
                self._diagonals,
                ops.adjoint(self._diagonals),
                message="Matrix was not equal to its adjoint.",
            )
        parts = self._compact()
        real = assert_real(
            parts[..., 1, :],
            "This tridiagonal operator contained non-zero imaginary values on the diagonal.",
        )
        below = ops.roll(parts[..., 2, :], shift=-1, axis=-1)
        mirrored = ops.assert_equal(
            ops.conj(below[..., :-1]),
            parts[..., 0, :-1],
            message="This tridiagonal operator has non-conjugate subdiagonal and superdiagonal.",
        )
        return ops.group(*[check for check in (real, mirrored) if check is not None])

    @property
    def _composite_tensor_fields(self):
        return ("diagonals", "diagonals_format")

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self):
        return {"diagonals": [1, 1, 1] if self._diagonals_format == "sequence" else 2}
