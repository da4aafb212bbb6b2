"""`tf.RaggedTensor`: rows of different lengths, as one flat tensor and where its rows end.

Row splits are almost always known, and what depends on them (which element goes where) is worked
out by NumPy on the host. Values move by gathers and are combined by ordinary ops, so tapes and
compiled programs see nothing new.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.composite import CompositeOperand
from tfshim._src.convert import convert, from_array
from tfshim._src.dtypes import DType
from tfshim._src.registry import PUBLIC, export
from tfshim._src.shapes import TensorShape
from tfshim._src.tensor import EagerTensor, Tensor


def public(name: str) -> Any:
    """A public op by name, as values may be strings or ragged themselves."""
    return PUBLIC[f"tf.{name}"]


def splits_of(value: Any, dtype: DType | None = None) -> EagerTensor:
    """Row splits, lengths and the like as an int32 or int64 tensor."""
    if isinstance(value, (Tensor, np.ndarray)) or hasattr(value, "_as_operand"):
        t = convert(value)
        return t if dtype is None or t.aval.dtype is dtype else public("cast")(t, dtype)
    return convert(value, dtype, hint=dtypes.int64)


class RowPartition:
    """Where the rows of a flat sequence end.

    Args:
      row_splits: int tensor of shape [nrows + 1]; row i is from splits[i] to splits[i + 1].
      uniform_row_length: the length of all rows if it is the same by construction, or None.
    """

    __slots__ = ("row_splits", "uniform_row_length", "_host")

    def __init__(self, row_splits: EagerTensor, uniform_row_length: int | None = None):
        self.row_splits = row_splits
        self.uniform_row_length = uniform_row_length
        self._host: np.ndarray | None = None

    @property
    def host(self) -> np.ndarray:
        """The row splits as a NumPy array."""
        if self._host is None:
            self._host = static.host(self.row_splits)
        assert self._host is not None
        return self._host

    @property
    def nrows(self) -> int:
        return self.row_splits.aval.shape[0] - 1

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.host)

    @property
    def dtype(self) -> DType:
        return self.row_splits.aval.dtype

    def with_dtype(self, dtype: DType) -> RowPartition:
        if dtype is self.dtype:
            return self
        return RowPartition(splits_of(self.row_splits, dtype), self.uniform_row_length)


def partition(splits: np.ndarray, like: RowPartition | DType, uniform: int | None = None):
    """A row partition of host splits, with the integer dtype of another one."""
    dtype = like if isinstance(like, DType) else like.dtype
    found = RowPartition(from_array(np.asarray(splits).astype(dtype.np)), uniform)
    return found


def uniform(nrows: int, length: int, dtype: DType) -> RowPartition:
    """The partition into rows of one length."""
    return partition(np.arange(nrows + 1) * length, dtype, length)


def make(values: Any, rows: RowPartition) -> RaggedTensor:
    """A ragged tensor of values that fit the partition."""
    return RaggedTensor(values, rows, internal=True)


def ranges(lengths: np.ndarray) -> np.ndarray:
    """0 .. n-1 for each n, one after the other."""
    total = int(lengths.sum())
    starts = np.cumsum(lengths) - lengths
    return np.arange(total) - np.repeat(starts, lengths)


@export("tf.RaggedTensor")
class RaggedTensor:
    """A tensor some of whose axes have rows of different lengths; made by `tf.ragged.constant` etc.

    Args:
      values: tensor or ragged tensor, the rows one after the other.
      row_partition: where they end.
      internal: True; users call the class methods `from_...`.

    Raises:
      ValueError: without `internal`.
    """

    __module__ = "tensorflow.python.ops.ragged.ragged_tensor"
    __array_priority__ = 100
    _composite_kind = "ragged"

    def __init__(self, values, row_partition, internal=False):
        if not internal:
            raise ValueError(
                "RaggedTensor constructor is private; please use one of the factory methods "
                "instead (e.g., RaggedTensor.from_row_lengths())"
            )
        self._values = values
        self._row_partition: RowPartition = row_partition

    # -- parts -------------------------------------------------------------------------------------

    @property
    def values(self):
        """All rows joined; ragged if ragged_rank > 1."""
        return self._values

    @property
    def flat_values(self) -> EagerTensor:
        """The innermost values."""
        rt = self._values
        while isinstance(rt, RaggedTensor):
            rt = rt._values
        return rt

    @property
    def ragged_rank(self) -> int:
        """How many partitions there are, outermost to innermost."""
        return len(self._partitions())

    def _partitions(self) -> list[RowPartition]:
        found, rt = [], self
        while isinstance(rt, RaggedTensor):
            found.append(rt._row_partition)
            rt = rt._values
        return found

    def _rebuilt(self, flat: Any, partitions: list[RowPartition] | None = None) -> Any:
        rt = flat
        for rows in reversed(self._partitions() if partitions is None else partitions):
            rt = make(rt, rows)
        return rt

    @property
    def dtype(self) -> DType:
        return self._values.dtype

    @property
    def shape(self) -> TensorShape:
        """The static shape; None for ragged axes."""
        rows = self._row_partition
        inner = self._values.shape.as_list()[1:]
        return TensorShape([rows.nrows, rows.uniform_row_length, *inner])

    def get_shape(self) -> TensorShape:
        return self.shape

    @property
    def row_splits(self) -> EagerTensor:
        """Where rows begin and end in `values`, shape [nrows + 1]."""
        return self._row_partition.row_splits

    @property
    def uniform_row_length(self):
        """The length of all rows, a scalar tensor, or None where rows may differ."""
        n = self._row_partition.uniform_row_length
        return None if n is None else self._ints(n)

    @property
    def nested_row_splits(self) -> tuple:
        """The row splits of all ragged axes."""
        return tuple(p.row_splits for p in self._partitions())

    def _ints(self, value: Any) -> EagerTensor:
        return from_array(np.array(value, self._row_partition.dtype.np))

    def value_rowids(self, name=None) -> EagerTensor:
        """The row of each value."""
        rows = self._row_partition
        return self._ints(np.repeat(np.arange(rows.nrows), rows.lengths))

    def nested_value_rowids(self, name=None) -> tuple:
        """`value_rowids` of all ragged axes."""
        return tuple(make(None, p).value_rowids() for p in self._partitions())

    def nrows(self, out_type=None, name=None) -> EagerTensor:
        """The number of rows."""
        n = self._row_partition.nrows
        dtype = self._row_partition.dtype if out_type is None else dtypes.as_dtype(out_type)
        return from_array(np.array(n, dtype.np))

    def row_starts(self, name=None) -> EagerTensor:
        """Where rows begin in `values`."""
        return self._ints(self._row_partition.host[:-1])

    def row_limits(self, name=None) -> EagerTensor:
        """Where rows end in `values`."""
        return self._ints(self._row_partition.host[1:])

    def row_lengths(self, axis=1, name=None) -> Any:
        """The lengths of the rows along an axis.

        Args:
          axis: 0 gives the number of rows; above 1 the result is ragged itself.
          name: ignored.
        """
        axis = self._axis(axis)
        if axis == 0:
            return self.nrows()
        if axis == 1:
            return self._ints(self._row_partition.lengths)
        inner = self._values
        if isinstance(inner, RaggedTensor):
            return self.with_values(inner.row_lengths(axis - 1))
        sizes = inner.aval.shape
        return self.with_values(self._ints(np.full(sizes[: axis - 1], sizes[axis - 1])))

    def _axis(self, axis: Any) -> int:
        rank, at = len(self.shape), static.integer(axis)
        if not -rank <= at < rank:
            raise ValueError(f"axis={at} out of bounds: expected {-rank}<=axis<{rank}")
        return at % rank

    def nested_row_lengths(self, name=None) -> tuple:
        """`row_lengths` of all ragged axes."""
        return tuple(self._ints(p.lengths) for p in self._partitions())

    def bounding_shape(self, axis=None, name=None, out_type=None) -> EagerTensor:
        """The smallest shape that holds all rows.

        Args:
          axis: one axis or several; None for all.
          name: ignored.
          out_type: int32 or int64; by default that of the row splits.
        """
        dtype = self._row_partition.dtype if out_type is None else dtypes.as_dtype(out_type)
        sizes = np.array(self._bounds(), dtype.np)
        if axis is not None:
            sizes = sizes[np.asarray(static.plain(axis))]
        return from_array(np.array(sizes))

    def _bounds(self) -> list[int]:
        parts = self._partitions()
        longest = [int(p.lengths.max(initial=0)) for p in parts]
        return [parts[0].nrows, *longest, *self.flat_values.aval.shape[1:]]

    # -- other values, other partitions ------------------------------------------------------------

    def with_values(self, new_values) -> RaggedTensor:
        """The same rows of other values.

        Raises:
          ValueError: if the number of values differs.
        """
        if not isinstance(new_values, RaggedTensor):
            new_values = convert(new_values)
        have, got = [
            v.shape if isinstance(v, RaggedTensor) else TensorShape(v.aval.shape)
            for v in (self._values, new_values)
        ]
        if got.rank == 0 or have[0] != got[0]:
            raise ValueError(f"Shapes {have[:1]} and {got[:1]} are incompatible")
        return make(new_values, self._row_partition)

    def with_flat_values(self, new_values) -> RaggedTensor:
        """The same rows of other innermost values."""
        if isinstance(self._values, RaggedTensor):
            return make(self._values.with_flat_values(new_values), self._row_partition)
        return self.with_values(new_values)

    def with_row_splits_dtype(self, dtype) -> RaggedTensor:
        """The same with row splits of int32 or int64."""
        wanted = dtypes.as_dtype(dtype)
        if wanted not in (dtypes.int32, dtypes.int64):
            raise ValueError(
                f"Argument `row_splits` dtype must be int32 or int64. Received {wanted.name}."
            )
        parts = [p.with_dtype(wanted) for p in self._partitions()]
        return self._rebuilt(self.flat_values, parts)

    def merge_dims(self, outer_axis, inner_axis) -> Any:
        """Joins the axes from `outer_axis` to `inner_axis` into one."""
        from tfshim._src import ragged_rows

        return ragged_rows.merge_dims(self, self._axis(outer_axis), self._axis(inner_axis))

    # -- conversions -------------------------------------------------------------------------------

    def numpy(self) -> np.ndarray:
        """A NumPy array; of objects where rows differ in length."""
        values = self._values.numpy() if isinstance(self._values, RaggedTensor) else None
        if values is None:
            values = self._values._host_value()
        splits = self._row_partition.host
        rows = [values[a:b] for a, b in zip(splits[:-1], splits[1:], strict=True)]
        if not rows:
            return np.array([], values.dtype)
        if len({len(r) for r in rows}) == 1:
            return np.array(rows)
        out = np.empty(len(rows), object)
        out[:] = rows
        return out

    def to_list(self) -> list:
        """Nested Python lists."""
        inner = self._values
        values = (
            inner.to_list() if isinstance(inner, RaggedTensor) else inner._host_value().tolist()
        )
        splits = self._row_partition.host
        return [values[a:b] for a, b in zip(splits[:-1], splits[1:], strict=True)]

    def to_tensor(self, default_value=None, name=None, shape=None) -> EagerTensor:
        """A dense tensor, with a value where rows are too short.

        Args:
          default_value: scalar, or of the shape of one of `flat_values`; 0 or "" by default.
          name: ignored.
          shape: sizes; None in it for the longest row; rows that are longer are cut.
        """
        from tfshim._src import ragged_rows

        return ragged_rows.to_tensor(self, default_value, shape)

    def to_sparse(self, name=None):
        """A `tf.SparseTensor` of the same elements."""
        from tfshim._src import ragged_rows
        from tfshim._src.sparse import SparseTensor

        where = ragged_rows.positions(self, len(self.shape))
        flat = public("reshape")(self.flat_values, [-1])
        return SparseTensor(from_array(where), flat, from_array(np.array(self._bounds(), np.int64)))

    def consumers(self) -> list:
        return []

    # -- making ------------------------------------------------------------------------------------

    @classmethod
    def from_value_rowids(cls, values, value_rowids, nrows=None, name=None, validate=True):
        """Rows from the row of each value, in order."""
        from tfshim._src import ragged_make as m

        return m.from_value_rowids(values, value_rowids, nrows, validate)

    @classmethod
    def from_row_splits(cls, values, row_splits, name=None, validate=True):
        """Rows from where they begin and end, shape [nrows + 1]."""
        from tfshim._src import ragged_make as m

        return m.from_row_splits(values, row_splits, validate)

    @classmethod
    def from_row_lengths(cls, values, row_lengths, name=None, validate=True):
        """Rows from their lengths."""
        from tfshim._src import ragged_make as m

        return m.from_row_lengths(values, row_lengths, validate)

    @classmethod
    def from_row_starts(cls, values, row_starts, name=None, validate=True):
        """Rows from where they begin."""
        from tfshim._src import ragged_make as m

        return m.from_row_starts(values, row_starts, validate)

    @classmethod
    def from_row_limits(cls, values, row_limits, name=None, validate=True):
        """Rows from where they end."""
        from tfshim._src import ragged_make as m

        return m.from_row_limits(values, row_limits, validate)

    @classmethod
    def from_uniform_row_length(
        cls, values, uniform_row_length, nrows=None, validate=True, name=None
    ):
        """Rows of one length."""
        from tfshim._src import ragged_make as m

        return m.from_uniform_row_length(values, uniform_row_length, nrows, validate)

    @classmethod
    def from_nested_row_splits(cls, flat_values, nested_row_splits, name=None, validate=True):
        """`from_row_splits`, from the innermost of a list of splits to the outermost."""
        if isinstance(nested_row_splits, Tensor):
            raise TypeError(
                "Argument `nested_row_splits` must be a list of Tensors. Received "
                f"{nested_row_splits}."
            )
        for splits in reversed(nested_row_splits):
            flat_values = cls.from_row_splits(flat_values, splits, validate=validate)
        return flat_values

    @classmethod
    def from_nested_row_lengths(cls, flat_values, nested_row_lengths, name=None, validate=True):
        """`from_row_lengths`, from the innermost of a list of lengths to the outermost."""
        if isinstance(nested_row_lengths, Tensor):
            raise TypeError(
                "Argument `nested_row_lengths` must be a list of Tensors. Received "
                f"{nested_row_lengths}."
            )
        for lengths in reversed(nested_row_lengths):
            flat_values = cls.from_row_lengths(flat_values, lengths, validate=validate)
        return flat_values

    @classmethod
    def from_nested_value_rowids(
        cls, flat_values, nested_value_rowids, nested_nrows=None, name=None, validate=True
    ):
        """`from_value_rowids`, from the innermost of a list to the outermost."""
        if isinstance(nested_value_rowids, Tensor):
            raise TypeError(
                "Argument `nested_value_rowids` must be a list of Tensors. Received "
                f"{nested_value_rowids}."
            )
        counts = [None] * len(nested_value_rowids) if nested_nrows is None else nested_nrows
        for ids, n in reversed(list(zip(nested_value_rowids, counts, strict=True))):
            flat_values = cls.from_value_rowids(flat_values, ids, n, validate=validate)
        return flat_values

    @classmethod
    def from_tensor(
        cls,
        tensor,
        lengths=None,
        padding=None,
        ragged_rank=1,
        name=None,
        row_splits_dtype=dtypes.int64,
    ):
        """A dense tensor's rows, cut to lengths or before trailing padding."""
        from tfshim._src import ragged_make as m

        return m.from_tensor(tensor, lengths, padding, ragged_rank, row_splits_dtype)

    @classmethod
    def from_sparse(cls, st_input, name=None, row_splits_dtype=dtypes.int64):
        """The rows of a 2-D sparse tensor that has no gaps."""
        from tfshim._src import ragged_make as m

        return m.from_sparse(st_input, row_splits_dtype)

    # -- Python ------------------------------------------------------------------------------------

    def __getitem__(self, key):
        from tfshim._src import ragged_rows

        return ragged_rows.getitem(self, list(key) if isinstance(key, (tuple, list)) else [key])

    def __iter__(self):
        return (self[i] for i in range(self._row_partition.nrows))

    def __bool__(self):
        raise TypeError("RaggedTensor may not be used as a boolean.")

    __nonzero__ = __bool__

    def __hash__(self):
        raise TypeError("RaggedTensor is unhashable.")

    def _is_symbolic(self) -> bool:
        return self.flat_values._is_symbolic() or any(
            p.row_splits._is_symbolic() for p in self._partitions()
        )

    def __repr__(self) -> str:
        if self._is_symbolic():
            return f"tf.RaggedTensor(values={self._values}, row_splits={self.row_splits})"
        with np.printoptions(formatter={"all": _text}):
            return f"<tf.RaggedTensor {_text(self.numpy())}>"

    # -- as a composite ----------------------------------------------------------------------------

    @property
    def _operand_dtype(self) -> DType:
        return self.dtype

    def _as_operand(self, dtype=None):
        raise CompositeOperand(self, "TypeError: object of type 'RaggedTensor' has no len()\n")

    @property
    def _type_spec(self):
        from tfshim._src.ragged_spec import RaggedTensorSpec

        return RaggedTensorSpec.from_value(self)

    def _flatten_components(self) -> list:
        return [self.flat_values, *self.nested_row_splits]

    def _unflatten_components(self, parts: list) -> Any:
        kept = self._partitions()
        rows = [
            p if s is p.row_splits or s is None else RowPartition(s, p.uniform_row_length)
            for p, s in zip(kept, parts[1:], strict=True)
        ]
        return self._rebuilt(parts[0], rows)


def _text(x: Any) -> str:
    if isinstance(x, np.ndarray):
        return np.array2string(x, separator=", ") if x.size else str(x.tolist())
    return str(x)
