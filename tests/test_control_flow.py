"""Branches, loops, maps and arrays of tensors: eagerly and in functions, with derivatives.

Expected values were observed in TensorFlow 2.21.
"""

import numpy as np
import pytest

import tfshim as tf
from tfshim._src.control_flow import raw_loops

c = tf.constant
MODES = {
    "eager": lambda f: f,
    "function": lambda f: tf.function(f, autograph=False),
}


@pytest.fixture(params=MODES)
def run(request):
    return MODES[request.param]


@pytest.fixture
def in_function():
    return MODES["function"]


def got(nest):
    return tf.nest.map_structure(lambda t: t.numpy().tolist(), nest)


def array_of(values):
    values = tf.convert_to_tensor(values)
    return tf.TensorArray(values.dtype, values.shape[0]).unstack(values)


def derivatives(f, x):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        g = tape.gradient(y, x)
    return g.numpy().tolist(), outer.gradient(g, x).numpy().tolist()


# -- branches --


def test_cond(run):
    f = run(lambda x: tf.cond(x > 1, lambda: (x * 2, {"a": x}), lambda: (x - 1, {"a": -x})))
    assert got(f(c(2))) == (4, {"a": 2})
    assert got(f(c(0))) == (-1, {"a": 0})


def test_cond_without_result(run):
    assert run(lambda x: tf.cond(x > 1, lambda: None, lambda: None))(c(2)) is None


def test_cond_assigns_only_in_its_branch(run):
    v = tf.Variable(1.0)
    f = run(lambda x: tf.cond(x > 1, lambda: v.assign_add(1.0) + 0, lambda: v.assign_sub(5.0) + 0))
    assert (float(f(c(2))), float(v), float(f(c(0))), float(v)) == (2.0, 2.0, -3.0, -3.0)


def test_cond_prints_only_in_its_branch(run, capsys):
    f = run(
        lambda x: tf.cond(x > 1, lambda: (tf.print("yes"), x)[1], lambda: (tf.print("no"), x)[1])
    )
    f(c(2))
    assert capsys.readouterr().err == "yes\n"


def test_gradient_of_cond(run):
    f = run(lambda x: tf.cond(x > 1, lambda: x * x * x, lambda: x * 3.0))
    assert derivatives(f, c(2.0)) == (12.0, 12.0)


def test_a_custom_gradient_in_a_branch(in_function):
    @tf.custom_gradient
    def f(x):
        return x * x, lambda dy: dy * 100.0

    x = c(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = in_function(lambda x: tf.cond(x > 1, lambda: f(x), lambda: x))(x)
    assert float(tape.gradient(y, x)) == 100.0


def test_switch_case(run):
    f = run(lambda i: tf.switch_case(i, [lambda: i + 1, lambda: i + 2, lambda: i + 30]))
    assert [int(f(c(i))) for i in (-1, 0, 1, 2, 5)] == [29, 1, 3, 32, 35]


def test_case(run):
    f = run(lambda x: tf.case([(x > 3, lambda: x * 2), (x > 1, lambda: x * 3)], default=lambda: -x))
    assert [int(f(c(i))) for i in (0, 2, 5)] == [0, 6, 10]


def test_case_must_find_one(run):
    f = run(lambda x: tf.case([(x > 3, lambda: x), (x > 1, lambda: x)]))
    assert int(f(c(2))) == 2
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="None of conditions evaluated as True"
    ):
        f(c(0))


def test_exclusive_case(run):
    f = run(
        lambda x: tf.case(
            [(x > 3, lambda: x), (x > 1, lambda: x)], exclusive=True, default=lambda: x
        )
    )
    assert int(f(c(2))) == 2
    with pytest.raises(tf.errors.InvalidArgumentError, match="more than 1 conditions"):
        f(c(5))


