"""`tf.debugging.enable_check_numerics` in functions; its text in eager mode is a transcript."""

import threading

import jax
import pytest

import tfshim as tf


@pytest.fixture
def checked():
    tf.debugging.enable_check_numerics(stack_height_limit=3, path_length_limit=20)
    yield
    tf.debugging.disable_check_numerics()


def test_an_op_in_a_function_is_named_with_its_line(checked):
    @tf.function
    def f(x):
        y = tf.math.log(x)  # here
        return y * 2

    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        f(tf.constant([0.0, 1.0]))
    text = str(caught.value)
    assert (
        '!!! Detected Infinity or NaN in output 0 of graph op "Log" (# of outputs: 1) !!!' in text
    )
    assert 'Input tensor: Tensor("x:0", shape=(2,), dtype=float32)' in text
    assert 'Graph name: "f"' in text
    assert "y = tf.math.log(x)  # here" in text
    assert "(Omitted " in text and text.count(" ->|") == 3
    assert "/test_check_numerics.py" not in text and "..." in text
    assert "Tensor had -Inf values" in text
    assert f(tf.constant([1.0])).numpy() == [0.0]  # usable afterwards


def test_gradients_are_checked(checked):
    x = tf.constant(0.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.sqrt(x)
    with pytest.raises(tf.errors.InvalidArgumentError, match='op "SqrtGrad"'):
        tape.gradient(y, x)


def test_a_function_traced_before_is_checked_from_outside():
    f = tf.function(lambda x: tf.math.log(x))
    f(tf.constant(1.0))
    tf.debugging.enable_check_numerics()
    try:
        with pytest.raises(
            tf.errors.InvalidArgumentError, match='eagerly-executing op "__inference'
        ):
            f(tf.constant(0.0))
    finally:
        tf.debugging.disable_check_numerics()
    assert f(tf.constant(0.0)).numpy() == float("-inf")


def test_a_function_traced_while_it_was_on_goes_on_checking(checked):
    f = tf.function(lambda x: tf.math.log(x))
    f(tf.constant(1.0))
    tf.debugging.disable_check_numerics()
    with pytest.raises(tf.errors.InvalidArgumentError, match='graph op "Log"'):
        f(tf.constant(0.0))


def test_other_threads_are_not_checked(checked):
    values = []
    thread = threading.Thread(target=lambda: values.append(float(tf.math.log(0.0))))
    thread.start()
    thread.join()
    assert values == [float("-inf")]


def test_a_tape_still_records_while_checks_are_on(checked):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        loss = v * v
    assert tape.gradient(loss, v).numpy() == 6.0


def test_traceback_filtering_is_jaxs():
    before = jax.config.jax_traceback_filtering
    assert tf.debugging.is_traceback_filtering_enabled()
    try:
        tf.debugging.disable_traceback_filtering()
        tf.debugging.disable_traceback_filtering()
        assert not tf.debugging.is_traceback_filtering_enabled()
        assert jax.config.jax_traceback_filtering == "off"
    finally:
        tf.debugging.enable_traceback_filtering()
    assert tf.debugging.is_traceback_filtering_enabled()
    assert jax.config.jax_traceback_filtering == before
