"""`tf.GradientTape`: sources, targets, structure, and what is connected to what."""

import collections

import numpy as np
import pytest
from exact import exact, needs, sliced

import tfshim as tf


def grad(fn, *values, **options):
    """The gradient of fn at float32 values."""
    xs = [tf.constant(v) for v in values]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = fn(*xs)
    got = tape.gradient(y, xs, **options)
    return got[0] if len(xs) == 1 else got


def test_gradient_of_a_bare_source_is_bare():
    exact(grad(lambda x: x * x, 3.0), 6.0)


@pytest.mark.parametrize(
    "pack",
    [
        lambda a, b: [a, b],
        lambda a, b: (a, b),
        lambda a, b: {"q": a, "p": b},
        lambda a, b: [(a,), {"z": [b]}],
        lambda a, b: collections.OrderedDict([("u", a), ("t", b)]),
        lambda a, b: collections.namedtuple("Pair", "left right")(a, b),
    ],
)
def test_gradient_has_the_structure_of_sources(pack):
    a, b = tf.constant(2.0), tf.constant(5.0)
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        y = a * a * b
    sources = pack(a, b)
    got = tape.gradient(y, sources)
    assert type(got) is type(sources)
    flat = tf.nest.flatten(got)
    order = [20.0 if s is a else 4.0 for s in tf.nest.flatten(sources)]
    for g, e in zip(flat, order, strict=True):
        exact(g, e)


def test_a_repeated_source_gets_its_full_gradient_each_time():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    for g in tape.gradient(y, [x, x, x]):
        exact(g, 6.0)


def test_several_targets_are_summed():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, z = x * x, x * x * x
    exact(tape.gradient({"y": y, "z": [z]}, x), 33.0)


def test_a_target_that_is_a_source_adds_its_seed():
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
    exact(tape.gradient([x, y], x), 5.0)
    exact(tape.gradient([y, y], y), 2.0)
    exact(tape.gradient([y, y], x), 8.0)
    exact(tape.gradient(x, x), 1.0)
    seeds = [tf.constant(10.0), tf.constant(3.0)]
    exact(tape.gradient([x, y], x, output_gradients=seeds), 22.0)


def test_the_same_tensor_under_two_names():
    x = tf.constant(2.0)
    y = x
    with tf.GradientTape() as tape:
        tape.watch(x)
    exact(tape.gradient([y, y], x), 2.0)


