"""What is kept alive, and for how long; buffers that are given away."""

import copy
import gc
import weakref

import numpy as np
from engine_support import engine
from exact import exact

import tfshim as tf
from tfshim._src.engine import flush
from tfshim._src.tensor import STATE, EagerTensor

LARGE = (256, 256)  # beyond the size from which buffers are donated


def tensors():
    gc.collect()
    return sum(type(o) is EagerTensor for o in gc.get_objects())


def test_a_pending_trace_does_not_keep_its_outputs():
    with engine():
        x = tf.constant([1.0])
        y = x + 1.0
        gone = weakref.ref(y)
        del y
        assert gone() is None


def test_a_flushed_trace_keeps_nothing():
    with engine():
        x = tf.constant([1.0]) * 1.0
        y = x + 1.0
        y.numpy()
        assert STATE.pending.nodes == STATE.pending.ext == STATE.pending.outs == []
        gone = weakref.ref(x)
        del x
        gc.collect()
        assert gone() is None


def test_a_training_loop_keeps_no_tensor():
    with engine(hot_after=3):
        v = tf.Variable(tf.ones([4]))

        def step():
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(v * v)
            v.assign_sub(0.1 * tape.gradient(loss, v))
            return float(loss)

        for _ in range(10):
            step()
        before = tensors()
        for _ in range(50):
            step()
        assert tensors() <= before + 2


def test_a_sum_that_nobody_reads_stays_small():
    with engine():
        total = tf.Variable(tf.zeros([1000]))
        most = 0
        for _ in range(10_000):
            total.assign_add(tf.ones([1000]))
            most = max(most, len(STATE.pending.nodes))
        assert most <= 2 * 4096
        exact(total[0], 10_000.0)


def test_inputs_of_what_is_pending_are_bounded_in_bytes(monkeypatch):
    monkeypatch.setattr(flush, "MAX_BYTES", 1 << 20)
    with engine():
        total = tf.constant(0.0)
        for i in range(40):
            total = total + tf.reduce_sum(tf.constant(np.full([256, 256], i, np.float32)))
        assert tf.debug.stats()["flushes"] >= 5
        exact(total, 65536.0 * sum(range(40)))


def test_interpreted_programs_free_what_is_used_up():
    with engine():
        x = tf.ones([8])
        y = x
        for _ in range(100):
            y = y * 1.0
        before = tensors()
        y.numpy()
        assert tensors() <= before + 2


def _halve(v):
    v.assign_sub(v * 0.5)
    with tf.GradientTape():
        pass  # a step ends here


def test_the_old_value_of_a_variable_is_overwritten():
    with engine(hot_after=2):
        v = tf.Variable(np.ones(LARGE, np.float32))
        for _ in range(6):
            _halve(v)
        assert tf.debug.stats()["donations"] >= 1
        exact(v[0, 0], 0.5**6)


def test_what_somebody_holds_is_never_overwritten():
    with engine(hot_after=2):
        array = np.ones(LARGE, np.float32)
        constant = tf.constant(array)
        v = tf.Variable(constant)
        clone = copy.deepcopy(v)
        for _ in range(4):
            _halve(v)
        held = v.value()
        view = np.asarray(v.value().__jax_array__())
        shared = np.from_dlpack(v.value())
        for _ in range(4):
            _halve(v)
        assert tf.debug.stats()["donations"] >= 1
        for t, value in ((array, 1.0), (constant.numpy(), 1.0), (clone.numpy(), 1.0)):
            assert t.min() == t.max() == value
        for t in (held.numpy(), view, shared):
            assert t.min() == t.max() == 0.5**4
        assert v.numpy().max() == 0.5**8


def test_variables_that_take_turns():
    with engine(hot_after=2):
        v = tf.Variable(np.ones(LARGE, np.float32))
        u = tf.Variable(np.ones(LARGE, np.float32))
        for _ in range(4):
            old = v.value()
            v.assign(u)
            u.assign(old)
            v.assign_add(u)
            with tf.GradientTape():
                pass
            del old
        assert (v.numpy().max(), u.numpy().max()) == (8.0, 5.0)


def test_old_values_can_be_collected():
    with engine(hot_after=2):
        v = tf.Variable(np.zeros(LARGE, np.float32))
        olds = []
        for _ in range(5):
            olds.append(v.value())
            v.assign_add(tf.ones(LARGE))
            with tf.GradientTape():
                pass
        assert [float(o[0, 0]) for o in olds] == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_a_new_value_is_written_over_the_old_one_of_its_own_variable():
    """Not over another variable's of that shape, which is still read: XLA would copy that first."""
    with engine(hot_after=2):
        v, m, s = (tf.Variable(np.full(LARGE, x, np.float32)) for x in (1.0, 0.0, 0.0))
        rows = tf.constant([3, 5])

        def step():
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.gather(v, rows))
            g = tape.gradient(loss, v)
            m.assign(0.9 * m)
            m.scatter_add(tf.IndexedSlices(0.1 * g.values, g.indices))
            s.assign(0.99 * s)
            s.scatter_add(tf.IndexedSlices(0.01 * tf.square(g.values), g.indices))
            v.assign_sub(0.5 * m / (tf.sqrt(s) + 1e-3))

        for _ in range(5):
            step()
        flush.flush(STATE.pending)
        entry = max(flush.programs.values(), key=lambda e: e.nodes)
        call = entry.call
        assert len(call.call.donated) == 3
        values = [
            np.zeros(call._ext_avals[i].shape, call._ext_avals[i].dtype.np) for i in call.arrays
        ]
        packed = [np.zeros(len(members), dtype) for dtype, members in call.groups]
        text = call.call.run.lower(packed, *values).compile().as_text()
        assert text.count("may-alias") + text.count("must-alias") == 3
        copied = [line for line in text.splitlines() if " copy(" in line and "256,256" in line]
        assert copied == []