BRANCH_ERRORS = [
    (
        lambda x: tf.cond(x > 1, lambda: x, lambda: c(1.0)),
        TypeError,
        "same number, type, and overall structure",
    ),
    (
        lambda x: tf.cond(x > 1, lambda: x, lambda: None),
        ValueError,
        "Lengths of branch outputs of cond must match",
    ),
    (lambda x: tf.cond(True, lambda: x, lambda: x), TypeError, "pred must not be a Python bool"),
    (lambda x: tf.cond(x > 1, x, lambda: x), TypeError, "'true_fn' must be callable"),
    (
        lambda x: tf.cond(x > [1, 2], lambda: x, lambda: x),
        tf.errors.InvalidArgumentError,
        "must be a scalar, but it has shape",
    ),
    (
        lambda x: tf.switch_case(x, {0: lambda: x, 3: lambda: x}),
        ValueError,
        r"contiguous range of \[0 to 2\) but found \{0,3\}",
    ),
    (lambda x: tf.switch_case(x, 3), TypeError, "'branch_fns' must be a list, tuple, or dict"),
    (
        lambda x: tf.switch_case(c(1.0), [lambda: x]),
        TypeError,
        "'branch_index' must be an integer Tensor",
    ),
    (lambda x: tf.case(3), TypeError, "'pred_fn_pairs' must be a list, tuple, or dict"),
    (
        lambda x: tf.switch_case(tf.cast(x, tf.int64), [lambda: x]),
        TypeError,
        "'branch_index' of .* has type int64 that does not match expected type of int32",
    ),
    (lambda x: tf.switch_case(1, [lambda: x]), TypeError, "'branch_index' must be a Tensor"),
    (lambda x: tf.switch_case(x, [lambda: x, 3]), TypeError, "must be a 2-tuple. Received <func"),
    (lambda x: tf.case([]), ValueError, "not enough values to unpack"),
    (lambda x: tf.case([(1, lambda: x)]), TypeError, "pred must be a Tensor, got: 1"),
    (lambda x: tf.cond(None, lambda: x, lambda: x), ValueError, "None values not supported"),
    (
        lambda x: tf.cond(x > 1, lambda: 1, lambda: "a"),
        TypeError,
        r"cond/Identity:0\", shape=\(\), dtype=string\) have different types",
    ),
    (
        lambda x: tf.cond(x > 1, lambda: array_of([x]), lambda: array_of([1.0])),
        TypeError,
        "No common supertype of TensorArraySpec",
    ),
    (
        lambda x: tf.cond(x > 1, lambda: array_of([x]), lambda: c([1])),
        TypeError,
        "same number, type, and overall structure",
    ),
]


@pytest.mark.parametrize("row", range(len(BRANCH_ERRORS)))
def test_errors_of_branches(row, in_function):
    body, kind, text = BRANCH_ERRORS[row]
    with pytest.raises(kind, match=text):
        in_function(body)(c(2))


ARRAYS_OF_BRANCHES = {
    "cond": lambda i, x, ta: tf.cond(
        i > 0, lambda: ta.write(0, x).write(1, x**3), lambda: ta.write(0, -x).write(1, 2 * x)
    ),
    "switch_case": lambda i, x, ta: tf.switch_case(
        i, [lambda: ta.write(1, 2 * x).write(0, -x), lambda: ta.unstack([x, x**3])]
    ),
    "case": lambda i, x, ta: tf.case(
        [(i > 0, lambda: ta.unstack([x, x**3]))], lambda: ta.unstack([-x, 2 * x])
    ),
}


@pytest.mark.parametrize("name", ARRAYS_OF_BRANCHES)
def test_a_branch_gives_an_array_of_tensors(name, in_function):
    branches = ARRAYS_OF_BRANCHES[name]
    f = in_function(lambda i, x: branches(i, x, tf.TensorArray(tf.float32, 2)).stack())
    assert [got(f(c(i), c(3.0))) for i in (0, 1)] == [[-3.0, 6.0], [3.0, 27.0]]
    assert derivatives(lambda x: f(c(1), x), c(3.0)) == (28.0, 18.0)


def test_branches_in_a_loop_fill_an_array(in_function):
    def body(i, ta):
        v = tf.cast(i, tf.float32)
        return i + 1, tf.cond(i % 2 == 0, lambda: ta.write(i, v), lambda: ta.write(i, -v))

    def f(n):
        ta = tf.TensorArray(tf.float32, 4)
        return tf.while_loop(lambda i, ta: i < n, body, [0, ta])[1].stack()

    assert got(in_function(f)(c(3))) == [0.0, -1.0, 2.0, 0.0]


# -- loops --


def test_while_loop(run):
    f = run(lambda x: tf.while_loop(lambda i, a: i < 5, lambda i, a: (i + 1, a * 2.0), (0, x)))
    assert got(f(c(1.0))) == (5, 32.0)


