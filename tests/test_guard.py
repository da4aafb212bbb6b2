"""Checks of arguments are looked at before the call: what passes runs without a report."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import tfshim as tf
from tfshim._src import reports
from tfshim._src.function.guard import MAX_BYTES
from tfshim._src.ops import assert_reports, index_checks, nn_softmax, value_checks
from tfshim._src.slicing import _outside

c = tf.constant
TABLE = np.arange(12.0, dtype=np.float32).reshape(6, 2)


def inner(function, *args):
    """The graph function that a call of these arguments uses."""
    function(*args)
    return next(iter(function._exact.values())).inner


def guarded(function, *args):
    return inner(function, *args).guard is not None


@pytest.mark.parametrize(
    "function, good, bad",
    [
        (lambda i: tf.gather(TABLE, i), [0, 5], [0, 6]),
        (lambda i: tf.gather(TABLE, i + 1), [-1, 4], [-2, 4]),
        (lambda i: c(TABLE)[i], -6, -7),
        (lambda i: 7 // i, [1, 2], [1, 0]),
        (lambda i: tf.nn.sparse_softmax_cross_entropy_with_logits(i, TABLE[:2]), [0, 1], [0, 2]),
        (lambda i: tf.gather_nd(TABLE, i), [[5, 1]], [[5, 2]]),
    ],
)
def test_a_good_call_has_no_report_and_a_bad_one_raises(function, good, bad):
    f = tf.function(function)
    assert guarded(f, c(good))
    seen = []
    graph_function = inner(f, c(good))
    graph_function.runner = lambda inputs: seen.append(inputs)
    for _ in range(3):
        f(c(good))
    assert not seen
    with pytest.raises(tf.errors.InvalidArgumentError):
        f(c(bad))
    assert len(seen) == 1
    f(c(good))
    assert len(seen) == 1


def test_the_report_is_compiled_for_failures_only():
    f = tf.function(lambda x, i: tf.gather(x @ tf.transpose(x), i))
    for _ in range(3):
        f(TABLE, c([1, 2]))
    tf.debug.reset_stats()
    for k in range(5):
        f(TABLE, c([k, 2]))
    counts = tf.debug.stats()
    assert counts["compiled_runs"] == 5
    assert counts["kernel_compiles"] == counts["program_compiles"] == counts["kernel_traces"] == 0
    assert counts["to_host"] == 0


def test_what_failed_leaves_variables_as_they_were():
    v = tf.Variable([1.0, 2.0])
    w = tf.Variable(0)

    @tf.function
    def step(i):
        w.assign_add(1)
        v.assign(v * tf.gather(v, i))
        return tf.reduce_sum(v)

    step(c(0))
    with pytest.raises(tf.errors.InvalidArgumentError):
        step(c(2))
    assert v.numpy().tolist() == [1.0, 2.0] and w.numpy() == 2
    assert step(c(1)).numpy() == 6.0


def test_a_function_that_only_asserts():
    @tf.function
    def f(x):
        tf.debugging.Assert(x > 0, [x])

    f(c(1))
    f(c(2))
    with pytest.raises(tf.errors.InvalidArgumentError, match="assertion failed"):
        f(c(0))
    f(c(1))


def test_under_a_tape():
    f = tf.function(lambda x, i: tf.gather(x, i) ** 2)
    x = c([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x, c([1]))
    assert tf.convert_to_tensor(tape.gradient(y, x)).numpy().tolist() == [0.0, 4.0]
    with pytest.raises(tf.errors.InvalidArgumentError):
        with tf.GradientTape() as tape:
            tape.watch(x)
            f(x, c([2])).numpy()


def test_pending_arguments_are_run_first():
    f = tf.function(lambda i: tf.gather(TABLE, i))
    f(c([1]))
    assert f(c([1]) + 1).numpy().tolist() == [[4.0, 5.0]]
    with pytest.raises(tf.errors.InvalidArgumentError):
        f(c([1]) + 5)


def test_what_is_much_or_depends_on_the_result_is_left_to_the_program():
    big = tf.zeros([MAX_BYTES], tf.int32)
    assert not guarded(tf.function(lambda i: tf.gather(TABLE, i)), big)
    x = tf.ones([300, 300])
    f = tf.function(lambda x: tf.gather(TABLE, tf.cast((x @ x)[0, 0] - 300.0, tf.int32)))
    assert not guarded(f, x)

    @tf.function
    def loop(n):
        i = c(0)
        while i < n:
            i += 1 // n
        return i

    assert not guarded(loop, c(1))


def test_a_function_within_a_function_keeps_its_report():
    f = tf.function(lambda i: tf.gather(TABLE, i))
    g = tf.function(lambda i: f(i) + f(i + 1))
    assert g(c([1])).numpy().tolist() == [[6.0, 8.0]]
    with pytest.raises(tf.errors.InvalidArgumentError):
        g(c([5]))


QUICK = {
    "range": (index_checks._range("Gather", True, 5), (-2, 7), True),
    "not below": (index_checks._range("Gather", False, 5), (-2, 7), True),
    "list": (value_checks._element("Switch", 5), (-2, 7), True),
    "classes": (nn_softmax._classes_check("Xent", 5), (-2, 7), True),
    "slice": (_outside(3), (-5, 5), False),
    "assert": (assert_reports._kernel(3, 1), (0, 1), True),
}


@pytest.mark.parametrize("name", QUICK)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_quick_answer_is_that_of_the_report(name, data):
    kernel, (low, high), several = QUICK[name]
    sizes = (
        st.sampled_from([(1,), (3,), (2, 2), (reports._LISTED + 1,)]) if several else st.just(())
    )
    shape = data.draw(sizes)
    numbers = st.integers(low, high)
    count = int(np.prod(shape))
    flat = data.draw(st.lists(numbers, min_size=count, max_size=count))
    dtype = bool if name == "assert" else data.draw(st.sampled_from([np.int32, np.int64]))
    values = np.array(flat, dtype).reshape(shape)
    (report,) = kernel.execute([values], kernel.spec((c(values).aval,)))
    assert bool(kernel.attrs["passes"](values)) == (report[0] == 0)
