"""`tf.sparse.SparseTensor`: values at coordinates of a large tensor, and its spec.

Coordinates are known on the host, where NumPy works out what goes where; values move by gathers
and segment sums, so that they are differentiable as in TensorFlow.
"""

from __future__ import annotations

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.composite import CompositeOperand
from tfshim._src.convert import convert
from tfshim._src.fold import static_value
from tfshim._src.registry import export
from tfshim._src.shapes import TensorShape
from tfshim._src.spec import TensorSpec, TypeSpec
from tfshim._src.tensor import EagerTensor


@export("tf.SparseTensor", "tf.sparse.SparseTensor")
class SparseTensor:
    """A tensor of which only the elements at some coordinates are stored.

    Args:
      indices: int64 tensor of shape [n, rank]; most ops need them in row-major order.
      values: tensor of shape [n].
      dense_shape: int64 tensor of shape [rank].

    Raises:
      ValueError: for shapes that do not fit each other.
    """

    __module__ = "tensorflow.python.framework.sparse_tensor"
    _composite_kind = "sparse"
    __array_priority__ = 100

    def __init__(self, indices, values, dense_shape):
        self._indices: EagerTensor = convert(indices, dtypes.int64)
        self._values: EagerTensor = convert(values)
        self._dense_shape: EagerTensor = convert(dense_shape, dtypes.int64)
        for part, rank in ((self._indices, 2), (self._values, 1), (self._dense_shape, 1)):
            if part.ndim != rank:
                raise ValueError(f"Shape {part.shape} must have rank {rank}")
        n, columns = self._indices.aval.shape
        if n != self._values.aval.shape[0]:
            raise ValueError(f"Dimensions {n} and {self._values.aval.shape[0]} are not compatible")
        if columns != self._dense_shape.aval.shape[0]:
            raise ValueError(
                f"Dimensions {columns} and {self._dense_shape.aval.shape[0]} are not compatible"
            )

    @classmethod
    def from_value(cls, sparse_tensor_value) -> SparseTensor:
        """A sparse tensor of a sparse tensor, or of an object with its three parts."""
        v = sparse_tensor_value
        if not all(hasattr(v, a) for a in ("indices", "values", "dense_shape")):
            raise TypeError(
                f"Argument sparse_tensor_value={v} is neither a SparseTensor nor SparseTensorValue."
            )
        return cls(v.indices, v.values, v.dense_shape)

    @property
    def indices(self) -> EagerTensor:
        """The coordinates, shape [n, rank]."""
        return self._indices

    @property
    def values(self) -> EagerTensor:
        """The stored elements, shape [n]."""
        return self._values

    @property
    def dense_shape(self) -> EagerTensor:
        """The shape, as an int64 tensor."""
        return self._dense_shape

    @property
    def dtype(self):
        return self._values.dtype

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        t = self._dense_shape
        if not t._is_symbolic():
            return TensorShape(t._host_value().tolist())
        known = static_value(t)
        if known is None:
            return TensorShape([None] * t.aval.shape[0])
        return TensorShape(known.tolist())

    def get_shape(self) -> TensorShape:
        return self.shape

    def set_shape(self, shape) -> None:
        """Checks the static shape.

        Raises:
          ValueError: if it does not fit.
        """
        if not self.shape.is_compatible_with(shape):
            raise ValueError(f"Shapes {self.shape} and {TensorShape(shape)} are not compatible")

    def with_values(self, new_values) -> SparseTensor:
        """Other values at the same coordinates."""
        return SparseTensor(self._indices, new_values, self._dense_shape)

    @property
    def op(self):
        return self._values.op

    @property
    def graph(self):
        return self._indices.graph

    def consumers(self) -> list:
        return []

    def eval(self, feed_dict=None, session=None):
        return self.graph

    def __repr__(self) -> str:
        return (
            f"SparseTensor(indices={self._indices!s}, values={self._values!s}, "
            f"dense_shape={self._dense_shape!s})"
        )

    # -- as a composite --------------------------------------------------------------------------

    @property
    def _operand_dtype(self):
        return self.dtype

    def _as_operand(self, dtype=None):
        raise CompositeOperand(
            self,
            f"Attempt to convert a value ({self!r}) with an unsupported type ({type(self)}) to a "
            "Tensor.",
        )

    @property
    def _type_spec(self) -> SparseTensorSpec:
        return SparseTensorSpec(self.shape, self.dtype)

    def _flatten_components(self) -> list:
        return [self._indices, self._values, self._dense_shape]

    def _unflatten_components(self, parts: list) -> SparseTensor:
        made = object.__new__(SparseTensor)  # parts may be specs while a function is traced
        made._indices, made._values, made._dense_shape = parts
        return made


def host_indices(st: SparseTensor) -> np.ndarray:
    """The coordinates on the host."""
    return static.host(st.indices)


def host_shape(st: SparseTensor) -> list[int]:
    """The shape on the host."""
    return static.host(st.dense_shape).tolist()


@export("tf.SparseTensorSpec")
class SparseTensorSpec(TypeSpec):
    """The type of a `tf.SparseTensor`.

    Args:
      shape: its shape; None for any.
      dtype: of the values.
    """

    def __init__(self, shape=None, dtype=dtypes.float32):
        self._shape = TensorShape(shape)
        self._dtype = dtypes.as_dtype(dtype)

    @property
    def shape(self) -> TensorShape:
        return self._shape

    @property
    def dtype(self):
        return self._dtype

    @property
    def value_type(self):
        return SparseTensor

    def _serialize(self) -> tuple:
        return self._shape, self._dtype

    @property
    def _component_specs(self):
        rank = self._shape.rank
        return [
            TensorSpec([None, rank], dtypes.int64),
            TensorSpec([None], self._dtype),
            TensorSpec([rank], dtypes.int64),
        ]

    def _to_components(self, value):
        return value._flatten_components()

    def _from_components(self, components):
        if any(isinstance(part, TensorSpec) for part in components):  # a function's signature
            made = object.__new__(SparseTensor)
            made._indices, made._values, made._dense_shape = components
            return made
        return SparseTensor(*components)

    @classmethod
    def from_value(cls, value) -> SparseTensorSpec:
        """The spec of a sparse tensor."""
        return cls(value.shape, value.dtype)

    def _batch(self, batch_size) -> SparseTensorSpec:
        return SparseTensorSpec(TensorShape([batch_size]).concatenate(self._shape), self._dtype)

    def _unbatch(self) -> SparseTensorSpec:
        return SparseTensorSpec(self._shape[1:], self._dtype)