def test_maximum_iterations(in_function):
    f = in_function(
        lambda x: tf.while_loop(lambda i: i < 5, lambda i: (i + 1,), [x], maximum_iterations=2)
    )
    assert got(f(c(1))) == [3]


def test_a_loop_assigns_variables_and_reads_them_again(run):
    v = tf.Variable(1.0)

    def body(i, total):
        v.assign_add(1.0)
        return i + 1, total + v

    f = run(lambda: tf.while_loop(lambda i, t: v < 4.0, body, (0, 0.0)))
    assert got(f()) == (3, 9.0)
    assert float(v) == 4.0


def test_random_numbers_differ_between_steps(in_function):
    f = in_function(lambda: tf.map_fn(lambda _: tf.random.uniform([]), tf.zeros([8])))
    first, second = f().numpy().tolist(), f().numpy().tolist()
    assert len(set(first + second)) == 16


LOOPS = {
    "known length": (
        lambda x: tf.while_loop(lambda i, a: i < 5, lambda i, a: (i + 1, a * x), (0, x))[1],
        (192.0, 480.0),
    ),
    "unknown length": (
        lambda x: tf.while_loop(lambda a: a < 100.0, lambda a: (a * x,), (x,))[0],
        (448.0, 1344.0),
    ),
    "nested": (
        lambda x: tf.while_loop(
            lambda i, a: i < 3,
            lambda i, a: (
                i + 1,
                tf.while_loop(lambda j, b: j < i + 1, lambda j, b: (j + 1, b * x), (0, a))[1],
            ),
            (0, x),
        )[1],
        (448.0, 1344.0),
    ),
}


@pytest.mark.parametrize("name", [n for n in LOOPS if n != "nested"])
def test_derivatives_of_loops(name, run):
    f, wanted = LOOPS[name]
    assert derivatives(run(f), c(2.0)) == wanted


