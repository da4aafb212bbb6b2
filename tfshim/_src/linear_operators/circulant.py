"""`tf.linalg.LinearOperatorCirculant` and its nestings: convolutions, diagonal in Fourier's basis.

A circulant matrix is `F^-1 diag(spectrum) F` with the discrete Fourier transform F (Davis,
Circulant Matrices, 1979). With two or three dimensions the blocks of a circulant are circulant
again, and F is the transform in as many dimensions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.linear_operators import hints, ops
from tfshim._src.linear_operators.base import LinearOperator
from tfshim._src.linear_operators.support import (
    assert_no_zeros,
    assert_real,
    broadcast_batches,
    parameter,
    parameters_of,
    to_complex,
)
from tfshim._src.registry import export
from tfshim._src.shapes import TensorShape

_FFT = {1: ops.fft, 2: ops.fft2d, 3: ops.fft3d}
_IFFT = {1: ops.ifft, 2: ops.ifft2d, 3: ops.ifft3d}


class Circulant(LinearOperator):
    """What the three classes share; `_block_depth` is the number of nested dimensions."""

    _block_depth = 0

    def __init__(
        self,
        spectrum,
        input_output_dtype=dtypes.complex64,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=True,
        name="",
        parameters=None,
    ):
        self._spectrum = parameter(spectrum)
        rank = self._spectrum.shape.rank
        if rank is not None and rank < self._block_depth:
            raise ValueError(
                f"Argument `spectrum` must have at least {self._block_depth} dimensions. "
                f"Received: {self._spectrum}."
            )
        if not self._spectrum.dtype.is_complex:
            if is_self_adjoint is False:
                raise ValueError(
                    "A real spectrum always corresponds to a self-adjoint operator. Expected "
                    "argument `is_self_adjoint` to be True when `spectrum.dtype.is_complex` = "
                    f"True. Received: {is_self_adjoint}."
                )
            is_self_adjoint = True
        if is_square is False:
            raise ValueError(
                "A [[nested] block] circulant operator is always square. "
                f"Expected argument `is_square` to be True. Received: {is_square}."
            )
        super().__init__(
            dtype=input_output_dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=True,
            parameters=parameters,
            name=name,
        )

    @property
    def spectrum(self) -> Any:
        """The eigenvalues [B1, ..., Bb, N] or [..., N0, N1] or [..., N0, N1, N2]."""
        return self._spectrum

    @property
    def block_depth(self) -> int:
        """The number of nested dimensions: 1, 2 or 3."""
        return self._block_depth

    @property
    def block_shape(self) -> TensorShape:
        """The static sizes of the nested dimensions."""
        return self._spectrum.shape[-self._block_depth :]

    def block_shape_tensor(self) -> Any:
        """Those sizes as an int32 vector."""
        return ops.shape(self._spectrum)[-self._block_depth :]

    def _shape(self):
        sizes = self.block_shape
        n = sizes.num_elements() if sizes.is_fully_defined() else None
        return self._spectrum.shape[: -self._block_depth].concatenate([n, n])

    def _shape_tensor(self):
        shape = ops.shape(self._spectrum)
        n = ops.reduce_prod(shape[-self._block_depth :], keepdims=True)
        return ops.concat([shape[: -self._block_depth], n, n], 0)

    def _flat(self, x: Any) -> Any:
        """A tensor whose nested dimensions are one."""
        shape = ops.shape(x)
        n = ops.reduce_prod(shape[-self._block_depth :], keepdims=True)
        return ops.reshape(x, ops.concat([shape[: -self._block_depth], n], 0))

    def _filtered(self, x: Any, adjoint: bool, apply: Any) -> Any:
        """F^-1 apply(F x, spectrum), with the vectors of x [..., N, R] in its columns."""
        spectrum = to_complex(ops.convert_to_tensor(self._spectrum))
        spectrum = ops.conj(spectrum) if adjoint else spectrum
        x, column = broadcast_batches(
            [ops.cast(x, spectrum.dtype), self._flat(spectrum)[..., None]]
        )
        nested = self.block_shape_tensor()

        def blocks(matrix):
            vectors = ops.adjoint(ops.conj(matrix))  # [..., R, N]
            return ops.reshape(vectors, ops.concat([ops.shape(vectors)[:-1], nested], 0))

        waves = _FFT[self._block_depth](blocks(x))
        out = _IFFT[self._block_depth](apply(waves, blocks(column)))
        return ops.cast(ops.adjoint(ops.conj(self._flat(out))), self.dtype)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        x = ops.adjoint(x) if adjoint_arg else x
        return self._filtered(x, adjoint, lambda waves, spectrum: waves * spectrum)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        rhs = ops.adjoint(rhs) if adjoint_arg else rhs
        return self._filtered(rhs, adjoint, lambda waves, spectrum: waves / spectrum)

    def convolution_kernel(self, name="convolution_kernel") -> Any:
        """The matrix's first column, in the shape of the spectrum: its inverse transform."""
        spectrum = to_complex(ops.convert_to_tensor(self._spectrum))
        return ops.cast(_IFFT[self._block_depth](spectrum), self.dtype)

    def _axes(self) -> list[int]:
        return list(range(-self._block_depth, 0))

    def _determinant(self):
        return ops.cast(ops.reduce_prod(self._spectrum, axis=self._axes()), self.dtype)

    def _log_abs_determinant(self):
        logs = ops.log(ops.abs(self._spectrum))
        return ops.cast(ops.reduce_sum(logs, axis=self._axes()), self.dtype)

    def _trace(self):
        real = ops.reduce_sum(ops.real(self._spectrum), axis=self._axes())
        if not self.dtype.is_complex:
            return ops.cast(real, self.dtype)
        if self.is_self_adjoint:
            imaginary = ops.zeros_like(real)
        else:
            imaginary = ops.reduce_sum(ops.imag(self._spectrum), axis=self._axes())
        return ops.cast(ops.complex(real, imaginary), self.dtype)

    def _diag_part(self):
        mean = self.trace() / ops.cast(self.domain_dimension_tensor(), self.dtype)
        return mean[..., None] * ops.ones(self.shape_tensor()[:-1], self.dtype)

    def _eigvals(self):
        return self._flat(ops.convert_to_tensor(self._spectrum))

    def _cond(self):
        modulus = ops.abs(self._eigvals())
        return ops.reduce_max(modulus, axis=-1) / ops.reduce_min(modulus, axis=-1)

    def _linop_adjoint(self):
        # As in TensorFlow, the adjoint takes and gives complex64.
        return type(self)(ops.conj(self._spectrum), **hints.of(self))

    def _linop_inverse(self):
        return type(self)(1.0 / self._spectrum, self.dtype, **hints.of(self))

    def assert_hermitian_spectrum(self, name="assert_hermitian_spectrum") -> Any:
        """Checks that the matrix is real up to rounding.

        Raises:
          InvalidArgumentError: if it is not.
        """
        real = self.dtype.real_dtype
        largest = float(np.finfo(real.as_numpy_dtype).eps) * ops.cast(
            self.domain_dimension_tensor(), real
        )
        return ops.assert_less(
            ops.abs(ops.imag(self.convolution_kernel())),
            largest,
            message="Spectrum was not Hermitian",
        )

    def _assert_non_singular(self):
        return assert_no_zeros(
            self._spectrum, "Singular operator:  Spectrum contained zero values."
        )

    def _assert_positive_definite(self):
        return ops.assert_positive(
            ops.real(self._spectrum),
            message="Not positive definite:  Real part of spectrum was not all positive.",
        )

    def _assert_self_adjoint(self):
        return assert_real(
            self._spectrum,
            "Not self-adjoint:  The spectrum contained non-zero imaginary part.",
        )

    @property
    def _composite_tensor_fields(self):
        return ("spectrum", "input_output_dtype")

    @property
    def _experimental_parameter_ndims_to_matrix_ndims(self):
        return {"spectrum": self._block_depth}