def test_multiple_targets_that_are_all_sources():
    x, y = tf.constant(3.0), tf.constant(4.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        z = y * y
    gx, gy = tape.gradient([x, y, z], [x, y])
    exact(gx, 1.0)
    exact(gy, 9.0)


def test_an_intermediate_is_a_source():
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    exact(tape.gradient(z, y), 18.0)
    gx, gy = tape.gradient(z, [x, y])
    exact(gx, 108.0)
    exact(gy, 18.0)


def test_the_gradient_tensor_is_source_and_target_of_another_tape():
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x * x
        slope = inner.gradient(y, x)
        z = slope * slope
    exact(outer.gradient(slope, x), 18.0)
    exact(outer.gradient(z, slope), 54.0)
    exact(outer.gradient([slope, y], x), 45.0)


def test_identity_is_by_object():
    a, b = tf.constant(3.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = a * b
    ga, gb = tape.gradient(y, [a, b])
    exact(ga, 3.0)
    assert gb is None


@pytest.mark.parametrize(
    "copy",
    [tf.identity, lambda x: x + 0, lambda x: x - 0, lambda x: x * 1, lambda x: x / 1],
)
def test_copies_are_tensors_of_their_own(copy):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = copy(x)
        tape.watch(y)
        z = x * y
    gx, gy = tape.gradient(z, [x, y])
    assert y is not x
    assert gx is None
    exact(gy, 3.0)


def test_a_source_that_nobody_watched():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    assert tape.gradient(y, x) is None


def test_output_gradients():
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = tf.reduce_sum(x)
    exact(tape.gradient(y, x), [2.0, 4.0, 6.0])
    exact(tape.gradient(y, x, output_gradients=tf.constant([1.0, 0.0, -1.0])), [2.0, 0.0, -6.0])
    exact(tape.gradient(y, x, output_gradients=np.float32([1, 10, 100])), [2.0, 40.0, 600.0])
    got = tape.gradient(
        [y, z], x, output_gradients=[tf.constant([1.0, 0.0, 0.0]), tf.constant(2.0)]
    )
    exact(got, [4.0, 2.0, 2.0])
    # targets beyond those that have a cotangent get ones
    got = tape.gradient([z, y], x, output_gradients=[tf.constant(2.0)])
    exact(got, [4.0, 6.0, 8.0])
    # and cotangents beyond the targets are ignored
    got = tape.gradient(z, x, output_gradients=[tf.constant(2.0), tf.constant(5.0)])
    exact(got, [2.0, 2.0, 2.0])
    with pytest.raises(ValueError, match="Attempt to convert a value .None. with an unsupported"):
        tape.gradient([y, z], x, output_gradients=[None, tf.constant(2.0)])


def test_output_gradients_of_another_dtype_are_refused():
    x = tf.constant(3.0)
    for dy in (tf.constant(2.0, tf.float64), tf.constant(2)):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x
        with pytest.raises(tf.errors.InvalidArgumentError, match="was expected to be a"):
            tape.gradient(y, x, output_gradients=dy)


def test_output_gradients_may_be_watched():
    x, dy = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(dy)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x
        dx = inner.gradient(y, x, output_gradients=dy)
    exact(outer.gradient(dx, dy), 6.0)


def test_unconnected_gradients():
    x, y = tf.constant([[1.0, 2.0]]), tf.constant([5.0])
    v = tf.Variable([1.0, 2.0, 3.0], dtype=tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        z = x * x
    assert tape.gradient(z, [y, v]) == [None, None]
    for spelling in ("zero", tf.UnconnectedGradients.ZERO):
        gx, gy, gv = tape.gradient(z, [x, y, v], unconnected_gradients=spelling)
        exact(gx, [[2.0, 4.0]])
        exact(gy, [0.0])
        exact(gv, [0.0, 0.0, 0.0], "float64")
    assert tape.gradient(z, y, unconnected_gradients=tf.UnconnectedGradients.NONE) is None
    assert tape.gradient(z, y, unconnected_gradients="none") is None
    with pytest.raises(ValueError, match="Unknown value for unconnected_gradients: 'nonsense'"):
        tape.gradient(z, y, unconnected_gradients="nonsense")


def test_strings_have_no_gradient():
    s, x = tf.constant("text"), tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([s, x])
        y = x * x
    assert tape.gradient(s, x) is None
    assert tape.gradient(y, s) is None
    assert tape.gradient(s, s) is None
    gs, gx = tape.gradient([y, s], [s, x])
    assert gs is None
    exact(gx, 4.0)


def test_integers_are_not_differentiable_except_onto_themselves():
    n = tf.constant(3)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(n)
        y = n * n
        f = tf.cast(n, tf.float32)
    exact(tape.gradient(n, n), 1, "int32")
    assert tape.gradient(y, n) is None
    assert tape.gradient(f, n) is None


def test_a_path_through_integers_is_cut():
    x = tf.constant([3.0, 4.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        cut = tf.cast(tf.cast(x, tf.int32), tf.float32)
        y = x * cut
    assert tape.gradient(cut, x) is None
    exact(tape.gradient(y, x), [3.0, 4.0])


def test_float_casts_pass():
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.cast(x, tf.float64) ** 3
    exact(tape.gradient(y, x), 12.0)


def test_a_constant_target():
    x = tf.constant([3.0, 4.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
    assert tape.gradient(tf.constant(1.0), x) is None
    exact(tape.gradient(tf.constant(1.0), x, unconnected_gradients="zero"), [0.0, 0.0])


def test_a_target_of_none():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
    with pytest.raises(TypeError, match="Argument `target` should be a list or nested structure"):
        tape.gradient(None, x)


def _tape_of_a_square():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape, x, y


@pytest.mark.parametrize(
    ("thing", "error", "text"),
    [
        (3.0, AttributeError, "'float' object has no attribute"),
        (np.array(3.0), AttributeError, "'numpy.ndarray' object has no attribute"),
        ("a", TypeError, "Cannot convert the argument `type_value`: 'a' to a TensorFlow DType."),
        (None, TypeError, "None"),
    ],
)
def test_sources_and_targets_are_tensors(thing, error, text):
    tape, _, y = _tape_of_a_square()
    with pytest.raises(error, match=text):
        tape.gradient(y, thing)
    tape, x, _ = _tape_of_a_square()
    with pytest.raises(error, match=text):
        tape.gradient(thing, x)


def test_no_sources_and_no_targets():
    tape, _, y = _tape_of_a_square()
    assert tape.gradient(y, []) == []
    tape, x, _ = _tape_of_a_square()
    assert tape.gradient([], x) is None


@pytest.mark.parametrize("thing", [np.array([1.0]), 3.0, "text", None, 1])
def test_only_tensors_are_watched(thing):
    with tf.GradientTape() as tape:
        with pytest.raises(ValueError) as info:
            tape.watch(thing)
    assert f"Passed in object {thing} of type {type(thing).__name__!r}, not tf.Tensor" in str(
        info.value
    )


def test_watching_nests():
    a, b, v = tf.constant(2.0), tf.constant(3.0), tf.Variable(4.0, trainable=False)
    with tf.GradientTape() as tape:
        tape.watch({"a": a, "rest": (b, [v])})
        y = a * b * v
    got = tape.gradient(y, [a, b, v])
    for g, e in zip(got, [12.0, 8.0, 6.0], strict=True):
        exact(g, e)


def test_watching_in_the_middle_follows_from_there_on():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        tape.watch(x)
        z = y * x
    exact(tape.gradient(z, x), 9.0)


def test_gradients_of_a_gather_are_slices():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape(persistent=True) as tape:
        y = tf.gather(v, [2, 0, 2])
        z = y * y
        both = tf.reduce_sum(z) + tf.reduce_sum(v)
        more = tf.reduce_sum(z) + tf.reduce_sum(tf.gather(v, [1]))
    sliced(tape.gradient(z, v), [[10.0, 12.0], [2.0, 4.0], [10.0, 12.0]], [2, 0, 2], [3, 2])
    dense = tape.gradient(both, v)
    exact(tf.convert_to_tensor(dense), [[3.0, 5.0], [1.0, 1.0], [21.0, 25.0]])
    got = tape.gradient(more, v)
    assert isinstance(got, tf.IndexedSlices)
    exact(tf.convert_to_tensor(got), [[2.0, 4.0], [1.0, 1.0], [20.0, 24.0]])


@needs("nn.embedding_lookup")
def test_gradients_of_an_embedding_lookup_are_slices():
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.nn.embedding_lookup(table, [1, 1])
    sliced(tape.gradient(y, table), [[1.0, 1.0], [1.0, 1.0]], [1, 1], [2, 2])


def test_slices_flow_on_as_dense_gradients():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(v * v, [1])
    exact(tf.convert_to_tensor(tape.gradient(y, v)), [[0.0, 0.0], [6.0, 8.0]])


def test_slices_as_output_gradients():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    dy = tf.IndexedSlices(tf.constant([3.0]), tf.constant([1]), tf.constant([2]))
    exact(tape.gradient(y, x, output_gradients=dy), [0.0, 12.0])


def test_second_order_through_slices():
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(tf.gather(v, [0, 2]) ** 3)
        first = tf.convert_to_tensor(inner.gradient(y, v))
    second = outer.gradient(first, v)
    exact(tf.convert_to_tensor(second), [6.0, 0.0, 18.0])


def test_one_gradient_of_many_outputs():
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        a, b = tf.split(x, 2)
        y = tf.concat([b, a * a], 0)
    exact(tape.gradient(b, x), [0.0, 0.0, 1.0, 1.0])
    exact(tape.gradient(y, x), [2.0, 4.0, 1.0, 1.0])
    exact(tape.gradient([a, b], x), [1.0, 1.0, 1.0, 1.0])


def test_stop_gradient():
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        s = tf.stop_gradient(x)
        y = x * s
    assert tape.gradient(s, x) is None
    exact(tape.gradient(y, x), 3.0)


def test_argmax_is_not_connected():
    x = tf.constant([1.0, 3.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.argmax(x)
    assert tape.gradient(y, x) is None


@pytest.mark.parametrize(
    "name", ["floor", "round", "math.ceil", "zeros_like", "ones_like", "math.rint"]
)
def test_not_connected(name):
    fn = tf
    for part in name.split("."):
        fn = getattr(fn, part)
    assert grad(fn, 1.5) is None


def test_sign_is_connected_with_zero():
    exact(grad(tf.sign, 1.5), 0.0)


def test_comparison_of_variables_in_python():
    v = [tf.Variable(1.0), tf.Variable(2.0), tf.Variable(3.0)]
    with tf.GradientTape() as tape:
        y = max(v)
    a, b, c = tape.gradient(y, v)
    assert a is None
    assert b is None
    exact(c, 1.0)


def test_python_control_flow():
    def f(x):
        y = x
        while float(tf.reduce_sum(y)) < 50.0:
            y = y * x
        return y

    exact(grad(f, 3.0), 108.0)


def test_complex_gradients_are_conjugated():
    z = tf.constant(1 + 2j)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(z)
        square, size, imag = z * z, tf.abs(z), tf.math.imag(z)
    exact(tape.gradient(square, z), 2 - 4j, "complex128")
    exact(tape.gradient(size, z), (1 + 2j) / np.sqrt(5), "complex128", rtol=1e-7)
    exact(tape.gradient(imag, z), 1j, "complex128")


@pytest.mark.parametrize(
    ("fn", "at", "expected"),
    [
        (tf.maximum, (2.0, 2.0), (1.0, 0.0)),
        (tf.minimum, (2.0, 2.0), (1.0, 0.0)),
        (tf.abs, (0.0,), (0.0,)),
        (lambda x: tf.clip_by_value(x, 0.0, 1.0), (1.0,), (1.0,)),
        pytest.param(lambda x: tf.nn.leaky_relu(x), (0.0,), (0.2,), marks=needs("nn.leaky_relu")),
        pytest.param(lambda x: tf.nn.relu(x), (0.0,), (0.0,), marks=needs("nn.relu")),
        (tf.math.xlogy, (0.0, 0.0), (0.0, 0.0)),
        (lambda x: tf.math.reciprocal_no_nan(x), (0.0,), (0.0,)),
        (tf.pow, (-1.0, 2.0), (-2.0, 0.0)),
        (tf.pow, (0.0, 0.0), (np.nan, 0.0)),
        (lambda x: tf.math.divide_no_nan(tf.sin(x), x), (0.0,), (0.0,)),
        (lambda x: x**2, (0.0,), (0.0,)),
        (tf.reduce_max, ([1.0, 2.0, 2.0],), ([0.0, 0.5, 0.5],)),
        (lambda x: tf.sort(x)[1], ([1.0, 2.0, 2.0],), ([0.0, 1.0, 0.0],)),
        pytest.param(
            lambda x: tf.nn.selu(x), (0.0,), (1.0507009873554805,), marks=needs("nn.selu")
        ),
        (lambda x: tf.math.l2_normalize(x), ([0.0, 0.0],), ([1e6, 1e6],)),
    ],
)
def test_where_jax_would_differ(fn, at, expected):
    got = grad(fn, *at)
    for g, e in zip([got] if len(at) == 1 else got, expected, strict=True):
        exact(g, e)


def test_addends_of_other_shapes_are_summed_back():
    ga, gb = grad(lambda a, b: a + b, [[1.0], [2.0]], [10.0, 20.0, 30.0])
    exact(ga, [[3.0], [3.0]])
    exact(gb, [2.0, 2.0, 2.0])


def test_a_row_that_is_nan_stays_in_its_row():
    x = tf.constant([-1.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.sqrt(x)
    exact(tape.gradient(y, x), [np.nan, 0.25])


def test_empty_tensors():
    x = tf.zeros([0, 3])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * x)
    exact(tape.gradient(y, x), np.zeros([0, 3]))


@needs("SparseTensor", "sparse.to_dense")
def test_sparse_tensor_values_are_sources():
    values = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(values)
        s = tf.SparseTensor([[0, 0], [1, 1]], values, [2, 2])
        y = tf.reduce_sum(tf.sparse.to_dense(s) ** 2)
    exact(tape.gradient(y, values), [2.0, 4.0])


@needs("SparseTensor", "sparse.to_dense")
def test_a_watched_sparse_tensor():
    s = tf.SparseTensor([[0, 0], [1, 1]], [1.0, 2.0], [2, 2])
    with tf.GradientTape() as tape:
        tape.watch(s)
        y = tf.reduce_sum(tf.sparse.to_dense(s) ** 2)
    exact(tape.gradient(y, s.values), [2.0, 4.0])


@needs("SparseTensor", "sparse.to_dense")
def test_a_sparse_tensor_is_no_source_itself():
    s = tf.SparseTensor([[0, 0], [1, 1]], [1.0, 2.0], [2, 2])
    with tf.GradientTape() as tape:
        tape.watch(s)
        y = tf.reduce_sum(tf.sparse.to_dense(s) ** 2)
    with pytest.raises(ValueError, match="Type SparseTensor is not supported as a gradient source"):
        tape.gradient(y, s)


@needs("RaggedTensor", "ragged.constant")
def test_the_gradient_of_a_ragged_source_is_ragged():
    r = tf.ragged.constant([[1.0, 2.0], [3.0]])
    with tf.GradientTape() as tape:
        tape.watch(r)
        y = r * r
    got = tape.gradient(y, r)
    assert isinstance(got, tf.RaggedTensor)
    exact(got.values, [2.0, 4.0, 6.0])
    assert got.row_splits.numpy().tolist() == [0, 2, 3]


def _roots(x):
    """What has an infinite derivative at 0, with nothing from above there."""
    length = tf.norm(x * 0.0)
    return (
        tf.where(x > 0, tf.sqrt(x), 0.0)
        + tf.where(x > 0, tf.math.rsqrt(x), 0.0)
        + tf.where(x > 0, tf.math.reciprocal(x), 0.0)
        + tf.where(length > 0, length, 0.0)
        + tf.where(x > 0, tf.math.reduce_std(x * 0.0), 0.0) * 0.0
        + tf.where(x > 9, tf.linalg.global_norm([x * 0.0]), 0.0)
    )


@pytest.mark.parametrize(
    "call", [_roots, tf.function(_roots), tf.function(_roots, jit_compile=True)]
)
def test_zero_times_an_infinite_derivative_of_a_root_is_zero(call):
    for _ in range(5):  # by NumPy, and compiled
        x = tf.constant([0.0, 4.0])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = call(x)
        exact(tape.gradient(y, x), [0.0, 0.25 - 0.0625 - 0.0625])


def test_a_gradient_of_zero_for_a_cotangent_of_zero_can_be_differentiated():
    x, upstream = tf.constant([0.0, 4.0]), tf.constant([0.0, 0.0])
    with tf.GradientTape(persistent=True) as outer:
        outer.watch([x, upstream])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.sqrt(x)
        slope = tape.gradient(y, x, output_gradients=upstream)
    exact(slope, [0.0, 0.0])
    exact(outer.gradient(slope, upstream), [np.inf, 0.25])
    assert np.isnan(outer.gradient(slope, x).numpy()).tolist() == [True, False]
