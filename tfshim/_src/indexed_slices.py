"""`tf.IndexedSlices`: some rows of a larger tensor, as gradients of gathers are; and its spec."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.elementwise import Together
from tfshim._src.engine.kernel import Kernel
from tfshim._src.registry import export, op
from tfshim._src.rules import INDEX, each, same
from tfshim._src.shapes import TensorShape
from tfshim._src.spec import TensorSpec, TypeSpec
from tfshim._src.tensor import STATE, EagerTensor


@export("tf.IndexedSlices")
class IndexedSlices:
    """Rows `values[i]` that belong at index `indices[i]` of a tensor of shape `dense_shape`.

    Args:
      values: tensor of shape [k, ...].
      indices: integer tensor of shape [k]; an index may repeat, its rows then add up.
      dense_shape: shape of the whole tensor, or None if unknown.
    """

    __module__ = "tensorflow.python.framework.indexed_slices"

    def __init__(self, values, indices, dense_shape=None):
        self._values = values
        self._indices = indices
        self._dense_shape = dense_shape

    @property
    def values(self):
        """The rows, shape [k, ...]."""
        return self._values

    @property
    def indices(self):
        """Where they belong, shape [k]."""
        return self._indices

    @property
    def dense_shape(self):
        """A 1-d tensor with the shape of the whole, or None."""
        return self._dense_shape

    @property
    def shape(self) -> TensorShape:
        if self._dense_shape is None:
            return TensorShape(None)
        sizes = convert(self._dense_shape)
        if sizes.ndim != 1 and STATE.trace.symbolic:
            raise ValueError(f"Shape {sizes.shape} must have rank 1")
        if sizes.ndim != 1:
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return TensorShape([None if n == -1 else n for n in sizes._host_value().tolist()])

    @property
    def dtype(self):
        return self._values.dtype

    @property
    def name(self) -> str:
        return self._values.name

    @property
    def device(self) -> str:
        return self._values.device

    @property
    def op(self):
        return self._values.op

    @property
    def graph(self):
        return self._values.graph

    def consumers(self) -> list:
        return []

    def __str__(self) -> str:
        shape = "" if self._dense_shape is None else f", dense_shape={self._dense_shape!s}"
        return f"IndexedSlices(indices={self._indices!s}, values={self._values!s}{shape})"

    def __neg__(self):
        return IndexedSlices(-self._values, self._indices, self._dense_shape)

    @property
    def _type_spec(self) -> IndexedSlicesSpec:
        dense = self._dense_shape
        shape = self._values.shape if dense is None else self.shape
        if dense is None and shape.rank is not None:
            shape = TensorShape([None, *shape.as_list()[1:]])
        return IndexedSlicesSpec(
            shape,
            self.dtype,
            self._indices.dtype,
            None if dense is None else dense.dtype,
            self._indices.shape,
        )

    def _flatten_components(self):
        parts = [self._values, self._indices]
        return parts if self._dense_shape is None else [*parts, self._dense_shape]

    def _unflatten_components(self, components):
        return IndexedSlices(*components)

    @property
    def _operand_dtype(self):
        return self._values.dtype

    def _as_operand(self, dtype=None) -> EagerTensor:
        if self._dense_shape is None:
            raise ValueError(
                "Tensor conversion requested for IndexedSlices for argument `value` without "
                f"dense_shape: {self}"
            )
        if dtype is not None and dtype is not self.dtype:
            raise ValueError(
                f"Incompatible tensor conversion requested to `dtype` {dtype.name} for "
                f"IndexedSlices ({self}) with dtype {self.dtype.name}"
            )
        return densify(self)


@export("tf.IndexedSlicesSpec")
class IndexedSlicesSpec(TypeSpec):
    """The type of a `tf.IndexedSlices`.

    Args:
      shape: of the whole tensor; None for any.
      dtype: of the values.
      indices_dtype: int32 or int64.
      dense_shape_dtype: that of `dense_shape`, or None where there is no such part.
      indices_shape: shape of the indices, of one axis; by default any.
    """

    __module__ = "tensorflow.python.framework.indexed_slices"

    def __init__(
        self,
        shape=None,
        dtype=dtypes.float32,
        indices_dtype=dtypes.int64,
        dense_shape_dtype=None,
        indices_shape=None,
    ):
        self._shape = TensorShape(shape)
        self._values_dtype = dtypes.as_dtype(dtype)
        self._indices_dtype = dtypes.as_dtype(indices_dtype)
        self._dense_shape_dtype = (
            None if dense_shape_dtype is None else dtypes.as_dtype(dense_shape_dtype)
        )
        self._indices_shape = TensorShape(indices_shape).with_rank(1)

    @property
    def value_type(self):
        """`tf.IndexedSlices`."""
        return IndexedSlices

    def _serialize(self) -> tuple:
        return (
            self._shape,
            self._values_dtype,
            self._indices_dtype,
            self._dense_shape_dtype,
            self._indices_shape,
        )

    @property
    def _component_specs(self):
        rows = self._indices_shape.concatenate(self._shape[1:])
        specs = (
            TensorSpec(rows, self._values_dtype),
            TensorSpec(self._indices_shape, self._indices_dtype),
        )
        if self._dense_shape_dtype is None:
            return specs
        return (*specs, TensorSpec([self._shape.rank], self._dense_shape_dtype))

    def _to_components(self, value):
        return tuple(value._flatten_components())

    def _from_components(self, components):
        return IndexedSlices(*components)


@op(kernel="UnsortedSegmentSum", inputs=same("values") + each("indices", of=INDEX))
def _scatter_rows(values, indices, shape):
    """Zeros of `shape` with the rows added at their indices."""
    return jnp.zeros(shape, values.dtype).at[indices].add(values, mode="drop")


def densify(value: Any) -> EagerTensor:
    """The dense tensor of slices; a tensor is returned as it is."""
    if not isinstance(value, IndexedSlices):
        return value
    shape = convert(value.dense_shape)._host_value().tolist()
    return _scatter_rows(value.values, value.indices, tuple(shape))


@op(kernel="AddN", inputs=same("*inputs"))
def _sum_all(inputs):
    """The sum of tensors of one shape."""
    total = inputs[0]
    for x in inputs[1:]:
        total = total + x
    return total


_ADD2 = Kernel("AddN", lambda x, y: jnp.add(x, y), form=Together)


@op(kernel="ConcatV2", inputs=same("*values"))
def _concat_rows(values):
    """Tensors joined along the first axis."""
    return jnp.concatenate(values, axis=0)


def aggregate(parts: list[Any]) -> Any:
    """The sum of gradients: slices are joined, a mix with dense ones becomes dense."""
    if all(isinstance(p, IndexedSlices) for p in parts):
        kinds = {p.indices.dtype for p in parts}
        indices = [p.indices for p in parts]
        if len(kinds) > 1:
            from tfshim._src.ops import array

            indices = [array.cast(i, "int64") for i in indices]
        return IndexedSlices(
            _concat_rows([p.values for p in parts]), _concat_rows(indices), parts[0].dense_shape
        )
    dense = [densify(p) for p in parts]
    if len(dense) == 2 and dense[0].aval is dense[1].aval:
        return dispatch(_ADD2, (dense[0], dense[1]))
    return _sum_all(dense)
