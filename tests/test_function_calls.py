"""What a call of a traced function costs: counted, not timed."""

import io

import jax
import numpy as np
import pytest

import tfshim as tf
from tfshim._src.engine import flush, kernel
from tfshim._src.tensor import STATE

COMPILE = "/jax/core/compile/backend_compile_duration"


@pytest.fixture
def compiles():
    """The number of programs that XLA compiled so far, as a function."""
    seen = []
    active = [True]

    def listen(event, _, **__):
        if active[0] and event == COMPILE:
            seen.append(event)

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield lambda: len(seen)
    active[0] = False


def counted(call):
    """The engine's counters of one call."""
    tf.debug.reset_stats()
    call()
    return {k: v for k, v in tf.debug.stats().items() if v}


@pytest.mark.parametrize("size", [2, 3000])
def test_a_function_is_compiled_once(size, compiles):
    """Small ones run on NumPy the first time, large ones on XLA at once: one compilation each."""

    @tf.function
    def f(x, y):
        return tf.reduce_sum(x * y + 3.25)

    x = tf.zeros([size, size]) + 1.0
    x.numpy()
    before = compiles()
    values = [float(f(x, x)) for _ in range(5)]
    assert len(set(values)) == 1
    assert compiles() - before == 1


def test_later_calls_run_one_program_and_nothing_else():
    @tf.function
    def f(x, y):
        return tf.reduce_sum(x * y + 1.5)

    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    for _ in range(3):
        f(x, x)
    assert counted(lambda: f(x, x)) == {"compiled_runs": 1}


def test_a_loop_that_looks_at_nothing_does_not_pile_up():
    v = tf.Variable(1.0)

    @tf.function
    def step(x):
        v.assign_add(x)
        return v * 2

    x = tf.constant(1.0)
    for _ in range(3):
        step(x)
    for steps in (5, 9):
        counts = counted(lambda steps=steps: [step(x) for _ in range(steps)])
        assert counts["compiled_runs"] == steps
        assert "program_compiles" not in counts and "kernel_compiles" not in counts
    assert float(v) == 18.0


def test_a_call_under_a_tape_is_one_node_of_the_step():
    @tf.function
    def f(x):
        return x * x

    x = tf.constant(3.0)

    def step():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x) * 2
        return float(tape.gradient(y, x))

    for _ in range(4):
        assert step() == 12.0
    counts = counted(step)
    assert counts["flushes"] == counts["compiled_runs"] == 1


def test_equal_calls_are_found_without_binding(monkeypatch):
    @tf.function
    def f(x, y=None, *, flag=True, parts=()):
        return x * (2 if flag else 3) + (0 if y is None else y) + sum(parts)

    v = tf.Variable(4.0)
    calls = [
        lambda: f(tf.constant(1.0)),
        lambda: f(tf.constant(1.0), flag=False),
        lambda: f(tf.constant(1.0), v),
        lambda: f(tf.constant(1.0), y=tf.constant(2.0)),
        lambda: f(np.float32([1.0])),
        lambda: f(tf.constant(1.0), parts=[tf.constant(1.0), 2]),
        lambda: f(tf.constant(1.0), None, parts=(tf.constant(1.0), {"a": 1}) and ()),
    ]
    wanted = [np.asarray(call()).tolist() for call in calls]
    assert wanted == [2.0, 3.0, 6.0, 4.0, [2.0], 5.0, 2.0]
    monkeypatch.setattr(f, "_bind", None)
    assert [np.asarray(call()).tolist() for call in calls] == wanted


def test_keywords_in_another_order_are_not_mixed_up():
    @tf.function
    def f(z, a):
        return z - a

    one, two = np.float32([1.0]), np.float32([2.0])
    for _ in range(2):
        assert float(f(a=one, z=two)[0]) == 1.0
        assert float(f(z=two, a=one)[0]) == 1.0
        assert float(f(z=one, a=two)[0]) == -1.0


def test_arrays_and_tensors_of_one_type_are_told_apart():
    @tf.function
    def f(x):
        return x * 2.0

    array = np.float32([1.0, 2.0])
    for x in (tf.constant(array), array, array, tf.constant(array)):
        for _ in range(2):
            assert f(x).numpy().tolist() == [2.0, 4.0]
            assert f(x=x).numpy().tolist() == [2.0, 4.0]
    assert f.experimental_get_tracing_count() == 1


def test_a_default_tensor_is_part_of_the_call():
    @tf.function
    def f(x, y=tf.constant(5.0)):  # noqa: B008
        return x + y

    for _ in range(3):
        assert float(f(tf.constant(1.0))) == 6.0


def test_explain_lists_functions():
    @tf.function
    def f(x):
        return x * 2.5

    for _ in range(3):
        f(tf.constant(1.0))
    (entry,) = [e for e in flush.programs.values() if e.call is f_kernel(f)]
    assert entry.site[0].co_filename == __file__
    assert entry.runs == 3
    tf.debug.explain(limit=1000, file=io.StringIO())


def f_kernel(f):
    return f.get_concrete_function(tf.constant(1.0))._trace.inner.kernel


def test_a_training_step_too_large_for_numpy_is_compiled_once(monkeypatch):
    monkeypatch.setattr(kernel, "HOST_US", 1000)
    v = tf.Variable(np.full((700, 700), 1e-3, np.float32))
    x = tf.constant(np.ones((700, 700), np.float32))

    @tf.function
    def step():
        v.assign_sub(0.1 * tf.matmul(x, v))
        return tf.reduce_sum(v)

    flush.flush(STATE.pending)
    tf.debug.reset_stats()
    first = float(step())
    for _ in range(2):
        step()
    counts = tf.debug.stats()
    assert counts["program_compiles"] + counts["kernel_compiles"] == 1
    assert counts["donations"] == 3
    program = [e for e in flush.programs.values() if e.functions][-1]
    assert program.runs == 3
    for _ in range(3):  # what the user holds is copied, and nothing is compiled for it
        held = v.value()
        before = held.numpy().copy()
        call = program.call.call
        step()
        assert program.call.call is call
        np.testing.assert_array_equal(held.numpy(), before)
    assert first == pytest.approx(700 * 700 * 1e-3 * (1 - 70), rel=1e-4)


def test_a_large_function_under_a_tape_is_compiled_with_what_surrounds_it(monkeypatch):
    monkeypatch.setattr(kernel, "HOST_US", 1000)
    v = tf.Variable(np.full((700, 700), 1e-3, np.float32))
    x = tf.constant(np.ones((700, 700), np.float32))
    model = tf.function(lambda x: tf.matmul(x, v))

    def step(extra):
        with tf.GradientTape() as tape:
            y = model(x)
            loss = tf.reduce_mean(y)
        v.assign_sub(0.1 * tape.gradient(loss, v))
        for _ in range(extra):
            loss = loss + 1.0
        return float(loss)

    flush.flush(STATE.pending)
    tf.debug.reset_stats()
    step(0)
    step(0)
    counts = tf.debug.stats()
    assert counts["program_compiles"] == 1 and counts["interpreted_runs"] <= 1
    for extra in range(1, flush.FEW_PROGRAMS + 4):  # programs that never come back
        step(extra)
    counts = tf.debug.stats()
    assert counts["program_compiles"] <= flush.FEW_PROGRAMS + 1