def test_the_gradient_of_nested_loops(run):
    x = c(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = run(LOOPS["nested"][0])(x)
    assert float(tape.gradient(y, x)) == 448.0


def test_a_loop_variable_that_is_left_alone_has_a_gradient_of_zeros(in_function):
    def f(x, y):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([x, y])
            _, a, b = tf.while_loop(
                lambda i, a, b: i < 3, lambda i, a, b: (i + 1, a * 2.0, b), (c(0), x, y)
            )
        return tape.gradient(a, [x, y]), tape.gradient(b, [x, y])

    assert got(in_function(f)(c(1.0), c(2.0))) == ([8.0, 0.0], [0.0, 1.0])


def test_forward_mode_through_a_loop(in_function):
    x = c(2.0)
    with tf.autodiff.ForwardAccumulator(x, c(1.0)) as acc:
        y = in_function(LOOPS["unknown length"][0])(x)
    assert float(acc.jvp(y)) == 448.0


@pytest.mark.parametrize("steps", [0, 1, 31, 32, 33, 70, 1100])
def test_a_loop_of_unknown_length_is_reversed_from_few_states(steps):
    """Past 1,024 steps, the states of a segment do not fit in the slots either."""
    import jax
    import jax.numpy as jnp

    def looped(x, n):
        return raw_loops.while_loop(
            lambda k, cs: k[0] < cs[1],
            lambda k, cs: (k[0] + 1, jnp.sin(k[1]) * cs[0]),
            (jnp.zeros((), jnp.int32), x),
            (x, n),
        )[1]

    def reference(x):
        return jax.lax.scan(lambda a, _: (jnp.sin(a) * x, None), x, None, length=steps)[0]

    found = jax.jit(jax.grad(looped))(jnp.float64(1.3), jnp.int32(steps))
    assert np.isclose(found, jax.grad(reference)(1.3), rtol=1e-12)


LOOP_ERRORS = [
    (
        lambda x: tf.while_loop(
            lambda i, a: i < 3, lambda i, a: (i + 1, tf.concat([a, a], 0)), (0, x)
        ),
        ValueError,
        r"enters the loop with shape \(1,\), but has shape \(2,\) after one iteration",
    ),
    (
        lambda x: tf.while_loop(
            lambda i, a: i < 3, lambda i, a: (i + 1, tf.cast(a, tf.int32)), (0, x)
        ),
        TypeError,
        "type should remain constant",
    ),
    (
        lambda x: tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1,), (0, x)),
        ValueError,
        "don't have the same nested structure",
    ),
    (lambda x: tf.while_loop(3, lambda i: i, (x,)), TypeError, "'cond' must be callable"),
    (
        lambda x: tf.while_loop(lambda i: i < 3, lambda i: None, (0,)),
        AssertionError,
        "body_graph has 2 outputs; Expected: 3",
    ),
    (
        lambda x: tf.while_loop(
            lambda i, a: i < 3, lambda i, a: (i + 1, a), (0, x), shape_invariants=([],)
        ),
        ValueError,
        "don't have the same nested structure",
    ),
    (
        lambda x: tf.scan(lambda a, b: a + b, x[:0]),
        tf.errors.InvalidArgumentError,
        "Trying to access element 0 in a list with 0 elements",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, 2).unstack([1.0]).read(1),
        tf.errors.InvalidArgumentError,
        "Trying to access element 1 in a list with 1 elements",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, 2).unstack([1.0, 2.0, 3.0]).stack(),
        tf.errors.InvalidArgumentError,
        "Operation expected a list with 2 elements but got a list with 3 elements",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, 2).scatter([0, 1], [1.0, 2.0, 3.0]),
        tf.errors.InvalidArgumentError,
        r"Expected len\(indices\) == tensor.shape\[0\], but saw: 2 vs. 3",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, 2).gather([0]),
        tf.errors.InvalidArgumentError,
        "Tried to gather uninitialized tensors",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, 2).split([1.0, 2.0, 3.0], [2, 2]).concat(),
        tf.errors.InvalidArgumentError,
        r"Attempting to slice \[2, 4\] from tensor with length 3",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, 2).unstack(1.0),
        tf.errors.InvalidArgumentError,
        "Tensor must be at least a vector",
    ),
    (
        lambda x: tf.map_fn(lambda a: a, c(1)),
        ValueError,
        "must be 1[+] dimensional Tensors, not scalars",
    ),
    (lambda x: tf.map_fn(lambda a: (a, a), x), ValueError, "don't have the same nested structure"),
    (
        lambda x: tf.map_fn(lambda a: tf.cast(a, tf.int32), x),
        tf.errors.InvalidArgumentError,
        "Invalid data types",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, size=2).write(5, x).stack(),
        tf.errors.InvalidArgumentError,
        "Trying to modify element 5 in a list with 2 elements",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, size=2).read(0),
        tf.errors.InvalidArgumentError,
        "Trying to read an uninitialized tensor",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, size=2).write(0, 1.0).write(1, x),
        ValueError,
        "Inconsistent shapes",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, size=0).stack(),
        tf.errors.InvalidArgumentError,
        "Tried to stack elements of an empty list with non-fully-defined element_shape: <unknown>",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, size=2).stack(),
        tf.errors.InvalidArgumentError,
        "Tried to stack list which only contains uninitialized tensors",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, size=0, element_shape=[None, 2]).concat(),
        tf.errors.InvalidArgumentError,
        r"All except the first dimension must be .* empty tensor list. element_shape: \[\?,2\]",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, 2).unstack([1.0, 2.0]).concat(),
        tf.errors.InvalidArgumentError,
        "Concat saw a scalar shape at index 0 but requires at least vectors.",
    ),
    (
        lambda x: (
            tf.TensorArray(tf.float32, 2, infer_shape=False).split([1.0, 2.0, 3.0], [1, 2]).stack()
        ),
        tf.errors.InvalidArgumentError,
        r"PartialTensorShape: Incompatible shapes during merge: \[1\] vs. \[2\]",
    ),
    (
        lambda x: tf.while_loop(lambda i: i < 9, lambda i: i + 1, (0,), maximum_iterations=[3]),
        tf.errors.InvalidArgumentError,
        r"The second input must be a scalar, but it has shape \[1\]",
    ),
    (
        lambda x: tf.while_loop(lambda i: i < 9, lambda i: i + 1, (0,), maximum_iterations=2.5),
        TypeError,
        "Expected int32, but got 2.5 of type 'float'.",
    ),
    (
        lambda x: tf.vectorized_map(lambda a: a[0] + a[1], (tf.ones([3]), tf.ones([2]))),
        tf.errors.InvalidArgumentError,
        r"indices\[2\] = 2 is not in \[0, 2\)",
    ),
    (
        lambda x: tf.vectorized_map(tf.strings.length, tf.constant(["a"]), False),
        ValueError,
        "No pfor vectorization defined for .* Consider enabling the fallback_to_while_loop",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, 2).write(1.5, x),
        TypeError,
        "parameter 'index' of op 'TensorListSetItem', got 1.5 of type 'float' instead",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, 2).read(tf.constant(0, tf.int64)),
        TypeError,
        "Input 'index' of 'TensorListGetItem' Op has type int64 that does not match expected type",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, 1.5),
        TypeError,
        "parameter 'num_elements' of op 'TensorListReserve', got 1.5 of type 'float' instead",
    ),
    (
        lambda x: tf.TensorArray(tf.float32, 2).split(x[0], [1]),
        ValueError,
        "Shape must be at least rank 1 but is rank 0",
    ),
]


