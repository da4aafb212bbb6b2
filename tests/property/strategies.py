"""Draws: shapes, arrays and programs."""

import os

import numpy as np
from hypothesis import settings, strategies as st

from conformance.cases.arrays import Array, special
from conformance.cases.harness.programs import Program, Step

#: With TFSHIM_LONG in the environment there are many more draws, others at each run.
LONG = bool(os.environ.get("TFSHIM_LONG"))
# No deadline: a first call traces and compiles. Without LONG the draws are the same at each run.
settings.register_profile(
    "tfshim", deadline=None, derandomize=not LONG, max_examples=1000 if LONG else 40
)
settings.load_profile("tfshim")

FLOATS = ("float32", "float64", "float16", "bfloat16")
COMPLEX = ("complex64", "complex128")
INTS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")

shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@st.composite
def broadcastable(draw, count=2):
    """Shapes that broadcast together."""
    whole = draw(shapes)
    found = []
    for _ in range(count):
        kept = whole[draw(st.integers(0, len(whole))) :]
        found.append(tuple(n if draw(st.booleans()) else 1 for n in kept))
    return found


@st.composite
def arrays(draw, shape, dtype, low=-3.0, high=3.0, specials=False):
    """An Array with values in [low, high]; with `specials` some are zeros, infinities and so on."""
    seed = draw(st.integers(0, 2**16))
    state = np.random.RandomState(seed)
    if dtype == "bool":
        return Array(state.randint(0, 2, shape).astype(bool), dtype)
    if dtype in INTS:
        lowest = 0 if dtype.startswith("u") else int(low)
        values = np.asarray(state.randint(lowest, int(high) + 1, shape)).astype(dtype)
    else:
        values = np.asarray(state.uniform(low, high, shape))
        if dtype in COMPLEX:
            values = values + 1j * state.uniform(low, high, shape)
    pool = special(dtype, denormals=False).value
    if dtype in COMPLEX:  # infinite complex numbers are NaN in one part or another everywhere
        pool = pool[np.isfinite(pool)]
    made = np.asarray(values).astype(pool.dtype)
    if specials and made.size:
        where = state.uniform(size=shape) < 0.5
        made = np.where(where, pool[state.randint(0, pool.size, shape)], made).astype(pool.dtype)
    return Array(np.asarray(made), dtype, specials)


# Their results stay small wherever their arguments are, so that rounding does.
UNARY = ("tf.sin", "tf.tanh", "tf.sigmoid", "tf.negative", "tf.math.atan", "tf.abs")
COPIES = ("tf.identity", "tf.stop_gradient", "tf.zeros_like", "tf.floor", "tf.math.sign")
BINARY = ("tf.add", "tf.subtract", "tf.multiply", "tf.maximum", "tf.math.squared_difference")
REDUCTIONS = ("tf.reduce_mean", "tf.reduce_max", "tf.reduce_sum")
_SHAPES = ((), (3,), (2, 3), (2, 1), (1, 3), (3, 2))
_VARIABLE = (2, 3)


