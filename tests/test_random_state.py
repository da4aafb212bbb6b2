"""What `set_seed` means: values seen in TensorFlow 2.21, and the state's own rules."""

import threading

import numpy as np
import pytest

import tfshim as tf


def _list(t):
    return [float(f"{x:.7g}") for x in np.asarray(t).ravel()]


def test_the_global_seed_gives_each_op_a_seed_of_its_own():
    tf.random.set_seed(42)
    np.testing.assert_array_equal(
        tf.random.uniform([2]).numpy(), np.array([0.6645621, 0.44100678], np.float32)
    )
    np.testing.assert_array_equal(
        tf.random.uniform([2]).numpy(), np.array([0.68789124, 0.48447883], np.float32)
    )
    np.testing.assert_allclose(
        tf.random.normal([2]).numpy(), np.array([-0.55909735, -0.5347214], np.float32), 3e-7
    )


def test_an_op_seed_continues_its_stream_and_set_seed_starts_it_anew():
    for _ in range(2):
        tf.random.set_seed(42)
        calls = [tf.random.uniform([2], seed=1).numpy() for _ in range(3)]
        assert _list(calls[0]) == pytest.approx([0.15012848, 0.63992536], rel=1e-6)
        assert _list(calls[1]) == pytest.approx([0.3665805, 0.8912455], rel=1e-6)
        assert _list(calls[2]) == pytest.approx([0.8578867, 0.3187294], rel=1e-6)
        # other dtypes are other kernels, with places of their own in the stream
        wide = tf.constant([2], tf.int64)
        assert (tf.random.uniform(wide, seed=1).numpy() == calls[0]).all()
        longer = tf.random.uniform([5], seed=1).numpy()
        assert _list(longer) == pytest.approx(
            [0.01177216, 0.02529657, 0.06012475, 0.5448892, 0.3730942], rel=1e-6
        )


@pytest.mark.parametrize(
    ("seed", "first", "own"),
    [
        (0, 0.29197514, 0.92639303),
        (-1, 0.43840766, 0.25736547),
        (2**31 - 1, 0.22508419, 0.92639303),
        (2**40, 0.0074122, 0.06609952),
        (1.5, 0.35878658, 0.195606),
        (np.int64(3), 0.13366318, 0.3976692),
        (np.array(7), 0.8344538, 0.8669311),
        (True, 0.16513085, 0.195606),
    ],
)
def test_kinds_of_seeds(seed, first, own):
    tf.random.set_seed(seed)
    assert float(tf.random.uniform([1])[0]) == pytest.approx(first, rel=1e-6)
    assert float(tf.random.uniform([1], seed=5)[0]) == pytest.approx(own, rel=1e-6)


def test_without_any_seed_numbers_differ_and_an_op_seed_alone_is_enough():
    tf.random.set_seed(None)
    assert (tf.random.uniform([4]).numpy() != tf.random.uniform([4]).numpy()).any()
    assert float(tf.random.uniform([1], seed=5)[0]) == pytest.approx(0.38831127, rel=1e-6)


def test_zero_and_zero_is_a_seed_and_not_none():
    tf.random.set_seed(0)
    assert float(tf.random.uniform([1], seed=0)[0]) == pytest.approx(0.01975703, rel=1e-6)


def test_op_seeds_are_taken_modulo_two_to_the_31_minus_1():
    tf.random.set_seed(1)
    seeds = (0, -1, 2**31 - 1, 2**31, 2**40)  # the third is the first one's stream again
    drawn = [float(tf.random.uniform([1], seed=s)[0]) for s in seeds]
    expected = [0.81269646, 0.7576386, 0.5272893, 0.05554414, 0.41232216]
    assert drawn == pytest.approx(expected, rel=1e-6)


def test_threads_share_one_stream_without_drawing_a_number_twice():
    tf.random.set_seed(9)
    drawn, lock = [], threading.Lock()

    def work():
        for _ in range(20):
            x = float(tf.random.uniform([], seed=3))
            with lock:
                drawn.append(x)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    tf.random.set_seed(9)
    assert sorted(drawn) == sorted(float(tf.random.uniform([], seed=3)) for _ in range(80))


def test_generator_moves_its_variable_and_can_be_reset():
    g = tf.random.Generator.from_seed(1)
    first = g.normal([2]).numpy()
    assert _list(first) == pytest.approx([0.43842274, -0.53439844], rel=1e-6)
    assert g.state.numpy().tolist() == [513, 0, 0]
    g.reset_from_seed(1)
    assert (g.normal([2]).numpy() == first).all()
    copy = tf.random.Generator(copy_from=g)
    assert (copy.normal([2]).numpy() == g.normal([2]).numpy()).all()


def test_a_generator_is_in_a_scope_of_its_own_in_functions_only():
    assert tf.random.Generator.from_seed(1).state.name == "StateVar:0"
    made = []

    @tf.function
    def first_call():
        if not made:
            made.append(tf.random.Generator.from_seed(1))

    first_call()
    assert made[0].state.name == "random_generator/StateVar:0"


def test_generator_carries_into_the_upper_counter():
    g = tf.random.Generator.from_state([-256, 0, 1], "philox")
    g.skip(2)
    assert g.state.numpy().tolist() == [256, 1, 1]


def test_gradients_flow_to_parameters_and_not_to_seeds():
    tf.random.set_seed(3)
    mean, width = tf.constant([1.0, 2.0]), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([mean, width])
        y = tf.random.normal([2], mean, width, seed=1)
    noise = (y - mean) / width
    at_mean, at_width = tape.gradient(y, [mean, width])
    assert at_mean.numpy().tolist() == [1.0, 1.0]
    assert float(at_width) == pytest.approx(float(noise[0] + noise[1]), rel=1e-5)


def test_gamma_is_differentiable_in_its_concentration():
    """Expected values: TensorFlow 2.21."""
    alpha = tf.constant([0.5, 2.0, 1.0])
    with tf.GradientTape() as tape:
        tape.watch(alpha)
        y = tf.random.stateless_gamma([4, 3], [1, 2], alpha)
    expected = [2.9442315101623535, 4.50989294052124, 3.5414881706237793]
    assert tape.gradient(y, alpha).numpy().tolist() == pytest.approx(expected, rel=2e-6)
    tf.random.set_seed(7)
    with tf.GradientTape() as tape:
        tape.watch(alpha)
        y = tf.random.gamma([2], alpha, beta=2.0, seed=3)
    expected = [1.2797703742980957, 1.1157114505767822, 0.8961371779441833]
    assert tape.gradient(y, alpha).numpy().tolist() == pytest.approx(expected, rel=2e-6)


def test_shuffle_is_not_connected():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.random.shuffle([x, x * 2, x * 3], seed=1)
    assert tape.gradient(y, x) is None


def test_reading_the_same_program_again_draws_new_numbers():
    """A program that became hot and was compiled must not keep the numbers of its first run."""
    tf.random.set_seed(5)
    seen = {float(tf.random.uniform([]) * 2.0 + 1.0) for _ in range(40)}
    assert len(seen) == 40