@pytest.mark.parametrize("row", range(len(LOOP_ERRORS)))
def test_errors_of_loops(row, in_function):
    body, kind, text = LOOP_ERRORS[row]
    with pytest.raises(kind, match=text):
        in_function(body)(c([1.0]))


def test_a_loop_variable_that_grows_runs_op_by_op(in_function):
    f = in_function(
        lambda x: tf.while_loop(
            lambda i, a: i < 3,
            lambda i, a: (i + 1, tf.concat([a, a], 0)),
            (0, x),
            shape_invariants=(tf.TensorShape([]), tf.TensorShape([None])),
        )
    )
    assert got(f(c([1.0]))) == (3, [1.0] * 8)


# -- maps, scans, folds --


def test_map_fn(run):
    f = run(
        lambda x: tf.map_fn(
            lambda a: (a[0] + a[1], a[0]), (x, x), fn_output_signature=(tf.int32, tf.int32)
        )
    )
    assert got(f(c([1, 2, 3]))) == ([2, 4, 6], [1, 2, 3])


def test_scan(run):
    x = c([1, 2, 3])
    assert got(run(lambda x: tf.scan(lambda a, b: a + b, x))(x)) == [1, 3, 6]
    assert got(
        run(lambda x: tf.scan(lambda a, b: a * b, x, initializer=c(2), reverse=True))(x)
    ) == [12, 12, 6]
    pair = run(
        lambda x: tf.scan(lambda a, b: (a[0] + b[0], a[1] * b[1]), (x, x), initializer=(c(0), c(1)))
    )
    assert got(pair(x)) == ([1, 3, 6], [1, 2, 6])


def test_folds(run):
    def f(x):
        minus = lambda a, b: a - b  # noqa: E731
        ten = c(10)
        return (
            tf.foldl(minus, x),
            tf.foldr(minus, x),
            tf.foldl(minus, x, ten),
            tf.foldr(minus, x, ten),
        )

    assert got(run(f)(c([1, 2, 3]))) == (-4, 0, 4, 4)


def test_derivatives_of_maps_and_scans(run):
    x = c([1.0, 2.0, 3.0])
    scanned = run(lambda x: tf.reduce_sum(tf.scan(lambda a, b: a * b, x)))
    assert derivatives(scanned, x) == ([9.0, 4.0, 2.0], [6.0, 5.0, 3.0])
    mapped = run(lambda x: tf.reduce_sum(tf.map_fn(lambda a: a * a * a, x)))
    assert derivatives(mapped, x) == ([3.0, 12.0, 27.0], [6.0, 12.0, 18.0])


def test_vectorized_map(run):
    f = run(lambda x: tf.vectorized_map(lambda a: {"s": a[0] + a[1], "k": 3}, (x, c([1]))))
    assert got(f(c([1, 2, 3]))) == {"s": [2, 3, 4], "k": [3, 3, 3]}


def test_vectorized_map_is_differentiated(run):
    x = c([1.0, 2.0, 3.0])
    assert derivatives(
        run(lambda x: tf.reduce_sum(tf.vectorized_map(lambda a: a * a * a, x))), x
    ) == (
        [3.0, 12.0, 27.0],
        [6.0, 12.0, 18.0],
    )


# -- tensor arrays --


def test_tensor_array(run):
    def f(x):
        ta = tf.TensorArray(tf.float32, size=3, clear_after_read=False)
        for i in range(3):
            ta = ta.write(i, x * float(i))
        return ta.stack(), ta.read(1), ta.size(), ta.gather([2, 0]), ta.concat()

    rows = [[0.0, 0.0], [1.0, 2.0], [2.0, 4.0]]
    assert got(run(f)(c([1.0, 2.0]))) == (rows, rows[1], 3, [rows[2], rows[0]], sum(rows, []))


