"""`tf.TensorArray`: a list of tensors of one dtype, which a loop can fill.

Eagerly, and where indices are known while tracing, it is a Python list. Where an index is known
only when the program runs, it is one tensor `[size, *element_shape]`, updated in place by XLA.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, fold
from tfshim._src.control_flow.array_checks import check_alike, checked_index, refuse_float
from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError, OutOfRangeError
from tfshim._src.ops.value_checks import check_list
from tfshim._src.registry import export, op
from tfshim._src.rules import INDEX, each, same
from tfshim._src.shapes import TensorShape
from tfshim._src.spec import TypeSpec
from tfshim._src.tensor import STATE, EagerTensor, NeedsValue, Tensor


@op(kernel="TensorListSetItem", inputs=same("buffer", "value") + each("index", of=INDEX))
def _set_row(buffer, value, index):
    """A buffer with one row replaced."""
    return lax.dynamic_update_index_in_dim(buffer, value, index, 0)


@op(kernel="TensorListGetItem", inputs=same("buffer") + each("index", of=INDEX))
def _get_row(buffer, index):
    """One row of a buffer."""
    return lax.dynamic_index_in_dim(buffer, index, 0, keepdims=False)


@op(kernel="TensorListGather", inputs=same("buffer") + each("indices", of=INDEX))
def _get_rows(buffer, indices):
    """Several rows of a buffer."""
    return jnp.take(buffer, indices, axis=0)


@op(kernel="TensorListScatter", inputs=same("buffer", "value") + each("indices", of=INDEX))
def _set_rows(buffer, value, indices):
    """A buffer with several rows replaced."""
    return buffer.at[indices].set(value)


@export("tf.TensorArray")
class TensorArray:
    """A list of tensors of one dtype, written and read by index.

    In a traced function each write gives a new array, so use `ta = ta.write(...)`.

    Args:
      dtype: of the elements.
      size: number of elements; 0 by default.
      dynamic_size: whether writing beyond the end makes it longer.
      clear_after_read: whether an element is forgotten once it is read (eagerly; the default).
      tensor_array_name, name: ignored.
      handle, flow: TensorFlow 1 arguments; `flow` is kept, `handle` must be None.
      infer_shape: whether all elements must have the shape of the first one.
      element_shape: their shape, if it is known.
      colocate_with_first_write_call: where elements are stored; there is one device.
    """

    def __init__(
        self,
        dtype,
        size=None,
        dynamic_size=None,
        clear_after_read=None,
        tensor_array_name=None,
        handle=None,
        flow=None,
        infer_shape=True,
        element_shape=None,
        colocate_with_first_write_call=True,
        name=None,
    ):
        if handle is not None:
            if STATE.trace.symbolic:
                raise AssertionError
            raise ValueError(
                "TensorArray handles are not supported when eager execution is enabled."
            )
        self._dtype = dtypes.as_dtype(dtype)
        if size is None and not STATE.trace.symbolic:
            raise ValueError(
                "Size must be declared for TensorArrays when eager execution is enabled."
            )
        if size is None and flow is None:
            raise ValueError("Argument `size` must be provided if argument `flow` is not provided.")
        self._dynamic = bool(dynamic_size)
        self._infer = bool(infer_shape)
        #: the elements' shape, which all versions of an array learn together
        self._known_shape = [TensorShape(element_shape)]
        self._packed_as_known = True
        self._clear = clear_after_read is not False
        self._flow = flow
        count = _integer(0 if size is None else size)
        if count < 0 and STATE.trace.symbolic:
            raise InvalidArgumentError(
                None,
                None,
                f"The num_elements to reserve must be a non negative number, but got {count}",
            )
        self._items: Any = [None] * count
        #: in a function: how many elements there should be; None if that may change
        self._size = None if self._dynamic else count
        self._cleared: set[int] = set()
        self._buffer: EagerTensor | None = None
        #: symbolic indices at which a loop's body writes, shared by all versions of the array
        self._written_at: list[EagerTensor] = []

    # -- facts --

    @property
    def dtype(self):
        """The elements' dtype."""
        return self._dtype

    @property
    def flow(self):
        """A scalar that stands for TensorFlow's flow of writes."""
        return convert(np.int32(0)) if self._flow is None else self._flow

    @property
    def handle(self):
        """None: there is no resource."""
        return None

    @property
    def dynamic_size(self) -> bool:
        """Whether writes can make it longer."""
        return self._dynamic

    @property
    def element_shape(self) -> TensorShape:
        """The elements' shape, as far as it is known."""
        return self._shape

    @property
    def _shape(self) -> TensorShape:
        return self._known_shape[0]

    @_shape.setter
    def _shape(self, shape: TensorShape) -> None:
        self._known_shape[0] = shape

    def _length(self) -> int:
        if self._items is not None:
            return len(self._items)
        assert self._buffer is not None
        return self._buffer.aval.shape[0]

    def size(self, name=None):
        """The number of elements."""
        fixed = self._size if STATE.trace.symbolic else None
        return convert(np.int32(self._length() if fixed is None else fixed))

    def identity(self) -> TensorArray:
        """The same array."""
        return self._version()

    def close(self, name=None) -> None:
        """Forgets all elements."""
        self._items = []
        self._buffer = None

    def grad(self, source, flow=None, name=None):
        """TensorFlow 1 only.

        Raises:
          NotImplementedError: always, as TensorFlow does.
        """
        raise NotImplementedError(
            "TensorArray.grad is not supported when executing eagerly; eager's gradient "
            "implementation does not use/need this function to compute gradients of operations "
            "that use TensorArrays."
        )

    # -- representation --

    def _version(self) -> TensorArray:
        """Itself eagerly, a copy in a function being traced."""
        if not STATE.trace.symbolic:
            return self
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        if self._items is not None:
            other._items = list(self._items)
        other._cleared = set(self._cleared)
        return other

    def _merge(self, value: EagerTensor) -> None:
        """Checks and learns the shape of an element."""
        if not self._infer:
            return
        if not self._shape.is_compatible_with(value.aval.shape):
            if STATE.trace.symbolic:
                raise ValueError(
                    f"Inconsistent shapes: saw {value.shape} but expected {self._shape} "
                )
            raise ValueError(
                f"Incompatible shape for value ({value.shape}), expected ({self._shape})"
            )
        self._shape = self._shape.merge_with(TensorShape(value.aval.shape))

    def _value(self, value: Any) -> EagerTensor:
        t = convert(value, hint=self._dtype)
        if t.dtype is not self._dtype:
            from tfshim._src.errors import runtime_name

            if STATE.trace.symbolic:
                text = (
                    f"Invalid data types; op elements {runtime_name(t.dtype)} but list elements "
                    f"{runtime_name(self._dtype)}"
                )
            else:
                text = (
                    f"TensorArray dtype is {self._dtype.name} but Op is trying to write dtype "
                    f"{t.dtype.name} "
                )
            raise InvalidArgumentError(None, None, text)
        return t

    def _zero(self) -> EagerTensor:
        shape = self._shape
        if not shape.is_fully_defined():
            other = next((t for t in self._items or () if t is not None), None)
            if STATE.trace.symbolic and other is not None:
                return _zeros(other.aval.shape, self._dtype)
            if STATE.trace.symbolic:
                raise InvalidArgumentError(
                    None,
                    None,
                    "Trying to read an uninitialized tensor but element_shape is not fully "
                    f"defined: {self._shape} and no list element is set.",
                )
            raise ValueError(
                f"Cannot convert a partially known TensorShape {self._shape} to a Tensor."
            )
        return _zeros(shape.as_list(), self._dtype)

    def _dense(self) -> EagerTensor:
        """The elements as one tensor."""
        from tfshim._src.ops import array

        if self._buffer is not None:
            return self._buffer
        assert self._items is not None
        if not self._items:
            shape: Any = [0, *(self._shape.as_list() if self._shape.is_fully_defined() else [])]
            return convert(np.zeros(shape, self._dtype.np))
        rows = [self._zero() if t is None else t for t in self._items]
        if STATE.trace.symbolic:
            check_alike([r.aval.shape for r in rows])
        return array.stack(rows)

    def _pack(self) -> list[EagerTensor]:
        """The tensors that a loop carries for this array."""
        self._packed_as_known = self._shape.is_fully_defined()
        if self._items is not None and not self._packed_as_known:
            known = next((t for t in self._items if t is not None), None)
            if known is None:
                return [convert(np.zeros([len(self._items)], self._dtype.np))]
            raise NeedsValue("an array of tensors of different shapes in a loop")
        if self._items is not None and not self._items:
            shape: Any = [0, *self._shape.as_list()]
            return [convert(np.zeros(shape, self._dtype.np))]
        return [self._dense()]

    def _unpack(self, tensors: Iterator[EagerTensor]) -> TensorArray:
        """An array like this one that a loop carries."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._items, other._cleared = None, set()
        other._buffer = next(tensors)
        return other

    def _learn(self, later: TensorArray) -> bool:
        """Takes over the element shape that a loop's body found out; whether it is news."""
        if not self._shape.is_fully_defined():
            if not later._shape.is_fully_defined():
                return False
            self._shape = later._shape
        return not self._packed_as_known

    def _grow(self, size: int) -> bool:
        """Makes room for so many elements; whether that changed anything."""
        if self._items is None or len(self._items) >= size:
            return False
        self._items.extend([None] * (size - len(self._items)))
        return True

    # -- elements --

    def read(self, index, name=None) -> Any:
        """The element at an index.

        Raises:
          OutOfRangeError, InvalidArgumentError: for an index that is not there, or was read before.
        """
        return self._read(index)

    def _read(self, index, checked: bool = True) -> Any:
        """`read`, maybe of an index that is known to be there."""
        i = _known(checked_index(index, "TensorListGetItem"))
        if i is None or self._items is None:
            buffer, at = self._dense(), convert(index)
            n = buffer.aval.shape[0]
            if not checked:
                return _get_row(buffer, at)
            text = f"Trying to access element {{}} in a list with {n} elements."
            check_list("TensorArrayV2Read/TensorListGetItem", at, n, text)
            return _get_row(buffer, at)
        n = len(self._items)
        if not 0 <= i < n:
            if STATE.trace.symbolic:
                raise InvalidArgumentError(
                    None, None, f"Trying to access element {i} in a list with {n} elements."
                )
            text = f"Tried to read from index {i} but array size is: {n} "
            if i < 0:
                text = f"Reading from negative indices (index {i}) is not allowed."
            raise OutOfRangeError(None, None, text)
        if i in self._cleared:
            raise InvalidArgumentError(
                None,
                None,
                f"Could not read index {i} twice because it was cleared after a previous read "
                "(perhaps try setting clear_after_read = false?)",
            )
        value = self._items[i]
        if value is None:
            value = self._zero()
        if self._clear and not STATE.trace.symbolic:
            self._cleared.add(i)
            self._items[i] = None
        return value

    def write(self, index, value, name=None) -> TensorArray:
        """The array with one element set.

        Raises:
          OutOfRangeError, InvalidArgumentError: for an index beyond the end, or another dtype.
          ValueError: for another shape.
        """
        return self._write(index, value)

    def _write(self, index, value, checked: bool = True) -> TensorArray:
        """`write`, maybe at an index that is known to be there."""
        value = self._value(value)
        other = self._version()
        other._merge(value)
        i = _known(checked_index(index, "TensorListSetItem"))
        if i is not None and other._items is not None:
            n = len(other._items)
            if i >= n and other._dynamic:
                other._grow(i + 1)
            elif not 0 <= i < n:
                if STATE.trace.symbolic:
                    raise InvalidArgumentError(
                        None, None, f"Trying to modify element {i} in a list with {n} elements."
                    )
                if i < 0:
                    raise OutOfRangeError(
                        None, None, f"Writing to negative indices (index {i}) is not allowed."
                    )
                raise OutOfRangeError(
                    None,
                    None,
                    f"Tried to write to index {i} but array is not resizeable and size is: {n} ",
                )
            other._items[i] = value
            other._cleared.discard(i)
            return other
        at = convert(index)
        other._written_at.append(at)
        buffer = other._dense()
        if buffer.aval.shape[1:] != value.aval.shape or buffer.aval.shape[0] == 0:
            # the first run of a loop's body: what is learned here starts it again
            return other
        n = buffer.aval.shape[0]
        text = f"Trying to modify element {{}} in a list with {n} elements."
        if checked:
            check_list("TensorArrayV2Write/TensorListSetItem", at, n, text)
        other._items, other._buffer = None, _set_row(buffer, value, at)
        return other

    def stack(self, name=None) -> Any:
        """All elements as one tensor `[size, ...]`.

        Raises:
          InvalidArgumentError: in a function, if there are none and their shape is not known.
        """
        if STATE.trace.symbolic and self._items is not None:
            text = "Tried to stack elements of an empty list with non-fully-defined element_shape"
            if self._items:
                text = (
                    "Tried to stack list which only contains uninitialized tensors and has a "
                    "non-fully-defined element_shape"
                )
            self._check_elements(text)
        if STATE.trace.symbolic and self._size not in (None, self._length()):
            raise InvalidArgumentError(
                None,
                None,
                f"Operation expected a list with {self._size} elements but got a list with "
                f"{self._length()} elements.",
            )
        return self._dense()

    def _check_elements(self, text: str) -> None:
        """Raises if there is no element, and the shape of elements is not known."""
        if not self._shape.is_fully_defined() and all(t is None for t in self._items):
            dims = self._shape.dims
            shown = "<unknown>" if dims is None else [_size_text(d.value) for d in dims]
            shown = shown if dims is None else f"[{','.join(shown)}]"
            raise InvalidArgumentError(None, None, f"{text}: {shown}")

    def gather(self, indices, name=None) -> Any:
        """The elements at these indices as one tensor."""
        known = _known_all(indices)
        symbolic = STATE.trace.symbolic
        if symbolic and self._items is not None:
            self._check_elements(
                "Tried to gather uninitialized tensors from a list with non-fully-defined "
                "element_shape"
            )
        if known is None or self._items is None:
            buffer, at = self._dense(), convert(indices)
            text = f"Index {{}} out o range; list only has {buffer.aval.shape[0]} elements."
            check_list("TensorListGather", at, buffer.aval.shape[0], text)
            return _get_rows(buffer, at)
        from tfshim._src.ops import array

        if not known:
            return _get_rows(self._dense(), convert(np.zeros([0], np.int32)))
        rows = []
        for i in known:
            n = len(self._items)
            if not symbolic and not -n <= i < n:
                raise IndexError("list index out of range")
            if symbolic and not 0 <= i < n:
                text = f"Index {i} out o range; list only has {n} elements."
                raise InvalidArgumentError(None, None, text)
            value = self._items[i]
            rows.append(self._zero() if value is None else value)
        return array.stack(rows)

    def concat(self, name=None) -> Any:
        """All elements joined along their first axis."""
        from tfshim._src.ops import array

        if STATE.trace.symbolic and self._items == []:
            self._check_elements(
                "All except the first dimension must be fully defined when concating an empty "
                "tensor list. element_shape"
            )
        if self._items is None:
            buffer = self._dense()
            shape = buffer.aval.shape
            return array.reshape(buffer, (shape[0] * shape[1], *shape[2:]))
        pieces = [self._zero() if t is None else t for t in self._items]
        for i, piece in enumerate(pieces):
            if not piece.aval.shape:
                text = f"Concat saw a scalar shape at index {i} but requires at least vectors."
                raise InvalidArgumentError(None, None, text)
        if STATE.trace.symbolic:
            check_alike([p.aval.shape[1:] for p in pieces])
        return array.concat(pieces, 0)

    def unstack(self, value, name=None) -> TensorArray:
        """The array filled with the rows of a tensor."""
        from tfshim._src.ops import array

        value = self._value(value)
        other = self._version()
        symbolic = STATE.trace.symbolic
        if symbolic and not value.aval.shape:
            text = "Tensor must be at least a vector, but saw shape: []"
            raise InvalidArgumentError(None, None, text)
        rows = array.unstack(value) if value.aval.shape != (0,) else []
        n = other._length()
        if not other._dynamic and len(rows) > n and not symbolic:
            raise ValueError(
                f"Cannot unstack {len(rows)} tensors into a TensorArray of static size {n} "
            )
        if rows and symbolic:
            other._merge(rows[0])
        other._items = list(rows)  # an array of fewer rows is as short as they are
        other._cleared, other._buffer = set(), None
        return other

    def scatter(self, indices, value, name=None) -> TensorArray:
        """The array with several elements set to the rows of a tensor."""
        from tfshim._src.ops import array

        symbolic = STATE.trace.symbolic
        value = self._value(value) if symbolic else convert(value)
        at = _known_array(indices)
        if at is not None and not at.ndim:
            if not symbolic:
                raise TypeError("'int' object is not iterable")
            raise ValueError("Shape must be rank 1 but is rank 0")
        known = None if at is None else [int(i) for i in at.reshape(-1)]
        rows = value.aval.shape[0] if value.aval.shape else 0
        if symbolic and known is not None and rows != len(known):
            raise InvalidArgumentError(
                None,
                None,
                f"Expected len(indices) == tensor.shape[0], but saw: {len(known)} vs. {rows}",
            )
        if known is None or self._items is None:
            other = self._version()
            buffer = _set_rows(other._dense(), value, convert(indices))
            other._items, other._buffer = None, buffer
            return other
        other = self
        if symbolic and known:  # it grows, and is then found to be too long
            other = self._version()
            other._grow(max(known) + 1)
        for i, row in zip(known, array.unstack(value), strict=False):
            other = other.write(i, row)
        return other

    def split(self, value, lengths, name=None) -> TensorArray:
        """The array filled with pieces of a tensor along its first axis.

        Args:
          value: the tensor.
          lengths: how long each piece is.
        """
        from tfshim._src.ops import array

        value = self._value(value)
        found = _known_array(lengths)
        if found is None:
            raise NeedsValue("split: the lengths are not known")
        if not found.ndim and value.aval.shape:
            if STATE.trace.symbolic:
                raise ValueError("Shape must be rank 1 but is rank 0")
            text = "Expected lengths to be a vector, received shape: [] "
            raise InvalidArgumentError(None, None, text)
        known = [int(i) for i in found.reshape(-1)]
        self._check_split(value, known)
        other = self._version()
        pieces = array.split(value, known)
        if len(set(known)) > 1:
            other._infer = False
        other._items = list(pieces)
        other._cleared, other._buffer = set(), None
        if pieces and other._infer:
            other._merge(pieces[0])
        return other

    def _check_split(self, value: EagerTensor, lengths: list[int]) -> None:
        """Raises for lengths of pieces that do not fit."""
        text, total = None, sum(lengths)
        if not value.aval.shape:
            if STATE.trace.symbolic:
                raise ValueError("Shape must be at least rank 1 but is rank 0")
            text = "Expected value to be at least a vector, but received shape: [] "
        elif STATE.trace.symbolic:
            rows, start = value.aval.shape[0], 0
            for length in lengths:
                if start + length > rows and text is None:
                    text = (
                        f"Attempting to slice [{start}, {start + length}] from tensor with length "
                        f"{rows}"
                    )
                start += length
            if total < rows:
                text = f"Unused values in tensor. Length of tensor: {rows} Values used: {total}"
        elif total != value.aval.shape[0]:
            text = (
                f"Expected sum of lengths to be equal to values.shape[0], but sum of lengths is "
                f"{total} and value's shape is: {list(value.aval.shape)} "
            )
        elif not self._dynamic and len(lengths) != self._length():
            text = (
                "TensorArray's size is not equal to the size of lengths "
                f"({self._length()} vs. {len(lengths)}), and the TensorArray is not marked as "
                "dynamically resizeable."
            )
        if text is not None:
            raise InvalidArgumentError(None, None, text)

    def _graph_output(self) -> Any:
        return self.stack()

    @property
    def _type_spec(self) -> TensorArraySpec:
        return TensorArraySpec(self._shape, self._dtype, self._dynamic, self._infer)


