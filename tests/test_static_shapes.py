"""What user code sees of shapes in functions whose signature leaves sizes unknown.

All shapes are those that TensorFlow 2.21 gives.
"""

import pytest

import tfshim as tf

X = [None, 3]
IMAGES = [None, 28, 28, 2]


def shapes(body, *specs):
    """The static shapes of a function's results while it is traced; "?" for an unknown rank."""
    seen = []

    def traced(*args):
        results = body(*args)
        seen.append([t.shape for t in tf.nest.flatten(results)])
        return results

    tf.function(traced, input_signature=[tf.TensorSpec(s) for s in specs]).get_concrete_function()
    return [s.as_list() if s.rank is not None else "?" for s in seen[-1]]


@pytest.mark.parametrize(
    "body, specs, expected",
    [
        (lambda x: (x, x + 1, x * x, tf.exp(x)), [X], [X] * 4),
        (lambda x: (x @ tf.ones([3, 4]), tf.transpose(x)), [X], [[None, 4], [3, None]]),
        (lambda x: [tf.reduce_sum(x, a) for a in (0, 1, None)], [X], [[3], [None], []]),
        (
            lambda x: [tf.reshape(x, s) for s in ([-1], [-1, 6], [2, 3])],
            [X],
            [[None], [None, 6], [2, 3]],
        ),
        (lambda x: tf.reshape(x, [tf.shape(x)[0], 3, 1]), [X], [[None, 3, 1]]),
        (lambda x: tf.reshape(x, tf.concat([tf.shape(x)[:1], [3, 1]], 0)), [X], [[None, 3, 1]]),
        (lambda x: (tf.concat([x, x], 0), tf.concat([x, x], 1)), [X], [X, [None, 6]]),
        (
            lambda x: (x[0], x[:2], x[-1:], x[:, 1], x[1 : tf.shape(x)[0]]),
            [X],
            [[3], X, X, [None], X],
        ),
        (
            lambda x: (tf.slice(x, [0, 0], [-1, 2]), tf.slice(x, [0, 0], [2, 2])),
            [X],
            [[None, 2], [2, 2]],
        ),
        (lambda x: (x + tf.ones([3]), x + tf.ones([5, 3])), [X], [X, [5, 3]]),
        (lambda x, y: (x + y, x * y[:1]), [X, X], [X, X]),
        (
            lambda x: (tf.argmax(x, 0), tf.argmax(x, 1), tf.gather(x, [0])),
            [X],
            [[3], [None], [1, 3]],
        ),
        (lambda x: (tf.shape(x), tf.size(x), tf.rank(x)), [X], [[2], [], []]),
        (
            lambda x: (tf.zeros_like(x), tf.zeros(tf.shape(x)), tf.range(tf.shape(x)[0])),
            [X],
            [X, X, [None]],
        ),
        (lambda x: (tf.tile(x, [2, 1]), tf.pad(x, [[1, 1], [0, 0]])), [X], [X, X]),
        (lambda x: (tf.split(x, 3, 1), tf.unstack(x, axis=1)), [X], [[None, 1]] * 3 + [[None]] * 3),
        (lambda x: (tf.nn.softmax(x), tf.reduce_mean(x, [1, 2])), [IMAGES], [IMAGES, [None, 2]]),
        (
            lambda x: tf.nn.conv2d(x, tf.ones([3, 3, 2, 4]), 2, "VALID"),
            [IMAGES],
            [[None, 13, 13, 4]],
        ),
        (
            lambda x: tf.nn.max_pool2d(x, 2, 2, "SAME"),
            [[None, None, None, 2]],
            [[None, None, None, 2]],
        ),
        (lambda x: tf.cond(tf.reduce_sum(x) > 0, lambda: x + 1, lambda: x - 1), [X], [X]),
        (
            lambda x: tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * 2), (0, x)),
            [X],
            [[], X],
        ),
        (lambda x: (tf.map_fn(lambda r: r * 2, x), tf.scan(lambda a, r: a + r, x)), [X], [X, X]),
        (lambda x: (tf.random.normal(tf.shape(x)), tf.nn.dropout(x, 0.5)), [X], [X, X]),
        (lambda x: tf.ensure_shape(x, [4, None]), [X], [[4, 3]]),
        (lambda x: (x, x + 1, tf.reduce_sum(x)), [None], ["?", "?", []]),
        (lambda x: (tf.reshape(x, [-1]), tf.shape(x)), [None], [[None], [None]]),
        (lambda x: tf.transpose(x, [0, 2, 1]), [None], [[None, None, None]]),
    ],
)
def test_shapes_are_as_far_known_as_the_signature_tells(body, specs, expected):
    assert shapes(body, *specs) == expected