def test_tensor_array_in_pieces(run):
    def f(x):
        ta = tf.TensorArray(tf.float32, size=3, clear_after_read=False).unstack(x)
        split = tf.TensorArray(tf.float32, size=2).split(x, [1, 2])
        return ta.read(2), ta.scatter([0, 1], c([5.0, 6.0])).stack(), split.read(1)

    assert got(run(f)(c([1.0, 2.0, 3.0]))) == (3.0, [5.0, 6.0, 3.0], [2.0, 3.0])


def test_an_array_of_pieces_is_as_long_as_there_are_pieces(in_function):
    def f():
        ta = tf.TensorArray(tf.float32, 2).split([1.0, 2.0, 3.0], [3])
        return ta.concat(), ta.size()

    assert got(in_function(f)()) == ([1.0, 2.0, 3.0], 2)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"size of lengths \(2 vs. 1\)"):
        f()


def test_a_loop_fills_an_array_that_grows(run):
    def f(x):
        ta = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        step = lambda i, ta: (i + 1, ta.write(i, x * tf.cast(i, tf.float32)))  # noqa: E731
        return tf.while_loop(lambda i, ta: i < 4, step, (0, ta))[1].stack()

    x = c([1.0, 2.0])
    assert got(run(f)(x)) == [[0.0, 0.0], [1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]
    assert derivatives(run(lambda x: tf.reduce_sum(f(x) ** 2)), x) == ([28.0, 56.0], [28.0, 28.0])


def test_an_array_is_cleared_by_reading_it_eagerly():
    ta = tf.TensorArray(tf.float32, size=2).write(0, 1.0)
    assert float(ta.read(0)) == 1.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="Could not read index 0 twice"):
        ta.read(0)
    with pytest.raises(tf.errors.OutOfRangeError, match="Tried to write to index 5"):
        ta.write(5, 1.0)


# -- host calls and order --


def test_python_and_numpy_functions(run):
    assert (
        float(run(lambda x: tf.py_function(lambda a: a.numpy() * 2, [x], tf.float32))(c(3.0)))
        == 6.0
    )
    f = run(lambda x: tf.numpy_function(lambda a: (a * 2, a), [x], [tf.float32, tf.float32]))
    assert got(f(c(3.0))) == [6.0, 3.0]