def _size_text(size: int | None) -> str:
    return "?" if size is None else str(size)


def _zeros(shape: Any, dtype: Any) -> EagerTensor:
    """What an element that nobody wrote is read as."""
    if dtype.kind == "s":
        return convert(np.full(shape, b"", object))
    return convert(np.zeros(shape, dtype.np))


def _integer(size: Any) -> int:
    symbolic = STATE.trace.symbolic
    if isinstance(size, (float, list, tuple)):
        if not symbolic:
            kind = type(size).__name__
            raise TypeError(f"'{kind}' object cannot be interpreted as an integer")
        refuse_float(size, "num_elements", "TensorListReserve")
        text = f"The num_elements to reserve must be a tensor size 1, but got [{np.size(size)}]"
        raise InvalidArgumentError(None, None, text)
    value = _known(size)
    if value is None:
        raise NeedsValue("the size of a TensorArray is not known")
    return value


def _known(value: Any) -> int | None:
    """An index, if it is known now."""
    found = _known_array(value)
    return None if found is None else int(found)


def _known_all(value: Any) -> list[int] | None:
    found = _known_array(value)
    return None if found is None else [int(v) for v in found.reshape(-1)]


def _known_array(value: Any) -> np.ndarray | None:
    if isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value):
        value = convert(value)
    read = getattr(value, "_as_operand", None)
    if read is not None:
        value = read()
    return fold.static_value(value) if isinstance(value, Tensor) else np.asarray(value)


