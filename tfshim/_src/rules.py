"""Which parameters of an op are tensors, and which dtypes they may have: rules as named data.

    same("x", "y")             one dtype for all of them (TensorFlow's attr T)
    same("x", of=FLOATS)       only these dtypes; a tuple in TensorFlow's order, for its error text
    each("x", "y")             every parameter has a dtype of its own
    fixed("bool", "mask")      always this dtype
    a + b                      both rules, on different parameters

A name may end in `?` (None is allowed and means absent) or start with `*` (a list of tensors).
Order of the tensor inputs is the order of the function's parameters.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable

from tfshim._src import dtypes
from tfshim._src.dtypes import DType

# In the order in which TensorFlow's op definitions list them.
FLOAT = ("bfloat16", "half", "float", "double")
FLOAT_COMPLEX = (*FLOAT, "complex64", "complex128")
INT = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
REAL = (
    "bfloat16", "half", "float", "double", "int8", "uint8",
    "int16", "uint16", "int32", "uint32", "int64", "uint64",
)  # fmt: skip
NUMBER = (
    "float", "double", "int32", "uint8", "int16", "int8", "complex64", "int64",
    "bfloat16", "uint16", "complex128", "half", "uint32", "uint64",
)  # fmt: skip
INDEX = ("int32", "int64")

_C_NAMES = {"float16": "half", "float32": "float", "float64": "double"}
_FROM_C = {v: k for k, v in _C_NAMES.items()}


def c_name(dtype: DType) -> str:
    """The dtype's name in the text of TensorFlow's kernels: `float`, `double`, `half`."""
    return _C_NAMES.get(dtype.name, dtype.name)


@dataclasses.dataclass(frozen=True)
class Group:
    """Parameters that share one dtype.

    Attributes:
      names: parameter names.
      of: names of the allowed dtypes in TensorFlow's order, or None for all.
      attr: TensorFlow's name of the dtype attribute, for error text.
      dtype: the only dtype, or None.
      lenient: a Python value that does not fit is converted on its own, so that the error is the
        kernel's dtype mismatch rather than a failed conversion (as `tf.add` does).
      default: what Python and NumPy values become, whatever dtype they have, if they can (an attr
        with a default in TensorFlow's op definition).
    """

    names: tuple[str, ...]
    of: tuple[str, ...] | None = None
    attr: str = "T"
    dtype: DType | None = None
    lenient: bool = False
    default: DType | None = None

    @functools.cached_property
    def ordered(self) -> tuple[DType, ...]:
        """The allowed dtypes in TensorFlow's order."""
        return tuple(dtypes.as_dtype(_FROM_C.get(n, n)) for n in self.of or ())

    @functools.cached_property
    def allowed(self) -> frozenset[DType] | None:
        return None if self.of is None else frozenset(self.ordered)


@dataclasses.dataclass(frozen=True)
class Rule:
    """The tensor parameters of an op, in groups."""

    groups: tuple[Group, ...]

    def __add__(self, other: Rule) -> Rule:
        return Rule(self.groups + other.groups)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(n for g in self.groups for n in g.names)


def same(
    *names: str,
    of: Iterable[str] | None = None,
    attr: str = "T",
    lenient: bool = False,
    default: str = "",
) -> Rule:
    """All these parameters have one dtype."""
    usual = dtypes.as_dtype(default) if default else None
    return Rule((Group(names, tuple(of) if of else None, attr, None, lenient, usual),))


def each(*names: str, of: Iterable[str] | None = None, attr: str = "T") -> Rule:
    """Each of these parameters has its own dtype."""
    allowed = tuple(of) if of else None
    return Rule(tuple(Group((n,), allowed, attr) for n in names))


def fixed(dtype: str, *names: str) -> Rule:
    """These parameters have this dtype and no other."""
    return Rule(tuple(Group((n,), None, "T", dtypes.as_dtype(dtype)) for n in names))


NO_TENSORS = Rule(())
