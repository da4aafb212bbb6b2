"""What is kept alive, and for how long; buffers that are given away."""

import copy
import gc
import inspect
import weakref

import jax
import numpy as np
import pytest
from engine_support import engine
from exact import exact

import tfshim as tf
from benchmarks import frameworks, long_run
from benchmarks.memory import accounted, is_program, needed_mb
from benchmarks.workloads import WORKLOADS
from tfshim._src.engine import flush, speed
from tfshim._src.tensor import STATE, EagerTensor

LARGE = (256, 256)  # beyond the size from which buffers are donated


def tensors():
    gc.collect()
    return sum(type(o) is EagerTensor for o in gc.get_objects())


def test_a_value_that_nobody_holds_is_not_computed_and_goes():
    with engine():
        x = tf.constant([1.0])
        y = x + 1.0
        gone = weakref.ref(y)
        del y
        exact(x * 3.0, [3.0])
        assert gone() is None
        assert tf.debug.stats()["dead_nodes"] == 1


@pytest.mark.skipif(speed.core is None, reason="only the C core uses handles again")
def test_handles_that_nobody_held_are_used_again():
    with engine(hot_after=2):
        x, seen, named = tf.constant([1.0, 2.0]), [], []

        def step(keep):
            y = x * 2.0
            seen.append(id(y))
            if keep == "attribute":
                y.note = "mine"
            reference = weakref.ref(y) if keep == "reference" else None
            held = y if keep == "held" else None
            del y
            exact(tf.reduce_sum(x * 3.0 + 1.0) * 2.0, 22.0)
            named.append(held)
            return reference

        for _ in range(6):
            step("")
        assert len(set(seen[-3:])) == 1
        for keep in ("attribute", "held", ""):
            step(keep)
        fresh = x * 2.0
        assert not hasattr(fresh, "note") and fresh is not named[-2]
        exact(named[-2], [2.0, 4.0])
        assert step("reference")() is None


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


@pytest.mark.parametrize("name", ["eager", "function", "unread"])
def test_a_long_loop_makes_no_objects_that_stay(name):
    """The short form of `python -m benchmarks.long_run`."""
    with engine(hot_after=3):
        step = long_run.LOOPS[name][0](tf)
        found = []
        for steps in (100, 300):
            for i in range(steps):
                step(i)
            found.append(long_run.look()[1])
    assert found[1] <= found[0] + 20


def test_shapes_that_come_back_make_no_objects_that_stay(monkeypatch):
    monkeypatch.setattr(flush, "MIN_RUNS", flush.NEVER)  # what is compiled has objects of its own
    with engine():
        step = long_run.LOOPS["shapes"][0](tf)
        found = []
        for rounds in (4, 8):  # two visits of a shape make its objects, two more settle them
            for i in range(rounds * long_run.SHAPES):
                step(i)
            found.append(long_run.look()[1])
    assert found[1] <= found[0] + 20


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


# -- what compiled programs need -------------------------------------------------------------------


@pytest.fixture
def compiled_memory(monkeypatch):
    """XLA's account of every whole program that is compiled in a test, the first run of each."""
    monkeypatch.setattr(jax, "jit", jax.jit)  # put back afterwards
    return accounted(jax, is_program)


def _block(x):
    w = tf.fill([128, 128], 0.001)
    for _ in range(10):
        x = tf.tanh(tf.matmul(x, w))
    return x


def _plainly(f):
    return f


@pytest.mark.parametrize("wrap", [_plainly, tf.function], ids=["eager", "function"])
def test_recompute_grad_saves_memory(compiled_memory, wrap):
    """Five blocks of ten layers: what is kept are the blocks' inputs and one block's insides."""
    x = tf.Variable(tf.ones([128, 128]))
    results = []
    for f in (_block, tf.recompute_grad(_block)):
        f = wrap(f)
        with engine(hot_after=2):
            for _ in range(2):
                with tf.GradientTape() as tape:
                    y = x * 1.0
                    for _ in range(5):
                        y = f(y)
                    loss = tf.reduce_sum(y)
                results.append(tape.gradient(loss, x).numpy())
    plain, again = [account.temp_size_in_bytes for account in compiled_memory]
    assert again < 0.4 * plain
    np.testing.assert_array_equal(results[1], results[3])


def test_recompute_grad_keeps_only_arguments_between_the_passes():
    def alive(f):
        x = tf.Variable(tf.ones([8, 8]))
        with engine(), tf.GradientTape() as tape:
            start = tensors()
            y = x * 1.0
            for _ in range(20):
                y = tf.tanh(y)
            z = f(y)
            float(tf.reduce_sum(z))  # what is kept for the gradient has values now
            kept = tensors() - start
            assert tape.gradient(z, x) is not None
        return kept

    def deep(y):
        for _ in range(50):
            y = tf.sin(y)
        return y

    assert alive(tf.recompute_grad(deep)) <= alive(deep) - 45


@pytest.mark.parametrize("name", ["cnn/sgd", "transformer/adam"])
def test_a_step_needs_little_more_memory_than_by_hand(compiled_memory, name):
    """The small sizes, of whose buffers none is donated; `benchmarks.memory` has the others."""
    workload = WORKLOADS[name]
    with engine(hot_after=2):
        program = frameworks.build("tfshim", workload, small=True, module=tf)
        for i in range(4):
            frameworks.read(program.step(*program.feed(i)))
    ours = max(map(needed_mb, compiled_memory))
    peer = frameworks.build("jax-jit", workload, small=True, module=jax)
    peer_step = inspect.getclosurevars(peer.step).nonlocals
    account = (
        peer_step["jitted"].lower(peer_step["box"][0], *peer.feed(0)).compile().memory_analysis()
    )
    assert ours <= 1.3 * needed_mb(account)