@export("tf.TensorArraySpec")
class TensorArraySpec(TypeSpec):
    """The type of a `tf.TensorArray`.

    Args:
      element_shape: of its elements; None if unknown.
      dtype: of its elements.
      dynamic_size, infer_shape: as of the array.
    """

    def __init__(
        self, element_shape=None, dtype=dtypes.float32, dynamic_size=False, infer_shape=True
    ):
        self._element_shape = TensorShape(element_shape)
        self._dtype = dtypes.as_dtype(dtype)
        self._dynamic_size = dynamic_size
        self._infer_shape = infer_shape

    @property
    def value_type(self):
        """`tf.TensorArray`."""
        return TensorArray

    def _serialize(self) -> tuple:
        return self._element_shape, self._dtype, self._dynamic_size, self._infer_shape

    @property
    def _component_specs(self):
        return []

    def _to_components(self, value):
        return []

    def _from_components(self, components):
        return TensorArray(
            self._dtype,
            dynamic_size=self._dynamic_size,
            infer_shape=self._infer_shape,
            element_shape=self._element_shape,
        )

    @classmethod
    def from_value(cls, value):
        """The spec of an array."""
        if not isinstance(value, TensorArray):
            raise TypeError(f"Expected value to be a TensorArray, but got: `{type(value)}`")
        return value._type_spec

    def is_compatible_with(self, spec_or_value) -> bool:
        """Whether dtypes are equal and element shapes compatible."""
        other = spec_or_value
        if isinstance(other, TensorArray):
            other = other._type_spec
        return (
            isinstance(other, TensorArraySpec)
            and self._dtype is other._dtype
            and self._element_shape.is_compatible_with(other._element_shape)
            and self._dynamic_size == other._dynamic_size
        )
