"""Chains of 100,000 nodes: pending, taped and dropped, without recursion and without a leak."""

import gc
import weakref

from engine_support import engine
from exact import exact

import tfshim as tf
from tfshim._src.tensor import EagerTensor

DEPTH = 100_000


def tensors():
    gc.collect()
    return sum(type(o) is EagerTensor for o in gc.get_objects())


def chain(x, depth=DEPTH):
    y = x
    for _ in range(depth):
        y = y + 1.0
    return y


def test_pending():
    with engine(limit=10 * DEPTH):
        x = tf.constant(0.0)
        y = chain(x)
        assert tf.debug.stats()["flushes"] == 0
        exact(y, float(DEPTH))
        assert tf.debug.stats()["flushes"] == 1


def test_pending_and_dropped():
    with engine(limit=10 * DEPTH):
        x = tf.constant(0.0)
        before = tensors()
        y = chain(x)
        gone = weakref.ref(y)
        del y
        exact(x + 1.0, 1.0)
        assert gone() is None
        assert tf.debug.stats()["dead_nodes"] >= DEPTH
        assert tensors() <= before + 8


def test_taped():
    with engine():
        x = tf.constant(0.0)
        before = tensors()
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = chain(x)
        exact(tape.gradient(y, x), 1.0)
        exact(y, float(DEPTH))
        del tape, y
        assert tensors() <= before + 8


def test_taped_and_dropped():
    with engine():
        x = tf.constant(0.0)
        before = tensors()
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = chain(x)
        gone = weakref.ref(y)
        del tape, y
        gc.collect()
        exact(x + 1.0, 1.0)
        assert gone() is None
        assert tensors() <= before + 8


def test_under_an_accumulator():
    depth = DEPTH // 10
    with engine():
        x = tf.constant(0.0)
        before = tensors()
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as acc:
            y = chain(x, depth)
        exact(acc.jvp(y), 1.0)
        del acc, y
        assert tensors() <= before + 8


def test_a_variable_assigned_often():
    with engine():
        v = tf.Variable(0.0)
        before = tensors()
        for _ in range(DEPTH):
            v.assign_add(1.0)
        exact(v, float(DEPTH))
        assert tensors() <= before + 8
