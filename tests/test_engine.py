"""The engine by its counters: one program per step, nothing compiled twice, failures contained."""

import types

import numpy as np
import pytest
from engine_support import counts, engine
from exact import exact

import tfshim as tf
from tfshim._src.engine import flush, heap


class Model:
    """Two layers, trained by plain eager code with a tape."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.w = tf.Variable(rng.normal(size=(8, 16)).astype(np.float32))
        self.b = tf.Variable(tf.zeros([16]))
        self.v = tf.Variable(rng.normal(size=(16, 1)).astype(np.float32))
        self.x = tf.constant(rng.normal(size=(4, 8)).astype(np.float32))
        self.y = tf.constant(rng.normal(size=(4, 1)).astype(np.float32))

    def step(self, rate):
        with tf.GradientTape() as tape:
            hidden = tf.tanh(tf.matmul(self.x, self.w) + self.b)
            loss = tf.reduce_mean((tf.matmul(hidden, self.v) - self.y) ** 2)
        variables = [self.w, self.b, self.v]
        for variable, g in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(rate * g)
        return loss

    def train(self, steps):
        for _ in range(steps):
            self.step(0.1)  # nobody reads the loss


def test_a_training_step_is_one_program():
    with engine(hot_after=3):
        model = Model()
        model.train(6)
        got = counts(lambda: model.train(10))
    assert got["flushes"] == got["compiled_runs"] == 10
    assert got["program_compiles"] == got["kernel_traces"] == got["kernel_compiles"] == 0
    assert got["interpreted_runs"] == got["failures"] == 0


def test_a_rate_that_changes_at_every_step_is_the_same_program():
    with engine(hot_after=3):
        model = Model()
        for i in range(5):
            float(model.step(0.1 / (i + 1)))
        got = counts(lambda: [float(model.step(0.1 / (i + 7))) for i in range(10)])
    assert got["flushes"] == got["compiled_runs"] == 10
    assert got["program_compiles"] == got["kernel_traces"] == 0


def test_a_program_gets_hot_by_itself(monkeypatch):
    monkeypatch.setattr(flush, "CLEARLY", 0.0)  # and stays so, however quick NumPy is
    with engine():
        model = Model()
        for _ in range(400):
            float(model.step(0.01))
            if tf.debug.stats()["program_compiles"]:
                break
        assert tf.debug.stats()["program_compiles"] >= 1
        for _ in range(3):
            float(model.step(0.01))
        got = counts(lambda: [float(model.step(0.01)) for _ in range(5)])
    assert got["compiled_runs"] == got["flushes"] == 5


def test_changing_shapes_never_compile_a_whole_program():
    with engine():
        got = counts(
            lambda: [float(tf.reduce_sum(tf.sin(tf.ones([n])) * 2.0)) for n in range(1, 40)]
        )
    assert got["program_compiles"] == got["compiled_runs"] == 0
    assert got["interpreted_runs"] == got["flushes"] == 39


def test_a_first_run_compiles_no_small_op():
    with engine():
        got = counts(lambda: [float(tf.reduce_sum(tf.exp(tf.ones([3, n])))) for n in range(1, 9)])
    assert got["kernel_compiles"] == got["xla_nodes"] == 0
    assert got["host_nodes"] > 0


def test_nothing_runs_before_somebody_looks():
    with engine():
        x = tf.constant([1.0, 2.0])
        got = counts(lambda: tf.sin(x) * 2.0 + 1.0)
        assert got["flushes"] == 0
        y = tf.sin(x) * 2.0
        assert counts(lambda: y.numpy())["flushes"] == 1
        assert counts(lambda: y.numpy())["flushes"] == 0


@pytest.mark.parametrize(
    "look",
    [
        lambda t: t.numpy(),
        float,
        int,
        bool,
        str,
        repr,
        np.asarray,
        lambda t: f"{t:.1f}",
        lambda t: t.__jax_array__(),
        lambda t: t > 0 and None,
        lambda t: np.from_dlpack(t),
    ],
    ids=[
        "numpy",
        "float",
        "int",
        "bool",
        "str",
        "repr",
        "asarray",
        "format",
        "jax",
        "and",
        "dlpack",
    ],
)
def test_looking_runs_what_is_pending(look):
    with engine():
        y = tf.constant(2.0) * 3.0
        assert counts(lambda: look(y))["flushes"] >= 1
        exact(y, 6.0)


def test_what_nobody_can_see_is_not_run():
    with engine():
        x = tf.constant([1.0, 2.0])
        y = x + 1.0
        tf.exp(x)
        got = counts(lambda: y.numpy())
    assert got["dead_nodes"] == 1


def test_deferred_equals_eager():
    def run(mode):
        with engine(hot_after=2, mode=mode):
            model = Model()
            losses = [float(model.step(0.1)) for _ in range(6)]
            return losses, model.w.numpy(), model.v.numpy()

    for lazy, eager in zip(run("deferred"), run("eager"), strict=True):
        np.testing.assert_allclose(lazy, eager, rtol=2e-5, atol=1e-6)


def test_eager_mode_runs_every_op_at_once():
    with engine(mode="eager"):
        x = tf.constant([1.0])
        got = counts(lambda: x + x + x)
    assert got["flushes"] == 2


def test_errors_of_shape_come_at_the_call_and_leave_the_rest_alone():
    with engine():
        x = tf.constant([1.0, 2.0])
        y = x * 3.0
        with pytest.raises(tf.errors.InvalidArgumentError, match="Incompatible shapes"):
            y + tf.ones([3])
        z = y + 1.0
        exact(z, [4.0, 7.0])
        exact(y, [3.0, 6.0])


def _failing_kernel(message):
    """A kernel that works while it is traced and fails when it runs."""
    import jax

    from tfshim._src.engine.kernel import Kernel

    def fail(x):
        raise RuntimeError(message)

    def fn(x):
        return jax.pure_callback(fail, jax.ShapeDtypeStruct(x.shape, x.dtype), x)

    return Kernel("Failing", fn)


@pytest.mark.parametrize("hot_after", [0, 1])
def test_a_failing_node_fails_what_depends_on_it_and_nothing_else(hot_after):
    from tfshim._src.dispatch import dispatch

    with engine(hot_after=hot_after):
        x = tf.constant([1.0, 2.0])
        v = tf.Variable([1.0, 1.0])
        good = x * 3.0
        bad = dispatch(_failing_kernel("broken on purpose"), (x,))
        worse = bad + 1.0
        v.assign_add(good)
        better = good + 1.0
        for t in (bad, worse, bad):
            with pytest.raises(Exception, match="broken on purpose"):
                t.numpy()
        exact(good, [3.0, 6.0])
        exact(better, [4.0, 7.0])
        exact(v, [4.0, 7.0])
        assert not any("Failing" in str(key) and e.call for key, e in flush.programs.items())
        # what comes after works, also upon the tensors of before
        exact(better * x, [4.0, 14.0])
        with pytest.raises(Exception, match="broken on purpose"):
            (worse * 2.0).numpy()
        exact(v + 1.0, [5.0, 8.0])


def test_a_failed_assignment_keeps_the_variable_usable():
    from tfshim._src.dispatch import dispatch

    with engine():
        v = tf.Variable([1.0, 1.0])
        bad = dispatch(_failing_kernel("broken on purpose"), (tf.constant([1.0, 2.0]),))
        v.assign(bad)
        with pytest.raises(Exception, match="broken on purpose"):
            v.numpy()
        v.assign([5.0, 5.0])
        exact(v, [5.0, 5.0])


def test_a_failure_names_the_line_of_the_call():
    from tfshim._src.dispatch import dispatch

    with engine():
        bad = dispatch(_failing_kernel("broken on purpose"), (tf.constant([1.0]),))
        with pytest.raises(Exception, match="broken on purpose") as info:
            bad.numpy()
    assert any("test_engine.py" in note for note in getattr(info.value, "__notes__", []))


def test_equal_numbers_are_one_program_and_different_attributes_are_two():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with engine(hot_after=2):
        for a in (1.0, 2.0, 3.0, 2.0):
            exact(x * a + a, x.numpy() * a + a)
        assert len(flush.programs) == 1
        for axis in (0, 1, 0, 1):
            exact(tf.reduce_sum(x, axis), x.numpy().sum(axis))
        assert len(flush.programs) == 3


def test_the_key_knows_dtypes_zeros_and_what_is_alive():
    with engine(hot_after=1):
        for dtype in ("float32", "float64", "int32"):
            exact(tf.constant(2, dtype) * tf.constant(3, dtype), 6, dtype)
        for zero in (0.0, -0.0):
            assert np.signbit((tf.constant(-1.0) * 0.0 + zero).numpy()) == np.signbit(
                np.float32(-0.0) + np.float32(zero)
            )
        x = tf.constant(3.0)
        y = x * 2.0
        z = y + 1.0
        exact(z, 7.0)
        exact(y, 6.0)
        for _ in range(2):
            z = x * 2.0 + 1.0
            exact(z, 7.0)


def test_the_cache_of_programs_is_bounded(monkeypatch):
    monkeypatch.setattr(flush, "MAX_PROGRAMS", 4)
    with engine():
        for n in range(1, 12):
            tf.ones([n]).numpy()
        assert len(flush.programs) <= 5


def test_a_loop_over_an_index_is_one_program():
    with engine(hot_after=3):
        x = tf.constant(np.arange(10, dtype=np.float32))
        got = [float(x[i] * 2.0) for i in range(10)]
        assert got == [2.0 * i for i in range(10)]
        assert len(flush.programs) == 1


def test_many_pending_values_run_by_themselves():
    with engine(limit=48):  # the C core asks at each sixteenth node
        x = tf.constant(0.0)
        tf.debug.reset_stats()
        for _ in range(200):
            x = x + 1.0
        assert tf.debug.stats()["flushes"] == 4
        exact(x, 200.0)


def test_a_tiny_op_that_is_read_at_once_is_counted_and_listed():
    """It takes a short way to NumPy from its second run on."""
    with engine():
        a, b = tf.constant([7, 8]), tf.constant([2, 0])
        for _ in range(5):
            exact(tf.add(a, b), [9, 8], "int32")
        counts = tf.debug.stats()
        assert counts["flushes"] == counts["interpreted_runs"] == counts["host_nodes"] == 5
        assert [e.runs for e in flush.programs.values()][-1] == 5
        for _ in range(3):
            with pytest.raises(tf.errors.InvalidArgumentError):
                tf.math.floordiv(a, b).numpy()
            exact(tf.math.floordiv(a, tf.constant([2, 3])), [3, 2], "int32")


@pytest.mark.parametrize("part, compiled", [(np.inf, 0), (0.0, 3)])
def test_what_numpy_does_sooner_is_not_compiled_for_long(part, compiled, monkeypatch):
    for name in ("COMPILE_US", "COMPILE_NODE_US", "COMPILE_PAIR_US", "CALL_US", "CALL_OUTPUT_US"):
        monkeypatch.setattr(flush, name, 0)
    monkeypatch.setattr(flush, "CALL_BYTES", np.inf)
    monkeypatch.setattr(flush, "CLEARLY", part)
    with engine(hot_after=0):
        x = tf.constant(np.arange(2000.0, dtype=np.float32))
        first = (x * x + 2.5).numpy()
        for _ in range(flush.MIN_RUNS + flush.TRIALS):
            np.testing.assert_array_equal((x * x + 2.5).numpy(), first)
        assert tf.debug.stats()["program_compiles"] == 1
        got = counts(lambda: [(x * x + 2.5).numpy() for _ in range(3)])
        assert got["compiled_runs"] == compiled and got["program_compiles"] == 0


def test_memory_is_kept_unless_the_user_said_how_to_handle_it(monkeypatch):
    monkeypatch.setattr(heap.ctypes, "CDLL", lambda name: library)
    library, given = types.SimpleNamespace(gnu_get_libc_version=None), []
    assert not heap.keep_memory({})  # a library without mallopt
    library.mallopt = lambda parameter, value: given.append((parameter, value)) or 1
    for name in ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES"):
        assert not heap.keep_memory({name: "1"})
    assert given == []
    assert heap.keep_memory({}) and given == [(-3, heap.LARGEST), (-1, heap.KEPT)]
    del library.gnu_get_libc_version
    assert not heap.keep_memory({})
