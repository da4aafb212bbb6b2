"""Random numbers of functions, branches, loops and datasets: values seen in TensorFlow 2.21."""

import pytest

import tfshim as tf


def _numbers(value):
    return [float(f"{float(x):.6g}") for x in tf.nest.flatten(value) for x in x.numpy().ravel()]


def _sizes():
    @tf.function(input_signature=[tf.TensorSpec([None])])
    def draw(x):
        return tf.random.uniform([]), tf.random.uniform([], seed=3)

    return [draw(tf.ones([n])) for n in (2, 3, 2)]


def _op_by_op():
    @tf.function
    def draw(x):
        tf.random.set_seed(7)
        kept = tf.boolean_mask(x, x > 0)
        either = tf.cond(x[0] > 0, lambda: tf.random.uniform([]), lambda: tf.random.normal([]))
        host = tf.py_function(lambda: tf.random.uniform([]), [], tf.float32)
        steps = tf.while_loop(
            lambda i, s: i < 2, lambda i, s: (i + 1, s + tf.random.uniform([])), (0, 0.0)
        )
        return kept, either, host, steps[1], tf.random.uniform([])

    x = tf.constant([1.0, -1.0])
    return draw(x), draw(x), draw(-x), tf.random.uniform([])


def _converted():
    """Loops and branches of Python, in functions that run op by op."""

    @tf.function
    def loops(x):
        kept = tf.boolean_mask(x, x > 0)
        total = tf.random.uniform([])
        for _ in tf.range(2):
            total += tf.random.uniform([])
            for _ in range(tf.size(kept)):
                total += tf.random.uniform([], seed=3)
        if total > 0.0:
            total += tf.random.uniform([])
        while tf.random.uniform([]) < 0.7:
            total += tf.random.uniform([])
        return kept, total, tf.random.uniform([])

    @tf.function
    def elements(x):
        total = tf.zeros([])
        for i in tf.data.Dataset.range(3):
            total += tf.random.uniform([]) * tf.cast(i, tf.float32)
        return tf.boolean_mask(x, x > 0), total, tf.random.uniform([])

    x = tf.constant([1.0, -1.0])
    return loops(x), loops(x), elements(x), elements(x)


def _nested():
    inner = tf.function(lambda x: x + tf.random.uniform([]))
    mask = tf.function(lambda x: tf.boolean_mask(x, x > 0) + tf.random.uniform([]))
    outer = tf.function(lambda x: (inner(x), inner(x), tf.random.uniform([])))
    both = tf.function(lambda x: (mask(x), inner(x), mask(x)))
    x = tf.constant([1.0])
    return outer(x), outer(x), inner(x), both(x), both(x), mask(x), inner(x)


def _elements():
    def draw(i):
        return tf.random.uniform([]) + tf.cast(i, tf.float32)

    data = tf.data.Dataset.range(3).map(draw)
    twice = tf.data.Dataset.zip(data, data.repeat(2))
    inner = tf.data.Dataset.range(2).flat_map(lambda i: tf.data.Dataset.range(2).map(draw))
    total = data.reduce(0.0, lambda s, x: s + tf.random.uniform([]))
    return list(data), list(twice), list(inner), total, tf.random.uniform([])


def _orders():
    data = tf.data.Dataset.range(6).shuffle(6).batch(3)
    assert data.map(lambda x: x).element_spec.shape == [None]  # looks at one, changes nothing
    return [list(data.repeat(n)) for n in (2, 1, 2)], list(data)


def _samplers():
    sampled = tf.random.learned_unigram_candidate_sampler
    f = tf.function(lambda: sampled(tf.constant([[1, 1]], tf.int64), 2, 4, False, 5, seed=3))
    return f(), f()


GOLDEN = {
    "_converted": [
        1.0,
        2.81379,
        0.387518,
        1.0,
        5.03478,
        0.985923,
        1.0,
        2.54585,
        0.182865,
        1.0,
        2.54585,
        0.673077,
    ],
    "_sizes": [0.182865, 0.288678, 0.673077, 0.447501, 0.936387, 0.505607],
    "_op_by_op": [
        1.0,
        0.753729,
        0.626393,
        1.34133,
        0.753729,
        1.0,
        0.587602,
        0.701707,
        1.18861,
        0.587602,
        1.0,
        0.353691,
        0.201795,
        1.04617,
        0.397102,
        0.941277,
    ],
    "_nested": [
        1.18286,
        1.18286,
        0.182865,
        1.67308,
        1.67308,
        0.673077,
        1.18286,
        1.18286,
        1.18286,
        1.18286,
        1.67308,
        1.67308,
        1.67308,
        1.18286,
        1.67308,
    ],
    "_elements": [
        0.182865,
        1.67308,
        2.93639,
        0.182865,
        0.182865,
        1.67308,
        1.67308,
        2.93639,
        2.93639,
        0.182865,
        1.67308,
        0.936387,
        1.38764,
        1.79233,
        0.626393,
    ],
    "_orders": [
        3.0,
        4.0,
        1.0,
        2.0,
        5.0,
        0.0,
        5.0,
        3.0,
        2.0,
        0.0,
        4.0,
        1.0,
        2.0,
        4.0,
        3.0,
        5.0,
        1.0,
        0.0,
        2.0,
        3.0,
        0.0,
        4.0,
        1.0,
        5.0,
        2.0,
        4.0,
        3.0,
        0.0,
        1.0,
        5.0,
        5.0,
        1.0,
        3.0,
        2.0,
        4.0,
        0.0,
    ],
    "_samplers": [
        0.0,
        1.0,
        3.0,
        1.0,
        0.8,
        0.8,
        0.8,
        0.8,
        0.8,
        0.8,
        4.0,
        0.0,
        2.0,
        1.0,
        1.71429,
        1.71429,
        0.571429,
        0.571429,
        0.571429,
        1.71429,
    ],
}


@pytest.mark.parametrize(
    "program", [_sizes, _op_by_op, _converted, _nested, _elements, _orders, _samplers]
)
def test_numbers_are_tensorflows(program):
    tf.random.set_seed(5)
    assert _numbers(program()) == pytest.approx(GOLDEN[program.__name__], rel=2e-5)


def test_set_seed_starts_streams_of_functions_anew_and_not_those_of_iterators():
    draw = tf.function(lambda s: (tf.strings.length(s), tf.random.uniform([])))
    data = iter(tf.data.Dataset.range(9).map(lambda _: tf.random.uniform([])))
    numbers = []
    for seed in (5, 6, 5):
        tf.random.set_seed(seed)
        numbers.append([float(draw("a")[1]), float(draw("a")[1])])
    assert numbers[0] == numbers[1] == numbers[2] and len(set(numbers[0])) == 2
    drawn = []
    for seed in (1, 1):
        tf.random.set_seed(seed)
        drawn.append(float(next(data)))
    assert drawn[0] != drawn[1]
