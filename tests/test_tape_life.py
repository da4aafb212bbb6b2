"""`tf.GradientTape`: its life: entering, pausing, resetting, nesting, variables, higher orders."""

import gc
import weakref

import pytest
from exact import exact

import tfshim as tf

USED_UP = "A non-persistent GradientTape can only be used to ?compute one set of gradients"
ACTIVE = "Tape is still recording, This can happen if you try to re-enter an already-active tape."


def test_a_tape_is_used_once():
    x = tf.constant([[2.0, 3.0]])
    for first in ("gradient", "jacobian", "batch_jacobian"):
        for second in ("gradient", "jacobian", "batch_jacobian"):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = x * x
            getattr(tape, first)(y, x)
            with pytest.raises(RuntimeError, match=USED_UP):
                getattr(tape, second)(y, x)


def test_a_persistent_tape_is_used_often():
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    for _ in range(2):
        exact(tape.gradient(z, x), 32.0)
        exact(tape.gradient(y, x), 4.0)
    del tape


def test_a_tape_that_was_never_entered():
    x = tf.constant(2.0)
    tape = tf.GradientTape()
    assert tape.watched_variables() == ()
    with pytest.raises(RuntimeError, match=USED_UP):
        tape.gradient(x, x)
    with pytest.raises(ValueError, match="Tape is not recording."):
        tape.reset()
    with pytest.raises(
        RuntimeError, match="Trying to stop recording a tape which is not recording"
    ):
        with tape.stop_recording():
            pass
    with pytest.raises(AttributeError):
        tape.watch(x)


def test_entering_an_active_tape():
    tape = tf.GradientTape()
    with tape, pytest.raises(ValueError, match=ACTIVE):
        with tape:
            pass


def test_leaving_and_entering_again_continues():
    x = tf.constant(3.0)
    tape = tf.GradientTape()
    with tape:
        tape.watch(x)
        y = x * x
    between = y * x
    with tape:
        z = y * x
        w = between * x
    exact(tape.gradient([z, w], x), 54.0)


def test_a_used_tape_starts_afresh():
    x = tf.constant(3.0)
    tape = tf.GradientTape()
    for power in (2, 3):
        with tape:
            tape.watch(x)
            y = x**power
        exact(tape.gradient(y, x), power * 3.0 ** (power - 1))


@pytest.mark.parametrize("persistent", [False, True])
def test_gradient_inside_the_block(persistent):
    x = tf.constant(3.0)
    with tf.GradientTape(persistent) as tape:
        tape.watch(x)
        y = x * x
        exact(tape.gradient(y, x), 6.0)
        if not persistent:
            with pytest.raises(RuntimeError, match=USED_UP):
                tape.gradient(y, x)
    if persistent:
        exact(tape.gradient(y, x), 6.0)


def test_higher_orders_of_one_persistent_tape():
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x * x * x
        first = tape.gradient(y, x)
        second = tape.gradient(first, x)
        third = tape.gradient(second, x)
    exact(first, 108.0)
    exact(second, 108.0)
    exact(third, 72.0)
    exact(tape.gradient(third, x), 24.0)