@export("tf.linalg.LinearOperatorCirculant")
class LinearOperatorCirculant(Circulant):
    """A circulant matrix.

    Args:
      spectrum: a tensor or variable [B1, ..., Bb, N], the eigenvalues.
      input_output_dtype: of the matrix, and so of what it multiplies.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      name: the operator's name.

    Raises:
      ValueError: for a spectrum of lower rank, or hints that cannot be true.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_circulant"
    _block_depth = 1

    def __init__(
        self,
        spectrum,
        input_output_dtype=dtypes.complex64,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=True,
        name="LinearOperatorCirculant",
    ):
        super().__init__(**parameters_of(locals()), parameters=parameters_of(locals()))


@export("tf.linalg.LinearOperatorCirculant2D")
class LinearOperatorCirculant2D(Circulant):
    """A block circulant matrix whose blocks are circulant.

    Args:
      spectrum: a tensor or variable [B1, ..., Bb, N0, N1], the eigenvalues.
      input_output_dtype: of the matrix, and so of what it multiplies.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      name: the operator's name.

    Raises:
      ValueError: for a spectrum of lower rank, or hints that cannot be true.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_circulant"
    _block_depth = 2

    def __init__(
        self,
        spectrum,
        input_output_dtype=dtypes.complex64,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=True,
        name="LinearOperatorCirculant2D",
    ):
        super().__init__(**parameters_of(locals()), parameters=parameters_of(locals()))


@export("tf.linalg.LinearOperatorCirculant3D")
class LinearOperatorCirculant3D(Circulant):
    """A block circulant matrix whose blocks are block circulant with circulant blocks.

    Args:
      spectrum: a tensor or variable [B1, ..., Bb, N0, N1, N2], the eigenvalues.
      input_output_dtype: of the matrix, and so of what it multiplies.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; see LinearOperator.
      name: the operator's name.

    Raises:
      ValueError: for a spectrum of lower rank, or hints that cannot be true.
    """

    __module__ = "tensorflow.python.ops.linalg.linear_operator_circulant"
    _block_depth = 3

    def __init__(
        self,
        spectrum,
        input_output_dtype=dtypes.complex64,
        is_non_singular=None,
        is_self_adjoint=None,
        is_positive_definite=None,
        is_square=True,
        name="LinearOperatorCirculant3D",
    ):
        super().__init__(**parameters_of(locals()), parameters=parameters_of(locals()))
