"""tf.data: what pipelines of training loops need."""

import numpy as np
import pytest

import tfshim as tf

Dataset = tf.data.Dataset


def values(dataset):
    return [np.asarray(v).tolist() for v in dataset.as_numpy_iterator()]


def test_rows_of_a_nest():
    ds = Dataset.from_tensor_slices({"a": [1, 2], "b": ([3.0, 4.0],)})
    assert repr(ds) == (
        "<_TensorSliceDataset element_spec={'a': TensorSpec(shape=(), dtype=tf.int32, name=None), "
        "'b': (TensorSpec(shape=(), dtype=tf.float32, name=None),)}>"
    )
    first = next(iter(ds))
    assert int(first["a"]) == 1 and float(first["b"][0]) == 3.0
    with pytest.raises(ValueError, match="Dimensions 2 and 3 are not compatible"):
        Dataset.from_tensor_slices(([1, 2], [3, 4, 5]))


def test_batches_and_their_specs():
    ds = Dataset.range(5)
    assert values(ds.batch(2)) == [[0, 1], [2, 3], [4]]
    assert values(ds.batch(2, drop_remainder=True)) == [[0, 1], [2, 3]]
    assert ds.batch(2).element_spec == tf.TensorSpec((None,), tf.int64)
    assert ds.batch(2).map(lambda x: x + 1).element_spec == tf.TensorSpec((None,), tf.int64)
    assert int(ds.batch(2).cardinality()) == 3
    with pytest.raises(tf.errors.InvalidArgumentError, match="Batch size must be greater"):
        ds.batch(0)


def test_map_filter_enumerate_zip():
    ds = Dataset.range(4)
    assert values(ds.map(tf.math.square)) == [0, 1, 4, 9]
    assert values(ds.filter(lambda x: x % 2 == 1)) == [1, 3]
    assert [int(i) for i, _ in ds.enumerate(5)] == [5, 6, 7, 8]
    pairs = Dataset.zip(ds, ds.map(lambda x: -x))
    assert [(int(a), int(b)) for a, b in pairs] == [(0, 0), (1, -1), (2, -2), (3, -3)]


def test_shuffle_is_a_permutation_and_new_each_pass():
    ds = Dataset.range(100).shuffle(100, seed=1)
    first, second = values(ds), values(ds)
    assert sorted(first) == sorted(second) == list(range(100))
    assert first != list(range(100)) and first != second
    same = Dataset.range(100).shuffle(100, seed=1, reshuffle_each_iteration=False)
    assert values(same) == values(same)


def test_the_order_is_tensorflows_for_the_same_seeds():
    """The lists are what TensorFlow 2.21 gave."""
    tf.random.set_seed(1)
    ds = Dataset.range(20).shuffle(20)
    assert values(ds) == [6, 17, 8, 13, 18, 3, 1, 11, 12, 4, 15, 19, 16, 0, 10, 7, 2, 9, 5, 14]
    assert values(ds) == [0, 7, 3, 2, 12, 18, 15, 9, 14, 4, 13, 19, 16, 17, 8, 10, 1, 11, 5, 6]
    ds = Dataset.range(20).shuffle(5, seed=3)
    assert values(ds) == [2, 0, 4, 1, 8, 6, 9, 11, 5, 7, 13, 15, 14, 10, 3, 18, 17, 12, 16, 19]
    assert values(ds) == [3, 2, 4, 1, 8, 7, 6, 9, 10, 0, 5, 14, 13, 11, 12, 16, 19, 15, 18, 17]
    ds = Dataset.range(20).shuffle(5, seed=3, reshuffle_each_iteration=False)
    once = [2, 3, 6, 7, 1, 8, 9, 10, 12, 11, 0, 15, 13, 14, 4, 18, 16, 17, 19, 5]
    assert values(ds) == values(ds) == once
    repeated = values(Dataset.range(6).shuffle(4, seed=3).repeat(3))
    assert repeated == [1, 2, 5, 3, 0, 4, 2, 3, 0, 5, 4, 1, 2, 3, 5, 4, 0, 1]
    again = values(Dataset.range(12).shuffle(3, seed=2).shuffle(4, seed=5))
    assert again == [3, 1, 4, 7, 5, 6, 10, 2, 8, 11, 9, 0]
    tf.random.set_seed(5)
    assert values(Dataset.range(8).shuffle(8)) == [1, 5, 2, 0, 3, 6, 4, 7]
    assert np.allclose(tf.random.uniform([2]), [0.7017075, 0.04336786])


def test_unseeded_orders_differ_but_stay_when_told():
    tf.random.set_seed(None)
    ds = Dataset.range(100).shuffle(100)
    assert values(ds) != values(ds)
    ds = Dataset.range(100).shuffle(100, reshuffle_each_iteration=False)
    assert values(ds) == values(ds) != values(Dataset.range(100).shuffle(100))


def test_a_small_buffer_keeps_elements_near_their_place():
    shuffled = values(Dataset.range(50).shuffle(3, seed=0))
    assert sorted(shuffled) == list(range(50))
    # an element leaves at most as early as the buffer allows
    assert all(value <= place + 2 for place, value in enumerate(shuffled))