class Writer:
    """Writes a program step by step, and knows the shape of every value."""

    def __init__(self, draw, inputs, variables):
        self.draw, self.variables = draw, variables
        self.known = [x.value.shape for x in inputs]
        self.dropped: set[int] = set()
        self.steps: list[Step] = []

    def alive(self, good=lambda shape: True):
        return [i for i, s in enumerate(self.known) if i not in self.dropped and good(s)]

    def value(self):
        return self.draw(st.sampled_from(self.alive()))

    def step(self, do, *args, name="", shapes=(), **kwargs):
        self.steps.append(Step(do, name, args, tuple(kwargs.items())))
        self.known += shapes

    def unary(self, i):
        self.step("op", i, name=self.draw(st.sampled_from(UNARY)), shapes=[self.known[i]])

    def copy(self, i):
        self.step("op", i, name=self.draw(st.sampled_from(COPIES)), shapes=[self.known[i]])

    def binary(self, i):
        def fits(shape):
            pairs = zip(shape[::-1], self.known[i][::-1])
            return all(a == b or 1 in (a, b) for a, b in pairs)

        j = self.draw(st.sampled_from(self.alive(fits)))
        shape = np.broadcast_shapes(self.known[i], self.known[j])
        self.step("op", i, j, name=self.draw(st.sampled_from(BINARY)), shapes=[shape])
        self.step("op", len(self.known) - 1, name="tf.tanh", shapes=[shape])

    def literal(self, i):
        number = self.draw(st.floats(-1, 1, width=32))
        shape = [self.known[i]]
        self.step("op", i, number, name=self.draw(st.sampled_from(BINARY)), shapes=shape)
        self.step("op", len(self.known) - 1, name="tf.sin", shapes=shape)

    def reduction(self, i):
        rank = len(self.known[i])
        if rank:
            axis = self.draw(st.integers(-rank, rank - 1))
            shape = np.empty(self.known[i]).sum(axis, keepdims=True).shape
            name = self.draw(st.sampled_from(REDUCTIONS))
            self.step("op", i, name=name, shapes=[shape], axis=axis, keepdims=True)

    def transposed(self, i):
        self.step("op", i, name="tf.transpose", shapes=[self.known[i][::-1]])

    def rounded_trip(self, i):
        self.step("op", i, "int32", name="tf.cast", shapes=[self.known[i]])
        self.step("op", len(self.known) - 1, "float64", name="tf.cast", shapes=[self.known[i]])
        self.dropped.add(len(self.known) - 2)  # an integer fits no other op here

    def parts(self, i):
        shape = self.known[i]
        if shape and shape[0] > 1:
            new = [(1, *shape[1:])] * shape[0]
            self.step("op", i, name="tf.split", shapes=new, num_or_size_splits=shape[0])

    def joined(self, i):
        shape = self.known[i]
        if shape and shape[0] < 3:
            self.step("list", i, i, name="tf.concat", shapes=[(2 * shape[0], *shape[1:])], axis=0)

    def rows(self, i):
        if self.known[i]:
            ids = self.draw(st.lists(st.integers(0, self.known[i][0] - 1), min_size=1, max_size=3))
            shape = (len(ids), *self.known[i][1:])
            self.step("op", i, ids, name="tf.gather", shapes=[shape])

    def chain(self, i):
        for _ in range(self.draw(st.integers(5, 20))):
            last = self.draw(st.sampled_from([len(self.known) - 1, i]))
            if last in self.alive():
                self.step("op", last, name="tf.sin", shapes=[self.known[last]])

    def read(self, i):
        self.step("read", i)

    def decision(self, i):
        self.step("bool", i)

    def failure(self, i):
        others = self.alive(lambda s: s and self.known[i] and {s[-1], self.known[i][-1]} == {2, 3})
        if others:
            self.step("fail", i, self.draw(st.sampled_from(others)), name="tf.add")

    def drop(self, i):
        if len(self.alive()) > 1:
            self.step("drop", i)
            self.dropped.add(i)

    def variable(self):
        return self.draw(st.integers(0, len(self.variables) - 1))

    def variable_value(self, i):
        if self.variables:
            self.step("value", self.variable(), shapes=[_VARIABLE])

    def variable_rows(self, i):
        if self.variables:
            ids = self.draw(st.lists(st.integers(0, 1), min_size=1, max_size=3))
            self.step("gather", self.variable(), ids, shapes=[(len(ids), 3)])

    def assignment(self, i):
        full = self.alive(lambda shape: shape == _VARIABLE)
        if self.variables and full:
            do = self.draw(st.sampled_from(["assign", "assign_add"]))
            self.step(do, self.variable(), self.draw(st.sampled_from(full)))


#: What a program is made of, common things more than once.
KINDS = (
    *(Writer.unary, Writer.unary, Writer.binary, Writer.binary, Writer.binary, Writer.literal),
    *(Writer.reduction, Writer.transposed, Writer.rounded_trip, Writer.parts, Writer.joined),
    *(Writer.rows, Writer.chain, Writer.read, Writer.decision, Writer.failure, Writer.drop),
    *(Writer.variable_value, Writer.variable_rows, Writer.assignment, Writer.assignment),
    Writer.copy,
)


@st.composite
def programs(draw, dtype="float64", order=0, size=12):
    """A program of a few inputs and variables, with values that are shared, dropped and read."""
    some = st.sampled_from(_SHAPES)
    inputs = [draw(arrays(draw(some), dtype, -1, 1)) for _ in range(draw(st.integers(1, 3)))]
    variables = [draw(arrays(_VARIABLE, dtype, -1, 1)) for _ in range(draw(st.integers(0, 2)))]
    writer = Writer(draw, inputs, variables)
    for kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=size)):
        kind(writer, writer.value())
    outputs = st.lists(st.sampled_from(writer.alive()), min_size=1, max_size=3, unique=True)
    return Program(
        tuple(inputs), tuple(variables), tuple(writer.steps), tuple(draw(outputs)), order
    )
