"""The sequences. A pattern takes a `Watch` and calls what it watches."""

from __future__ import annotations

import collections
import dataclasses
import functools
import typing

import numpy as np


class Watch:
    """Calls functions and writes down how often they were traced.

    Args:
      tf: the package.
    """

    def __init__(self, tf):
        self.tf = tf
        self.log: list = []
        self.runs = 0
        self.target = None

    def function(self, body=None, **options):
        """A function under watch; by default one of two arguments that returns its first one."""

        def default(x, y=1):
            return y if isinstance(x, Thing) else x

        inner = body or default

        @functools.wraps(inner)
        def counted(*args, **kwargs):
            self.runs += 1
            return inner(*args, **kwargs)

        self.target = self.tf.function(counted, **options)
        return self.target

    def __call__(self, *args, **kwargs):
        return self.do(lambda: self.target(*args, **kwargs))

    def do(self, call):
        """Runs a call and writes down the counts."""
        found, error = None, None
        try:
            found = call()
        except Exception as e:  # the class is part of what is compared
            error = type(e).__name__
        entry = [self.target.experimental_get_tracing_count(), self.runs]
        self.log.append(entry if error is None else [*entry, error])
        return found


class Thing:
    """An object without equality of its own."""


class Same:
    """An object that is equal to others of its kind."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, Same) and self.value == other.value

    def __hash__(self):
        return hash(self.value)


class Pair(typing.NamedTuple):
    first: object
    second: object


@dataclasses.dataclass
class Record:
    value: int


PATTERNS: dict = {}


def pattern(function):
    PATTERNS[function.__name__] = function
    return function


def run(tf, name: str) -> list:
    watch = Watch(tf)
    PATTERNS[name](watch)
    return watch.log


def sequence(name, arguments, **options):
    """A pattern that calls the default function with these arguments in turn."""

    def calls(w):
        w.function(**options)
        for make in arguments:
            w(*make(w.tf))

    PATTERNS[name] = calls


# -- Python values --

sequence("equal_numbers", [lambda tf, v=v: (v,) for v in (1, 1.0, True, 2, False, 0)])
sequence("floats", [lambda tf, v=v: (v,) for v in (0.0, -0.0, 1e30, 0.1, 0.1)])
sequence("none_and_strings", [lambda tf, v=v: (v,) for v in (None, None, "a", b"a", "a", "")])
sequence("complex_numbers", [lambda tf, v=v: (v,) for v in (1j, 1j, 1 + 0j, 1)])
sequence("second_argument", [lambda tf, v=v: (tf.constant(1), v) for v in (1, 2, 1, None)])
sequence("large_integers", [lambda tf, v=v: (None, v) for v in (2**40, 2**40, 2**70, 2**70)])
sequence("tuples_of_numbers", [lambda tf, v=v: (v,) for v in ((1, 2), (1, 2), (1, 3), (1,), ())])
sequence("lists_of_numbers", [lambda tf, v=v: (v,) for v in ([1, 2], [1, 2], (1, 2), [], [])])
sequence("types_as_values", [lambda tf, v=v: (tf.constant(1), v) for v in (int, int, float, Thing)])
sequence("ranges", [lambda tf, v=v: (None, v) for v in (range(3), range(3), range(4))])
sequence("frozen_sets", [lambda tf, v=v: (None, v) for v in (frozenset([1]), frozenset([1]))])
sequence(
    "dtypes_as_values",
    [lambda tf, v=v: (None, getattr(tf, v)) for v in ("int32", "int32", "int64")],
)

ONE, TWO = Thing(), Thing()
sequence("objects", [lambda tf, v=v: (v,) for v in (ONE, ONE, TWO, ONE)])
sequence("equal_objects", [lambda tf, v=v: (None, Same(v)) for v in (1, 1, 2)])
KEPT = [Same(1), Same(1), Same(2)]
sequence("equal_objects_that_live", [lambda tf, v=v: (None, v) for v in KEPT])
sequence("unhashable_objects", [lambda tf, v=v: (None, v) for v in (Record(1), Record(1))])
RECORDS = [Record(1), Record(1), Record(2)]
sequence("dataclasses", [lambda tf, v=v: (None, v) for v in RECORDS])
sequence("functions_as_values", [lambda tf, v=v: (None, v) for v in (len, len, max)])


@pattern
def new_lambdas(w):
    w.function(lambda f, x: f(x))
    for _ in range(3):
        w(lambda v: v, w.tf.constant(1))


@pattern
def sets(w):
    w.function()
    w(None, {1, 2})
    w(None, {1, 2})


# -- tensors and arrays --

sequence("shapes", [lambda tf, s=s: (tf.zeros(s),) for s in ([2], [3], [2], [2, 1], [])])
sequence(
    "dtypes", [lambda tf, d=d: (tf.zeros([2], d),) for d in ("int32", "float32", "int32", "bool")]
)
sequence(
    "numpy_scalars",
    [lambda tf, v=v: (v,) for v in (np.int32(1), np.int32(2), np.int64(1), np.float32(1))],
)
sequence("numpy_arrays", [lambda tf, v=v: (v,) for v in (np.zeros(2), np.ones(2), np.zeros(3))])
sequence("array_then_tensor", [lambda tf: (np.zeros(2, "f"),), lambda tf: (tf.zeros([2]),)])
sequence(
    "number_then_tensor", [lambda tf: (1,), lambda tf: (tf.constant(1),), lambda tf: (np.int32(1),)]
)
sequence("strings_as_tensors", [lambda tf, v=v: (tf.constant(v),) for v in ("a", "b", ["a"])])
sequence("list_of_tensors", [lambda tf, n=n: ([tf.constant(1)] * n,) for n in (1, 2, 1, 0)])
sequence(
    "list_or_tuple",
    [lambda tf: ([tf.constant(1)],), lambda tf: ((tf.constant(1),),), lambda tf: ([1],)],
)
sequence(
    "dict_of_tensors",
    [
        lambda tf: ({"a": tf.constant(1), "b": 2},),
        lambda tf: ({"b": 2, "a": tf.constant(5)},),
        lambda tf: ({"a": tf.constant(1)},),
        lambda tf: ({"a": tf.constant(1), "b": 3},),
    ],
)
sequence(
    "ordered_dicts",
    [
        lambda tf: (collections.OrderedDict(a=tf.constant(1)),),
        lambda tf: ({"a": tf.constant(1)},),
        lambda tf: (collections.OrderedDict(a=tf.constant(2)),),
    ],
)
sequence(
    "named_tuples",
    [
        lambda tf: (Pair(tf.constant(1), 2),),
        lambda tf: (Pair(tf.constant(3), 2),),
        lambda tf: ((tf.constant(1), 2),),
        lambda tf: (Pair(tf.constant(3), 4),),
    ],
)
sequence(
    "nested",
    [
        lambda tf: ([{"a": (tf.constant(1), [2])}],),
        lambda tf: ([{"a": (tf.constant(9), [2])}],),
        lambda tf: ([{"a": (tf.constant(9), [3])}],),
    ],
)
sequence(
    "one_tensor_twice",
    [
        lambda tf: ((t := tf.constant(1), t),),
        lambda tf: ((tf.constant(1), tf.constant(1)),),
    ],
)
sequence(
    "indexed_slices",
    [
        lambda tf, n=n: (tf.IndexedSlices(tf.zeros([n, 2]), tf.range(n), tf.constant([5, 2])),)
        for n in (1, 1, 2)
    ],
)
sequence(
    "ragged_tensors",
    [
        lambda tf, v=v: (tf.ragged.constant(v),)
        for v in ([[1], [2, 3]], [[1, 2], [3]], [[1], [2], [3]])
    ],
)

# -- variables --

sequence(
    "variables",
    [
        lambda tf: (tf.Variable(1.0),),
        lambda tf: (tf.Variable(2.0),),
        lambda tf: (tf.constant(2.0),),
        lambda tf: (tf.Variable([2.0]),),
        lambda tf: (tf.Variable(1),),
    ],
)
sequence(
    "variables_that_are_one",
    [
        lambda tf: ([v := tf.Variable(1.0), v],),
        lambda tf: ([tf.Variable(1.0), tf.Variable(1.0)],),
        lambda tf: ([v := tf.Variable(1.0), v],),
    ],
)
sequence(
    "variables_frozen",
    [
        lambda tf: (tf.Variable(1.0, trainable=False),),
        lambda tf: (tf.Variable(1.0),),
        lambda tf: (tf.Variable(1.0, trainable=False),),
    ],
)


@pattern
def variables_captured(w):
    v = w.tf.Variable(1.0)
    w.function(lambda x: v + x)
    for i in range(3):
        v.assign(i)
        w(w.tf.constant(1.0))


@pattern
def variables_created(w):
    made = []

    def body(x):
        if not made:
            made.append(w.tf.Variable(1.0))
        return made[0] * x

    w.function(body)
    w(w.tf.constant(1.0))
    w(w.tf.constant(2.0))
    w(w.tf.constant([2.0]))


@pattern
def variables_created_always(w):
    w.function(lambda x: w.tf.Variable(1.0) + x)
    w(w.tf.constant(1.0))
    w(w.tf.constant(1.0))


@pattern
def variables_created_at_the_second_call(w):
    def body(x):
        if w.runs > 1:
            return w.tf.Variable(1.0) + x
        return x

    w.function(body)
    w(w.tf.constant(1.0))
    w(w.tf.constant([1.0]))
    w(w.tf.constant(1.0))


# -- keywords and defaults --


@pattern
def keywords(w):
    f = w.function()
    for call in (
        lambda: f(1),
        lambda: f(x=1),
        lambda: f(1, 1),
        lambda: f(1, y=1),
        lambda: f(y=1, x=1),
        lambda: f(1, y=2),
        lambda: f(x=w.tf.constant(1), y=w.tf.constant(2)),
        lambda: f(y=w.tf.constant(1), x=w.tf.constant(2)),
        lambda: f(),
        lambda: f(1, 2, 3),
        lambda: f(1, z=3),
    ):
        w.do(call)


@pattern
def variadic(w):
    f = w.function(lambda *args, **kwargs: args[0] if args else None)
    c = w.tf.constant
    for call in (
        lambda: f(),
        lambda: f(c(1)),
        lambda: f(c(1), c(2)),
        lambda: f(c(3), c(4)),
        lambda: f(c(1), a=c(1)),
        lambda: f(c(1), b=c(1)),
        lambda: f(c(1), a=c(1), b=c(1)),
        lambda: f(c(1), b=c(1), a=c(1)),
    ):
        w.do(call)


@pattern
def keyword_only(w):
    f = w.function(lambda x, *, scale=2: x * scale)
    c = w.tf.constant
    for call in (
        lambda: f(c(1)),
        lambda: f(c(1), scale=2),
        lambda: f(c(1), scale=3),
        lambda: f(c(1), scale=c(3)),
    ):
        w.do(call)


@pattern
def default_tensor(w):
    default = w.tf.constant(1)
    f = w.function(lambda x, y=default: x + y)
    c = w.tf.constant
    for call in (lambda: f(c(1)), lambda: f(c(1), c(5)), lambda: f(c(1), y=c(5)), lambda: f(c(2))):
        w.do(call)


@pattern
def partials(w):
    w.function(functools.partial(lambda x, y: x, y=3))
    w(w.tf.constant(1))
    w(w.tf.constant(2))
    w(w.tf.constant([2]))


# -- options --

SIZES = [[2], [3], [4], [4, 1], [4, 2], [4, 3]]


@pattern
def relaxed_sizes(w):
    w.function(reduce_retracing=True)
    for s in SIZES:
        w(w.tf.zeros(s))


@pattern
def relaxed_dtypes(w):
    w.function(reduce_retracing=True)
    for d in ("int32", "float32", "int32", "int32"):
        w(w.tf.zeros([2], d))


@pattern
def relaxed_numbers(w):
    w.function(reduce_retracing=True)
    for n in (1, 2, 3):
        w(n)


@pattern
def relaxed_numbers_and_sizes(w):
    w.function(reduce_retracing=True)
    for n, s in ((1, 2), (1, 3), (2, 3), (2, 4), (1, 9)):
        w(w.tf.zeros([s]), n)


@pattern
def relaxed_lists(w):
    w.function(reduce_retracing=True)
    for n in (1, 2, 3):
        w([w.tf.zeros([n])] * n)


@pattern
def relaxed_pairs(w):
    w.function(lambda x, y: x, reduce_retracing=True)
    for a, b in ((1, 1), (2, 1), (2, 2), (3, 4), (1, 1)):
        w(w.tf.zeros([a]), w.tf.zeros([b]))


def signed(name, specs, arguments, body=None):
    def calls(w):
        tf = w.tf
        w.function(body or (lambda x: x), input_signature=specs(tf))
        for make in arguments:
            w(*make(tf))

    PATTERNS[name] = calls


signed(
    "signature_of_unknown_size",
    lambda tf: [tf.TensorSpec([None])],
    [
        lambda tf: (tf.zeros([2]),),
        lambda tf: (tf.zeros([3]),),
        lambda tf: ([1.0, 2.0],),
        lambda tf: (np.zeros(3),),
        lambda tf: (tf.zeros([2, 2]),),
        lambda tf: (tf.zeros([2], tf.int32),),
    ],
)
signed(
    "signature_of_unknown_rank",
    lambda tf: [tf.TensorSpec(None)],
    [lambda tf, s=s: (tf.zeros(s),) for s in ([2], [3, 4], [])],
)
signed(
    "signature_of_known_size",
    lambda tf: [tf.TensorSpec([2], tf.int32)],
    [
        lambda tf: (tf.constant([1, 2]),),
        lambda tf: ([1, 2],),
        lambda tf: ((1, 2),),
        lambda tf: ([1, 2, 3],),
        lambda tf: ([1.5, 2.0],),
        lambda tf: (1,),
    ],
)
signed(
    "signature_of_structures",
    lambda tf: [{"a": tf.TensorSpec([]), "b": tf.TensorSpec([None])}],
    [
        lambda tf: ({"a": 1.0, "b": [1.0]},),
        lambda tf: ({"a": tf.constant(2.0), "b": tf.zeros([3])},),
        lambda tf: ({"a": 1.0},),
    ],
    lambda d: d["a"],
)
signed(
    "signature_and_default",
    lambda tf: [tf.TensorSpec([])],
    [
        lambda tf: (1.0,),
        lambda tf: (2.0, 5),
        lambda tf: (2.0, 6),
    ],
    lambda x, y=5: x * y,
)
signed("signature_without_arguments", lambda tf: [], [lambda tf: (), lambda tf: ()], lambda: 1)


@pattern
def jitted(w):
    w.function(jit_compile=True)
    for s in ([2], [3], [2]):
        w(w.tf.zeros(s))


@pattern
def without_autograph(w):
    w.function(autograph=False)
    for s in ([2], [3], [2]):
        w(w.tf.zeros(s))


@pattern
def eagerly(w):
    w.function()
    w(w.tf.zeros([2]))
    w.tf.config.run_functions_eagerly(True)
    try:
        w(w.tf.zeros([2]))
        w(w.tf.zeros([3]))
    finally:
        w.tf.config.run_functions_eagerly(False)
    w(w.tf.zeros([2]))
    w(w.tf.zeros([3]))


# -- concrete functions --


@pattern
def concrete_then_calls(w):
    f = w.function()
    w.do(lambda: f.get_concrete_function(w.tf.TensorSpec([None])))
    w(w.tf.zeros([3]))
    w(w.tf.zeros([4]))
    w(w.tf.zeros([2, 2]))
    w.do(lambda: f.get_concrete_function(w.tf.TensorSpec([None])))


@pattern
def concrete_after_calls(w):
    f = w.function()
    w(w.tf.zeros([3]))
    w.do(lambda: f.get_concrete_function(w.tf.zeros([3])))
    w.do(lambda: f.get_concrete_function(w.tf.TensorSpec([3])))
    w.do(lambda: f.get_concrete_function(w.tf.TensorSpec([4])))
    w(w.tf.zeros([4]))


@pattern
def concrete_of_numbers(w):
    f = w.function()
    w.do(lambda: f.get_concrete_function(w.tf.TensorSpec([]), 3))
    w(w.tf.constant(1.0), 3)
    w(w.tf.constant(1.0), 4)


@pattern
def concrete_of_a_signature(w):
    f = w.function(lambda x: x, input_signature=[w.tf.TensorSpec([None])])
    w.do(lambda: f.get_concrete_function())
    w(w.tf.zeros([4]))
    w.do(lambda: f.get_concrete_function(w.tf.TensorSpec([7])))


@pattern
def concrete_is_called(w):
    f = w.function()
    g = f.get_concrete_function(w.tf.TensorSpec([2]))
    w.do(lambda: g(w.tf.zeros([2])))
    w.do(lambda: g(x=w.tf.zeros([2])))
    w.do(lambda: g(w.tf.zeros([2], w.tf.int32)))


# -- methods, nesting, tapes --


@pattern
def methods(w):
    def body(self, x):
        return x

    w.function(body)
    kind = type("Kind", (), {"method": w.target})
    first, second = kind(), kind()
    for instance in (first, first, second):
        w.do(lambda instance=instance: instance.method(w.tf.zeros([2])))
    w.target = first.method
    w.do(lambda: first.method(w.tf.zeros([3])))


@pattern
def inner_function(w):
    inner = w.function()
    outer = w.tf.function(lambda x: inner(x))
    for s in ([2], [2], [3]):
        w.do(lambda s=s: outer(w.tf.zeros(s)))
    w(w.tf.zeros([2]))


@pattern
def inner_function_called_twice(w):
    inner = w.function()
    outer = w.tf.function(lambda x: inner(x) + inner(x + 1) + inner(x[:1]))
    w.do(lambda: outer(w.tf.zeros([2])))
    w.do(lambda: outer(w.tf.zeros([2])))


@pattern
def in_a_tape(w):
    tf = w.tf
    f = w.function(lambda x: x * x)
    x = tf.constant(2.0)

    def slope():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x)

    w(x)
    w.do(slope)
    w.do(slope)
    w(x)


@pattern
def failing(w):
    def body(x, fail):
        if fail:
            raise KeyError("no")
        return x

    w.function(body)
    w(w.tf.constant(1), True)
    w(w.tf.constant(1), False)
    w(w.tf.constant(2), False)
    w(w.tf.constant(1), True)


@pattern
def returning_what_is_no_tensor(w):
    w.function(lambda x: Thing())
    w(w.tf.constant(1))
    w(w.tf.constant(1))


@pattern
def recursive(w):
    tf = w.tf

    def body(x, n):
        return x if n == 0 else w.target(x, n - 1) + 1

    w.function(body)
    w(tf.constant(1), 3)
    w(tf.constant(1), 3)
    w(tf.constant(1), 1)


@pattern
def global_value(w):
    box = [1]
    w.function(lambda x: x + box[0])
    for i in range(3):
        box[0] = i
        w(w.tf.constant(1))


@pattern
def shapes_that_depend_on_data(w):
    w.function(lambda x: w.tf.boolean_mask(x, x > 0))
    for values in ([1, 0], [0, 1], [1, 2, 3], [0, 0]):
        w(w.tf.constant(values))


@pattern
def shapes_that_depend_on_data_relaxed(w):
    w.function(lambda x: w.tf.boolean_mask(x, x > 0), reduce_retracing=True)
    for values in ([1, 0], [0, 1, 1], [1, 2, 3, 4], [0, 0]):
        w(w.tf.constant(values))


@pattern
def python_callbacks(w):
    w.function(lambda x: w.tf.py_function(lambda v: v, [x], w.tf.int32))
    for value in (1, 2, [1]):
        w(w.tf.constant(value))


@pattern
def strings_with_a_signature(w):
    spec = w.tf.TensorSpec([None], w.tf.string)
    w.function(lambda x: w.tf.strings.length(x), input_signature=[spec])
    for value in (["a"], ["b", "c"], "a"):
        w(w.tf.constant(value))


@pattern
def randomness(w):
    w.function(lambda: w.tf.random.uniform([]))
    w()
    w()
