"""Classes and names that the expressions in the facts speak of; needs no package under test."""

import collections
import collections.abc
import copy
import dataclasses
import pickle
import re
import types
import typing

import ml_dtypes
import numpy as np

try:
    import attr
except ImportError:  # facts about attrs classes are then skipped
    attr = None

P = collections.namedtuple("P", "x y")
P2 = collections.namedtuple("P", "x y")
Q = collections.namedtuple("Q", "x y")
PZ = collections.namedtuple("PZ", "z y x")


class OrderedDict(collections.OrderedDict):
    """The standard one, shown as before Python 3.12, so that facts read the same everywhere."""

    def __repr__(self):
        return f"OrderedDict({list(self.items())!r})"


class NT(typing.NamedTuple):
    b: int
    a: int


class SubP(P):
    pass


class L(list):
    pass


class Tu(tuple):
    pass


class Dc(dict):
    pass


class Cnt(collections.Counter):
    pass


class MyMap(collections.abc.Mapping):
    def __init__(self, *args, **kwargs):
        self.d = dict(*args, **kwargs)

    def __getitem__(self, key):
        return self.d[key]

    def __iter__(self):
        return iter(self.d)

    def __len__(self):
        return len(self.d)

    def __repr__(self):
        return f"MyMap({self.d})"


class MySeq(collections.abc.Sequence):
    def __init__(self, items):
        self.a = list(items)

    def __getitem__(self, index):
        return self.a[index]

    def __len__(self):
        return len(self.a)

    def __repr__(self):
        return f"MySeq({self.a})"


@dataclasses.dataclass
class Plain:
    x: int


@dataclasses.dataclass
class DCls:
    m: str
    v: object

    def __tf_flatten__(self):
        return (self.m,), (self.v,)

    @classmethod
    def __tf_unflatten__(cls, metadata, components):
        return cls(metadata[0], components[0])


@dataclasses.dataclass
class DC2(DCls):
    pass


A = attr and attr.make_class("A", ["f1", "f2"])
B = attr and attr.make_class("B", ["f1", "f2"])


class MyVal:
    def __init__(self, v):
        self.v = v


def spec_class(tf):
    """A user's `TypeSpec`, of `MyVal`."""

    class MySpec(tf.TypeSpec):
        def __init__(self, shape, dtype):
            self.shape = shape
            self.dtype = dtype

        value_type = property(lambda self: MyVal)
        _component_specs = property(lambda self: tf.TensorSpec(self.shape, self.dtype))

        def _serialize(self):
            return (self.shape, self.dtype)

        def _to_components(self, value):
            return value.v

        def _from_components(self, components):
            return MyVal(components)

    return MySpec


def names(tf) -> dict:
    """What the expressions may use, of the package under test.

    Args:
      tf: has `as_dtype`, `DType`, `TensorShape`, `Dimension`, `nest`, `TensorSpec` and so on.
    """
    n = tf.nest
    found = {name: value for name, value in globals().items() if not name.startswith("_")}
    found |= {
        "tf": tf,
        "OD": OrderedDict,
        "DD": collections.defaultdict,
        "T": tf.TensorShape,
        "D": tf.Dimension,
        "b": tf.broadcast_static_shape,
        "TS": tf.TensorSpec,
        "BS": tf.BoundedTensorSpec,
        "CC": tf.cast_context,
        "MySpec": spec_class(tf),
        "N": n,
        "fl": n.flatten,
        "pk": n.pack_sequence_as,
        "ms": n.map_structure,
        "sm": n.assert_same_structure,
        "inc": lambda x: x + 1,
        "DType": tf.DType,
        "as_dtype": tf.as_dtype,
        "float32": tf.float32,
        "float64": tf.float64,
        "resource": tf.as_dtype("resource"),
        "QUANTIZED_DTYPES": tf.QUANTIZED_DTYPES,
        "np": np,
        "ml_dtypes": ml_dtypes,
        "pickle": pickle,
        "copy": copy,
        "types": types,
        "collections": collections,
    }
    return found


def _before_python_3_12(message: str) -> str:
    """Python's sentence on abstract classes, worded as when the facts were recorded."""
    return re.sub(
        r"without an implementation for (abstract methods?) (.*)",
        lambda m: f"with {m.group(1)} {m.group(2)}".replace("'", ""),
        message,
    )


def outcome(expression: str, namespace: dict) -> str:
    """What an expression gives, as text: `= repr` or `! Error: message`."""
    try:
        return "= " + repr(eval(expression, dict(namespace)))
    except Exception as error:
        return f"! {type(error).__name__}: {_before_python_3_12(str(error))}"