def test_py_function_is_differentiated(run):
    x = c(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = run(lambda x: tf.py_function(lambda a: a * a, [x], tf.float32))(x)
    assert float(tape.gradient(y, x)) == 6.0


def test_order(run):
    def f(x):
        with tf.control_dependencies([x]):
            y = x + 1
        return tf.CriticalSection().execute(lambda: y * 2)

    assert float(run(f)(c(3.0))) == 8.0


@pytest.mark.parametrize("op", [tf.scan, tf.foldl, tf.foldr, tf.map_fn])
def test_loops_over_rows_are_traced_once_into_one_node(op):
    traced = []

    def body(*rows):
        traced.append(1)
        return sum(rows[1:], rows[0]) * 0.5

    x = tf.constant(np.arange(40.0).reshape(20, 2))
    f = tf.function(lambda x: op(body, x), autograph=False)
    eager = op(body, x).numpy()
    traced.clear()
    assert np.array_equal(f(x).numpy(), eager)
    assert len(traced) == 1
    nodes = [kernel.name for kernel, _ in f.get_concrete_function(x).graph.nodes]
    assert nodes.count("While") == 1 and len(nodes) <= 5


def test_the_gradient_of_a_long_scan_keeps_no_whole_arrays():
    @tf.function
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(tf.scan(lambda a, e: a * 0.5 + tf.sin(e), x))
        return tape.gradient(y, x)

    x = tf.constant(np.linspace(0.0, 1.0, 300))
    expected = np.cos(x.numpy()) * (2.0 - 0.5 ** np.arange(299, -1, -1.0))
    expected[0] = 2.0 - 0.5**299  # the first row is taken as it is
    np.testing.assert_allclose(slope(x).numpy(), expected, rtol=1e-12)
    graph = slope.get_concrete_function(x).graph
    sizes = [a.size for spec in graph.specs for a in spec.outputs]
    assert max(sizes) == 300


def test_a_scan_over_no_rows():
    f = tf.function(lambda x: tf.scan(lambda a, e: a + e, x, initializer=tf.zeros([2])))
    assert f(tf.zeros([0, 2])).shape == (0, 2)
    g = tf.function(lambda x: tf.foldl(lambda a, e: a + e, x, initializer=tf.ones([2])))
    assert g(tf.zeros([0, 2])).numpy().tolist() == [1.0, 1.0]


def test_writes_and_failures_in_a_loop_over_rows():
    v = tf.Variable(0)
    x = tf.constant([1.0, 2.0])

    @tf.function
    def f(indices):
        def pick(i):
            v.assign_add(1)
            return tf.gather(x, i)

        return tf.map_fn(pick, indices, fn_output_signature=tf.float32)

    assert f(tf.constant([1, 0, 1])).numpy().tolist() == [2.0, 1.0, 2.0]
    assert v.numpy() == 3
    with pytest.raises(tf.errors.InvalidArgumentError, match="indices = 5 is not in"):
        f(tf.constant([0, 5, 1]))
    assert v.numpy() == 5


def checks_of(function, *args):
    """Names of the nodes of a traced function that report."""
    graph = function.get_concrete_function(*args).graph
    return [k.name for k, _ in graph.nodes if k.attrs.get("report")]


def test_an_index_that_counts_within_bounds_needs_no_check():
    @tf.function
    def inside(x):
        total = tf.zeros([])
        for i in tf.range(5):
            total += x[i]
        return total

    @tf.function
    def outside(x):
        total = tf.zeros([])
        for i in tf.range(6):
            total += x[i]
        return total

    x = tf.constant([1.0, 2.0, 3.0, 4.0, 5.0])
    assert inside(x).numpy() == 15.0
    assert checks_of(inside, x) == []
    with pytest.raises(tf.errors.InvalidArgumentError, match="slice index 5 of dimension 0"):
        outside(x)
    assert checks_of(outside, x) != []


def test_a_loop_and_its_gradient_run_forward_once():
    v = tf.Variable(2.0)

    @tf.function
    def slope():
        with tf.GradientTape() as tape:
            _, y = tf.while_loop(
                lambda i, y: i < 3, lambda i, y: (i + 1, y * v), [tf.constant(0), tf.constant(1.0)]
            )
        return tape.gradient(y, v)

    assert slope().numpy() == 12.0
    graph = slope.get_concrete_function().graph
    (forward,) = [refs for k, refs in graph.nodes if k.name == "While"]
    (backward,) = [refs for k, refs in graph.nodes if k.name == "WhileGrad"]
    assert backward[: len(forward)] == forward  # so that they share what is kept


def test_what_a_vectorized_map_raises_and_gives_outside_of_functions():
    rows = tf.ones([2, 2])
    assert tf.vectorized_map(lambda x: None, rows) is None
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 2 and 3"):
        tf.vectorized_map(lambda x: x + tf.ones([3]), rows)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"during merge: \[0\] vs. \[1\]"):
        tf.vectorized_map(tf.range, tf.constant([0, 1]))
    for call in (tf.vectorized_map, tf.foldl):
        with pytest.raises(IndexError, match="index out of range"):
            call(lambda *x: x[0], tf.constant(1.0))
    with pytest.raises(ValueError, match=r"must be a scalar. Received shape: \(1,\)"):
        tf.while_loop(lambda i: i < 9, lambda i: i + 1, (0,), maximum_iterations=[3])


def _dropped(n):
    array = tf.TensorArray(tf.float32, 3)
    for i in tf.range(n):
        array.write(i, [1.0])
    return array.stack()


def _never_written(n):
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True, infer_shape=False)
    return array.write(2, [1.0]).stack()


#: Observed in TensorFlow: what is read where nothing was written, and the length of an array.
ARRAYS = [
    (_dropped, [[0.0], [0.0], [0.0]]),
    (_never_written, [[0.0], [0.0], [1.0]]),
    (lambda n: tf.TensorArray(tf.string, 2, element_shape=[]).write(0, "a").stack(), [b"a", b""]),
    (lambda n: len(tf.TensorArray(tf.float32, 2)), 2),
]


@pytest.mark.parametrize("row", range(len(ARRAYS)))
def test_arrays_in_functions(row):
    body, wanted = ARRAYS[row]
    assert tf.function(body)(tf.constant(2)).numpy().tolist() == wanted