def test_a_shape_that_is_set_is_known_from_then_on():
    def body(x):
        x.set_shape([4, None])
        with pytest.raises(ValueError, match="not compatible"):
            x.set_shape([4, 5])
        return x, x + 1

    assert shapes(body, X) == [[4, 3], [4, 3]]


def test_code_that_asks_for_unknown_sizes_takes_the_other_way():
    taken = []

    @tf.function(input_signature=[tf.TensorSpec([None, 3])])
    def f(x):
        n = x.shape[0]
        taken.append(n)
        return tf.reshape(x, [-1 if n is None else n, 1])

    assert f(tf.ones([2, 3])).shape == [6, 1]
    assert taken == [None]


def test_sizes_that_differ_between_calls_become_unknown():
    seen = []

    @tf.function(reduce_retracing=True)
    def f(x):
        seen.append(x.shape)
        return x

    f(tf.ones([1])), f(tf.ones([2]))
    assert seen == [tf.TensorShape([1]), tf.TensorShape([None])]


def test_numbers_drawn_in_a_shape_that_depends_on_an_argument_are_compiled():
    """As variational autoencoders draw them."""
    f = tf.function(lambda x: x + tf.random.normal(shape=(tf.shape(x)[0], tf.shape(x)[1])))
    f(tf.ones([2, 3]))
    assert not f._uncaptured


def test_a_symbolic_tensor_shows_what_is_known():
    texts = []

    @tf.function(input_signature=[tf.TensorSpec([None, 3])])
    def f(x):
        texts.append(repr(tf.exp(x)))
        return x

    f(tf.ones([2, 3]))
    assert texts == ["<tf.Tensor 'Exp:0' shape=(None, 3) dtype=float32>"]


def test_branches_of_other_shapes_are_chosen_by_the_sizes_of_a_call():
    @tf.function(input_signature=[tf.TensorSpec([None, None])])
    def tall(x):
        if tf.shape(x)[0] < tf.shape(x)[1]:
            x = tf.transpose(x)
        return x

    assert tall(tf.ones([2, 3])).shape == [3, 2]
    assert tall(tf.ones([3, 2])).shape == [3, 2]
    assert not tall._uncaptured


def test_the_rows_of_a_tensor_of_unknown_length_have_known_shapes():
    assert shapes(lambda x: tf.unstack(x)[0] + 1.0, [None, 3]) == [[3]]


def test_length_of_an_unknown_size():
    f = tf.function(lambda x: len(x) * 2, input_signature=[tf.TensorSpec([None])])
    assert f(tf.ones([3])) == 6


def test_rows_of_unknown_sizes():
    rows = tf.ragged.constant([[1, 0], [1]])
    for shape in ([None, None], None):
        f = tf.function(
            lambda table: tf.nn.embedding_lookup(table, rows),
            input_signature=[tf.TensorSpec(shape)],
        )
        assert f(tf.constant([[1.0], [2.0]])).to_list() == [[[2.0], [1.0]], [[2.0]]]


def test_noise_of_unknown_sizes_may_be_shared():
    f = tf.function(
        lambda x: tf.nn.dropout(x, 0.5, noise_shape=[None, 1]),
        input_signature=[tf.TensorSpec([None, None])],
    )
    assert set(f(tf.ones([50, 2])).numpy().sum(1)) == {0.0, 4.0}
