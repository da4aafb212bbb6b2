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
    made = np.asarray(values).astype(pool.dtype)
    if specials and made.size:
        where = state.uniform(size=shape) < 0.5
        made = np.where(where, pool[state.randint(0, pool.size, shape)], made).astype(pool.dtype)
    return Array(np.asarray(made), dtype, specials)


# Their results stay small wherever their arguments are, so that rounding does.
UNARY = ("tf.sin", "tf.tanh", "tf.sigmoid", "tf.negative", "tf.math.softsign")
BINARY = ("tf.add", "tf.subtract", "tf.multiply", "tf.maximum", "tf.math.squared_difference")
REDUCTIONS = ("tf.reduce_mean", "tf.reduce_max", "tf.reduce_sum")
_SHAPES = ((), (3,), (2, 3), (2, 1), (1, 3))


@st.composite
def programs(draw, dtype="float64", order=0, size=12):
    """A program of a few inputs and variables, with values that are shared, dropped and read."""
    some = st.sampled_from(_SHAPES)
    inputs = [draw(arrays(draw(some), dtype, -1, 1)) for _ in range(draw(st.integers(1, 3)))]
    variables = [draw(arrays((2, 3), dtype, -1, 1)) for _ in range(draw(st.integers(0, 2)))]
    known = [x.value.shape for x in inputs]
    dropped, steps = set(), []

    def any_value():
        return draw(st.sampled_from([i for i in range(len(known)) if i not in dropped]))

    def op(name, args, shape, **kwargs):
        steps.append(Step("op", name, args, tuple(kwargs.items())))
        known.append(shape)

    for _ in range(draw(st.integers(1, size))):
        kind = draw(st.sampled_from("uuubbbblraxdvnw"))
        i = any_value()
        if kind == "u":
            op(draw(st.sampled_from(UNARY)), (i,), known[i])
        elif kind == "b":
            j = any_value()
            name = draw(st.sampled_from(BINARY))
            op(name, (i, j), np.broadcast_shapes(known[i], known[j]))
            op("tf.tanh", (len(known) - 1,), known[-1])
        elif kind == "l":
            number = draw(st.floats(-1, 1, width=32))
            op(draw(st.sampled_from(BINARY)), (i, number), known[i])
            op("tf.sin", (len(known) - 1,), known[-1])
        elif kind == "x" and known[i]:
            axis = draw(st.integers(-len(known[i]), len(known[i]) - 1))
            shape = tuple(np.sum(np.empty(known[i]), axis, keepdims=True).shape)
            op(draw(st.sampled_from(REDUCTIONS)), (i,), shape, axis=axis, keepdims=True)
        elif kind == "r":
            steps.append(Step("read", args=(i,)))
        elif kind == "n":
            steps.append(Step("bool", args=(i,)))
        elif kind == "d" and len(known) - len(dropped) > 1:
            dropped.add(i)
            steps.append(Step("drop", args=(i,)))
        elif kind == "v" and variables:
            v = draw(st.integers(0, len(variables) - 1))
            steps.append(Step("value", args=(v,)))
            known.append((2, 3))
        elif kind in "aw" and variables:
            v = draw(st.integers(0, len(variables) - 1))
            full = [k for k, s in enumerate(known) if s == (2, 3) and k not in dropped]
            if full:
                do = "assign" if kind == "a" else "assign_add"
                steps.append(Step(do, args=(v, draw(st.sampled_from(full)))))
    alive = [i for i in range(len(known)) if i not in dropped]
    outputs = draw(st.lists(st.sampled_from(alive), min_size=1, max_size=3, unique=True))
    return Program(tuple(inputs), tuple(variables), tuple(steps), tuple(outputs), order)