def test_repeat_take_skip_shard_concatenate_cache():
    ds = Dataset.range(3)
    assert values(ds.repeat(2)) == [0, 1, 2, 0, 1, 2]
    assert values(ds.repeat().take(4)) == [0, 1, 2, 0]
    assert values(ds.skip(1)) == [1, 2]
    assert values(ds.shard(2, 0)) == [0, 2]
    assert values(ds.concatenate(ds)) == [0, 1, 2, 0, 1, 2]
    calls = []
    cached = ds.map(lambda x: calls.append(1) or x).cache()
    assert values(cached) == values(cached) == [0, 1, 2]
    assert len(calls) == 3


def test_lengths():
    ds = Dataset.range(3)
    assert len(ds) == 3
    assert int(ds.repeat().cardinality()) == tf.data.INFINITE_CARDINALITY == -1
    with pytest.raises(TypeError, match="The dataset is infinite"):
        len(ds.repeat())
    with pytest.raises(TypeError, match="The dataset length is unknown"):
        len(ds.filter(lambda x: True))


def test_iterators_end():
    it = iter(Dataset.range(1))
    assert int(it.get_next()) == 0
    with pytest.raises(tf.errors.OutOfRangeError, match="End of sequence"):
        it.get_next()
    assert list(it) == []


def test_generator_and_its_signature():
    def numbers():
        yield 1
        yield 2

    ds = Dataset.from_generator(numbers, output_signature=tf.TensorSpec((), tf.int32))
    assert values(ds) == values(ds) == [1, 2]
    wrong = Dataset.from_generator(numbers, output_signature=tf.TensorSpec((2,), tf.int32))
    with pytest.raises(TypeError, match="yielded an element of shape"):
        values(wrong)


def test_lines_of_a_file(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("Line 1\nLine 2\nLine 3\n  ")
    ds = tf.data.TextLineDataset(str(path))
    assert values(ds) == [b"Line 1", b"Line 2", b"Line 3", b"  "]
    assert [len(b) for b in ds.batch(2)] == [2, 2]
    with pytest.raises(tf.errors.NotFoundError):
        values(tf.data.TextLineDataset(str(tmp_path / "none")))


def test_padded_and_ragged_batches():
    ds = Dataset.range(1, 4).map(lambda n: tf.fill([int(n)], n))
    assert values(ds.padded_batch(2)) == [[[1, 0], [2, 2]], [[3, 3, 3]]]
    ragged = next(iter(ds.ragged_batch(3)))
    assert ragged.to_list() == [[1], [2, 2], [3, 3, 3]]


def test_reduce_flat_map_interleave_window():
    ds = Dataset.range(4)
    assert int(ds.reduce(tf.constant(0, tf.int64), lambda a, b: a + b)) == 6
    twice = ds.flat_map(lambda x: Dataset.from_tensors(x).repeat(2))
    assert values(twice) == [0, 0, 1, 1, 2, 2, 3, 3]
    turns = ds.interleave(lambda x: Dataset.from_tensors(x).repeat(3), cycle_length=2)
    assert values(turns) == [0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3]
    assert [values(w) for w in ds.window(3, shift=1, drop_remainder=True)] == [[0, 1, 2], [1, 2, 3]]


def test_a_training_loop_learns():
    x = np.linspace(-1, 1, 64, dtype=np.float32)
    ds = Dataset.from_tensor_slices((x, 3 * x + 1)).shuffle(64, seed=0).batch(16).repeat(40)
    w, b = tf.Variable(0.0), tf.Variable(0.0)
    for xs, ys in ds:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * xs + b - ys) ** 2)
        dw, db = tape.gradient(loss, [w, b])
        w.assign_sub(0.3 * dw)
        b.assign_sub(0.3 * db)
    assert abs(float(w) - 3) < 1e-2 and abs(float(b) - 1) < 1e-2


#: Observed in TensorFlow, which traces the function.
MAP_ERRORS = [
    (lambda x: x + 1.5, TypeError, "Input 'y' of 'AddV2' Op has type float32 that does not match"),
    (
        lambda x: tf.ones([2]) + tf.ones([3]),
        ValueError,
        "Dimensions must be equal, but are 2 and 3",
    ),
    (lambda x: {}["key"], KeyError, "KeyError: 'key'"),
    (lambda x: [1 // 0], Exception, "ZeroDivisionError: integer division or modulo by zero"),
]


@pytest.mark.parametrize("row", range(len(MAP_ERRORS)))
def test_errors_of_mapped_functions_show_the_users_line(row):
    function, kind, text = MAP_ERRORS[row]
    with pytest.raises(kind, match=text) as caught:
        list(tf.data.Dataset.range(3).map(function))
    assert str(caught.value).startswith("in user code:") and "test_data.py" in str(caught.value)


def test_results_that_datasets_refuse():
    numbers = tf.data.Dataset.range(3)
    with pytest.raises(TypeError, match="Unsupported return value from function passed to"):
        list(numbers.map(lambda x: object()))
    with pytest.raises(ValueError, match="`predicate` must return a `tf.bool` scalar tensor"):
        list(numbers.filter(lambda x: x))