def test_third_derivative_of_nested_tapes():
    x = tf.constant(0.5)

    def derivative(f):
        def g(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = f(x)
            return tape.gradient(y, x)

        return g

    exact(derivative(derivative(derivative(tf.sin)))(x), -0.8775825618903728)
    exact(derivative(derivative(derivative(lambda x: x**5)))(x), 15.0)
    exact(derivative(derivative(lambda x: tf.exp(x * x)))(x), 3.852076250063224)


def test_nested_persistent_tapes():
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as outer:
        with tf.GradientTape(persistent=True) as inner:
            outer.watch(x)
            inner.watch(x)
            y = x * x
            z = y * y
        dz_dy = inner.gradient(z, y)
        dy_dx = inner.gradient(y, x)
    exact(dz_dy, 18.0)
    exact(dy_dx, 6.0)
    exact(outer.gradient(dz_dy, x), 12.0)
    exact(outer.gradient(dy_dx, x), 2.0)
    exact(outer.gradient(z, x), 108.0)


def test_watching_is_local_to_a_tape():
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            y = x * x
        assert inner.gradient(y, x) is None
    exact(outer.gradient(y, x), 6.0)


def test_mixed_second_derivatives():
    x, y = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch([x, y])
        with tf.GradientTape() as inner:
            inner.watch([x, y])
            z = x * x * y
        dx, dy = inner.gradient(z, [x, y])
    exact(outer.gradient(dx, x), 6.0)
    exact(outer.gradient(dx, y), 4.0)
    exact(outer.gradient(dy, x), 4.0)
    assert outer.gradient(dy, y) is None


def test_second_derivative_outside_of_the_outer_block_is_none():
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x
    slope = inner.gradient(y, x)
    assert outer.gradient(slope, x) is None


def test_reset_forgets():
    x, v = tf.constant(3.0), tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x * v
        assert len(tape.watched_variables()) == 1
        tape.reset()
        assert tape.watched_variables() == ()
        tape.watch(x)
        z = x * 3.0
    assert tape.gradient(y, x) is None
    exact(tape.gradient([y, z], x), 3.0)
    with pytest.raises(ValueError, match="Tape is not recording."):
        tape.reset()


def test_stop_recording():
    x, a = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        with tape.stop_recording():
            z = y * x
            tape.watch(a)  # does nothing: no tape is active
        w = z * x * a
    exact(tape.gradient(y, x), 6.0)
    assert tape.gradient(z, x) is None
    exact(tape.gradient(w, x), 54.0)
    assert tape.gradient(w, a) is None


def test_stop_recording_frees_a_gradient_from_being_recorded():
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        with tape.stop_recording():
            slope = tape.gradient(y, x)
    exact(slope, 6.0)
    assert tape.gradient(slope, x) is None


def test_stop_recording_ends_with_an_exception():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(KeyError), tape.stop_recording():
            raise KeyError
        y = x * x
    exact(tape.gradient(y, x), 6.0)


def test_an_exception_leaves_no_tape_active():
    x = tf.constant(3.0)
    tape = tf.GradientTape()
    with pytest.raises(ZeroDivisionError), tape:
        tape.watch(x)
        raise ZeroDivisionError
    with tape:
        tape.watch(x)
        y = x * x
    exact(tape.gradient(y, x), 6.0)
    with tf.GradientTape() as other:
        other.watch(x)
        with pytest.raises(tf.errors.InvalidArgumentError):
            tf.ones([2]) + tf.ones([3]) * x
        z = x * x
    exact(other.gradient(z, x), 6.0)


def test_what_is_done_after_the_block_is_not_recorded():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    z = y * x
    assert tape.gradient(z, x) is None


def test_a_loop_of_tapes():
    v = tf.Variable(1.0)
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = (v - 3.0) ** 2
        v.assign_sub(0.25 * tape.gradient(loss, v))
    exact(v, 2.75)


# -- variables --


def test_variables_are_watched_when_read():
    v, w = tf.Variable(2.0), tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        y = v * v * w
    dv, dw = tape.gradient(y, [v, w])
    exact(dv, 12.0)
    assert dw is None
    assert len(tape.watched_variables()) == 1
    assert tape.watched_variables()[0] is v


def test_a_variable_that_is_not_trainable_by_hand():
    w = tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        tape.watch(w)
        y = w * w
    assert [v.numpy() for v in tape.watched_variables()] == [3.0]
    exact(tape.gradient(y, w), 6.0)


def test_without_watching_what_is_read():
    v, w = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(w)
        y = v * w
    assert [v.numpy() for v in tape.watched_variables()] == [3.0]
    dv, dw = tape.gradient(y, [v, w])
    assert dv is None
    exact(dw, 2.0)


def test_watched_variables_in_the_order_of_their_making():
    a, b, c = tf.Variable(1.0), tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = c * a * b * a
    assert [v.numpy() for v in tape.watched_variables()] == [1.0, 2.0, 3.0]
    tape.gradient(y, a)
    assert [v.numpy() for v in tape.watched_variables()] == [1.0, 2.0, 3.0]


def test_variables_of_integers_are_watched_without_a_gradient():
    n = tf.Variable(3)
    with tf.GradientTape(persistent=True) as tape:
        y = n * n
        z = tf.cast(n, tf.float32)
    assert len(tape.watched_variables()) == 1
    assert tape.gradient(y, n) is None
    assert tape.gradient(z, n) is None
    exact(tape.gradient(n, n), 1, "int32")


def test_a_variable_as_target():
    v, w = tf.Variable(3.0), tf.Variable(4.0, trainable=False)
    x = tf.constant(1.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = v * x
    exact(tape.gradient(v, v), 1.0)
    exact(tape.gradient(w, w), 1.0)
    exact(tape.gradient([v, y], v), 2.0)
    assert tape.gradient(v, x) is None
    assert tape.gradient(w, v) is None


def test_assignment_is_not_differentiated():
    v, x = tf.Variable(3.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        before = v * v
        v.assign(x * x)
        after = v * v
    dx, dv = tape.gradient([before, after], [x, v])
    assert dx is None
    exact(dv, 14.0)


def test_a_read_is_a_tensor_of_its_own():
    v = tf.Variable(5.0)
    with tf.GradientTape(persistent=True) as tape:
        r = v.value()
        y = r * v
        c = tf.convert_to_tensor(v)
        z = c * v
    assert r is not v.value()
    assert c is not tf.convert_to_tensor(v)
    for read, target in ((r, y), (c, z)):
        exact(tape.gradient(target, read), 5.0)
        exact(tape.gradient(target, v), 10.0)


def test_a_read_from_before_the_tape():
    v = tf.Variable(5.0)
    r = v.value()
    with tf.GradientTape() as tape:
        tape.watch(r)
        y = r * r
    dr, dv = tape.gradient(y, [r, v])
    exact(dr, 10.0)
    assert dv is None


def test_what_assigning_returns_is_the_variable():
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        w = v.assign_add(1.0)
        y = w * w
    exact(tape.gradient(y, v), 8.0)


def test_step_by_step_training():
    v, w = tf.Variable([[1.0], [2.0]]), tf.Variable([0.5])
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    for _ in range(2):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((tf.matmul(x, v) + w - 1.0) ** 2)
        for variable, g in zip([v, w], tape.gradient(loss, [v, w]), strict=True):
            variable.assign_sub(0.01 * g)
    exact(v, [[0.3934], [1.1414]])
    exact(w, [0.248])


# -- what a tape keeps --


def test_a_tape_lets_go():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        mid = tf.exp(x)
        y = mid * mid
    y.numpy()  # from here on the tape holds the value itself
    gone = weakref.ref(mid)
    del mid
    gc.collect()
    assert gone() is not None
    tape.gradient(y, x).numpy()
    gc.collect()
    assert gone() is None


def test_a_persistent_tape_lets_go_when_it_goes():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        mid = tf.exp(x)
        y = mid * mid
    tape.gradient(y, x)
    gone = weakref.ref(mid)
    del mid
    gc.collect()
    assert gone() is not None
    del tape, y
    gc.collect()
    exact(x + 0.0, [1.0, 2.0])  # what is pending runs
    assert gone() is None
    assert tf.debug.stats()["dead_nodes"] >= 2


def test_unwatched_tensors_are_not_kept():
    x, c = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        other = c * c
        gone = weakref.ref(other)
        del other
        y = x * x
        exact(y, 4.0)  # what is pending runs
        assert gone() is None
    exact(tape.gradient(y, x), 4.0)


def test_a_variable_is_watched_from_the_call_of_watch_on():
    v = tf.Variable([1.0, 2.0])
    for _ in range(3):
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            y = v * 2.0
            tape.watch(v)
            z = v * 3.0
        assert tape.gradient(y, v) is None
        exact(tape.gradient(z, v), [3.0, 3.0])
        assert [w.name for w in tape.watched_variables()] == [v.name]
