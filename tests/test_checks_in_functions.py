"""Bad values that only the run of a function meets: TensorFlow 2.21's class and sentence.

After each error the function is called again. `tests/as_tensorflow.py` runs this file with
TensorFlow, where these sentences were observed.
"""

import re

import numpy as np
import pytest

import tfshim as tf

c = tf.constant
VECTOR = [1.0, 2.0, 3.0, 4.0, 5.0]
MATRIX = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
SINGULAR, REGULAR = [[1.0, 2.0], [2.0, 4.0]], [[2.0, 0.0], [1.0, 4.0]]
SLICE = "slice index {} of dimension {} out of bounds."
WHOLE = "Integer division by zero"
TRUNCATED = "Unexpected error in binary operator (only integer div and mod should have errors)"

#: name -> (function of the checked value, bad value, sentence, class, good value)
OPS = {
    "gather": (lambda i: tf.gather(VECTOR, i), [0, 7], "indices[1] = 7 is not in [0, 5)", [0, 4]),
    "gather scalar": (lambda i: tf.gather(VECTOR, i), 9, "indices = 9 is not in [0, 5)", 0),
    "gather axis": (
        lambda i: tf.gather(MATRIX, i, axis=1), [0, -1], "indices[1] = -1 is not in [0, 2)", [1, 0]
    ),
    "gather batch": (
        lambda i: tf.gather(MATRIX, i, axis=1, batch_dims=1),
        [[0], [5], [0]],
        "indices[1,0] = 5 is not in [0, 2)",
        [[0], [1], [0]],
    ),
    "gather_nd": (
        lambda i: tf.gather_nd(MATRIX, i),
        [[0, 0], [3, 1]],
        "indices[1] = [3, 1] does not index into param shape [3,2], node name: ",
        [[0, 0], [2, 1]],
    ),
    "gather_nd batch": (
        lambda i: tf.gather_nd(MATRIX, i, batch_dims=1),
        [[0], [5], [1]],
        "indices[1] = [1, 5] does not index into param shape [3,2], node name: ",
        [[0], [1], [1]],
    ),
    "x[i]": (lambda i: c(VECTOR)[i], 5, SLICE.format(5, 0), 4),
    "x[-i]": (lambda i: c(VECTOR)[i], -6, SLICE.format(-1, 0), -5),
    "x[1, i]": (lambda i: c(MATRIX)[1, i], 3, SLICE.format(3, 1), 1),
    "embedding_lookup": (
        lambda i: tf.nn.embedding_lookup(c(MATRIX), i),
        [0, 3],
        "indices[1] = 3 is not in [0, 3)",
        [0, 2],
    ),
    "scatter_nd": (
        lambda i: tf.scatter_nd(i, [1.0, 2.0], [3]),
        [[0], [4]],
        "indices[1] = [4] does not index into shape [3]",
        [[0], [2]],
    ),
    "tensor_scatter_nd_update": (
        lambda i: tf.tensor_scatter_nd_update(VECTOR, i, [1.0, 2.0]),
        [[0], [6]],
        "indices[1] = [6] does not index into shape [5]",
        [[0], [2]],
    ),
    "tensor_scatter_nd_add": (
        lambda i: tf.tensor_scatter_nd_add(VECTOR, i, [1.0, 2.0]),
        [[0], [-1]],
        "indices[1] = [-1] does not index into shape [5]",
        [[0], [2]],
    ),
    "floordiv": (lambda i: c([4, 5]) // i, [1, 0], WHOLE, [1, 2]),
    "mod": (lambda i: c([4, 5]) % i, [1, 0], WHOLE, [1, 2]),
    "truncatediv": (lambda i: tf.truncatediv(c([4, 5]), i), [1, 0], TRUNCATED, [1, 2]),
    "pow": (
        lambda i: c([4, 5]) ** i,
        [1, -1],
        "Integers to negative integer powers are not allowed",
        [1, 2],
    ),
    "sparse cross entropy": (
        lambda y: tf.nn.sparse_softmax_cross_entropy_with_logits(y, MATRIX),
        [0, 1, 2],
        "Received a label value of 2 which is outside the valid range of [0, 2).  Label values: "
        "0 1 2",
        [0, 1, 1],
    ),
    "unsorted_segment_sum": (
        lambda i: tf.math.unsorted_segment_sum(VECTOR, i, 3),
        [0, 0, 2, 1, 7],
        "segment_ids[4] = 7 is out of range [0, 3)",
        [0, 0, 2, 1, -1],
    ),
    "check_numerics": (
        lambda x: tf.debugging.check_numerics(x, "msg"),
        [1.0, float("nan")],
        "msg : Tensor had NaN values",
        [1.0, 2.0],
    ),
    "case": (
        lambda n: tf.case([(n > 100, lambda: n)]),
        9,
        "assertion failed: [Input error: None of conditions evaluated as True:] [0]",
        101,
    ),
    "slice": (
        lambda i: tf.slice(VECTOR, i, [2]), [4], "Expected size[0] in [0, 1], but got 2", [3]
    ),
    "slice before": (
        lambda i: tf.slice(VECTOR, i, [2]), [-1], "Expected begin[0] in [0, 5], but got -1", [0]
    ),
    "invert_permutation": (
        tf.math.invert_permutation, [0, 3, 2], "3 is not between 0 and 3", [2, 0, 1]
    ),
    "doubled in a permutation": (
        tf.math.invert_permutation, [2, 0, 0], "0 is duplicated in the input.", [2, 0, 1]
    ),
    "reverse_sequence": (
        lambda n: tf.reverse_sequence(MATRIX, n, seq_axis=1),
        [1, 3, 1],
        "seq_lens(1) > input.dims(1)",
        [1, 2, 0],
    ),
    "inv": (tf.linalg.inv, SINGULAR, "Input is not invertible.", REGULAR),
    "solve": (
        lambda a: tf.linalg.solve(a, c([[1.0], [2.0]])),
        SINGULAR,
        "Input matrix is not invertible.",
        REGULAR,
    ),
    "lu": (lambda a: tf.linalg.lu(a)[0], SINGULAR, "Input is not invertible.", REGULAR),
    "eigh": (
        lambda a: tf.linalg.eigh(a)[0],
        [[1.0, 0.0], [float("nan"), 1.0]],
        "Self-adjoint eigen decomposition was not successful. The input might not be valid.",
        REGULAR,
    ),
    "lu_solve": (
        lambda p: tf.linalg.lu_solve(c(REGULAR), p, c([[1.0], [2.0]])),
        [0, 9],
        "indices[1] = 9 is not in [0, 2)",
        [1, 0],
    ),
    "unravel_index": (
        lambda i: tf.unravel_index(i, [2, 2]), [0, 9], "index is out of bound as with dims", [0, 3]
    ),
    "TensorArray.read": (
        lambda i: tf.TensorArray(tf.float32, 5).unstack(VECTOR).read(i),
        5,
        "Trying to access element 5 in a list with 5 elements.",
        4,
    ),
    "TensorArray.gather": (
        lambda i: tf.TensorArray(tf.float32, 5).unstack(VECTOR).gather(i),
        [0, 5],
        "Index 5 out o range; list only has 5 elements.",
        [0, 4],
    ),
    "TensorArray.write": (
        lambda i: tf.TensorArray(tf.float32, 5).unstack(VECTOR).write(i, 1.0).stack(),
        -1,
        "Trying to modify element -1 in a list with 5 elements.",
        4,
    ),
    "uniform": (
        lambda low: 0 * tf.random.uniform([2], low, 5, tf.int32),
        5,
        "Need minval < maxval, got 5 >= 5",
        4,
    ),
}  # fmt: skip


def raises(sentence, call, *args):
    cls = tf.errors.InternalError if sentence == TRUNCATED else tf.errors.InvalidArgumentError
    with pytest.raises(cls, match=re.escape(sentence)):
        tf.nest.map_structure(lambda t: t.numpy(), call(*args))


def check_twice(function, bad, sentence, good):
    """Good and bad calls in turn, so that interpreted and compiled runs are among them."""
    expected = None
    for _ in range(3):
        raises(sentence, function, c(bad))
        found = function(c(good)).numpy().tolist()
        if expected is not None:
            np.testing.assert_allclose(found, expected, rtol=1e-6)
        expected = found


@pytest.mark.parametrize("name", OPS)
def test_in_a_function(name):
    body, *rest = OPS[name]
    check_twice(tf.function(body), *rest)


@pytest.mark.parametrize("name", OPS)
def test_in_a_branch(name):
    body, bad, sentence, good = OPS[name]

    @tf.function
    def f(taken, x):
        return tf.cond(taken, lambda: body(x), lambda: tf.zeros_like(body(c(good))))

    for _ in range(2):
        raises(sentence, f, c(True), c(bad))
        assert f(c(False), c(bad)).shape == f(c(True), c(good)).shape


@pytest.mark.parametrize("name", OPS)
def test_in_a_loop_of_unknown_length(name):
    body, bad, sentence, good = OPS[name]

    @tf.function
    def f(n, x):
        total = tf.zeros_like(body(c(good)))
        i = c(0)
        while i < n:
            total += body(x)
            i += 1
        return total

    raises(sentence, f, c(3), c(bad))
    assert not f(c(0), c(bad)).numpy().any()
    f(c(3), c(good)).numpy()
    raises(sentence, f, c(2), c(bad))


@pytest.mark.parametrize("name", OPS)
def test_under_a_tape(name):
    body, bad, sentence, good = OPS[name]
    scale = tf.Variable(2.0)

    @tf.function
    def f(x):
        return tf.reduce_sum(tf.cast(tf.stop_gradient(body(x)), tf.float32)) * scale

    def step(x):
        with tf.GradientTape() as tape:
            y = f(x)
        gradient = tape.gradient(y, scale)
        scale.assign_sub(0.0 * gradient)
        return y

    for _ in range(3):
        raises(sentence, step, c(bad))
        assert scale.numpy() == 2.0
        step(c(good)).numpy()


def test_loops_over_rows_and_counted_loops():
    @tf.function
    def mapped(ids):
        return tf.map_fn(lambda i: tf.gather(VECTOR, i), ids, fn_output_signature=tf.float32)

    @tf.function
    def scanned(ids):
        return tf.scan(lambda a, i: a + tf.gather(VECTOR, i), ids, initializer=0.0)

    for f in (mapped, scanned):
        raises("indices = 9 is not in [0, 5)", f, c([1, 9]))
        assert f(c([1, 2])).shape == [2]
        raises("indices = -2 is not in [0, 5)", f, c([-2, 1]))

    @tf.function
    def counted(k):
        total = c(0.0)
        for i in tf.range(3):
            total += tf.gather(VECTOR, i + k)
        return total

    raises("is not in [0, 5)", counted, c(3))
    assert counted(c(2)).numpy() == 12.0


def test_condition_of_a_loop():
    @tf.function
    def f(limit):
        i = c(0)
        while tf.gather(VECTOR, i) < limit:
            i += 1
        return i

    raises("indices = 5 is not in [0, 5)", f, c(30.0))
    assert f(c(3.0)).numpy() == 2


def test_vectorized_map():
    @tf.function
    def f(ids):
        return tf.vectorized_map(lambda i: tf.gather(VECTOR, i), ids)

    for call in (f, f.python_function):
        raises("= 9 is not in [0, 5)", call, c([1, 9]))
        assert call(c([1, 2])).numpy().tolist() == [2.0, 3.0]


def test_a_function_in_a_function():
    @tf.function
    def inner(i):
        return tf.gather(VECTOR, i)

    @tf.function
    def outer(i):
        return inner(i) * 2.0

    check_twice(outer, 9, "indices = 9 is not in [0, 5)", 1)


def test_a_node_that_nobody_needs_is_not_checked():
    @tf.function
    def f(i):
        tf.gather(VECTOR, i)
        return i

    assert f(c(9)).numpy() == 9


def test_constants():
    @tf.function
    def f(taken):
        return tf.cond(taken, lambda: tf.gather(VECTOR, 7), lambda: 0.0)

    assert f(c(False)).numpy() == 0.0
    raises("indices = 7 is not in [0, 5)", f, c(True))


def test_only_the_first_check_is_told():
    @tf.function
    def f(i, j):
        return tf.gather(VECTOR, i), c(10) // j

    raises("indices = 9 is not in [0, 5)", f, c(9), c(1))
    raises(WHOLE, f, c(1), c(0))
    assert f(c(1), c(2))[1].numpy() == 5


def test_what_only_the_gradient_needs():
    @tf.function
    def loop(n, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            product = c(1.0)
            for i in tf.range(n):
                product *= tf.gather(x, i)
        return tape.gradient(product, x)

    @tf.function
    def inner(x, i):
        return tf.gather(x, i) ** 2

    @tf.function
    def call(i, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = inner(x, i)
        return tape.gradient(y, x)

    x = c([1.0, 2.0, 3.0])
    for f, good, bad in ((loop, 3, 4), (call, 2, 3)):
        raises("indices = 3 is not in [0, 3)", f, c(bad), x)
        f(c(good), x)


def test_many_checks_of_one_program():
    @tf.function
    def f(i, j):
        rows = [c(VECTOR)[i] * float(k) for k in range(20)]
        return tf.add_n([*rows, tf.gather(MATRIX, j)[0, 0]])

    raises(SLICE.format(9, 0), f, c(9), c([0]))
    raises("indices[0] = 4 is not in [0, 3)", f, c(1), c([4]))
    assert f(c(1), c([0])).numpy() == 381.0


def test_jacobians_and_tangents():
    @tf.function
    def f(x, i):
        return tf.gather(x, i) ** 2

    x = c([1.0, 2.0, 3.0])

    def jacobian(i):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x, i)
        return tape.jacobian(y, x)

    def tangent(i):
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
            y = f(x, i)
        return accumulator.jvp(y)

    raises("indices[1] = 5 is not in [0, 3)", jacobian, c([0, 5]))
    assert jacobian(c([2, 0])).numpy().tolist() == [[0.0, 0.0, 6.0], [2.0, 0.0, 0.0]]
    raises("indices[1] = 5 is not in [0, 3)", tangent, c([0, 5]))
    assert tangent(c([2, 0])).numpy().tolist() == [6.0, 2.0]


# -- variables -------------------------------------------------------------------------------------


def test_what_was_assigned_before_stays_and_what_comes_later_does_not_happen():
    v, w = tf.Variable(1.0), tf.Variable([1.0, 2.0])

    @tf.function
    def f(i):
        v.assign_add(1.0)
        y = tf.gather(VECTOR, i)
        v.assign_add(y)
        w.assign(w * y)
        return y

    for step in range(1, 5):
        before = v.numpy()
        raises("indices = 9 is not in [0, 5)", f, c(9))
        assert v.numpy() == before + 1.0
        assert w.numpy().tolist() == [2.0 ** (step - 1), 2.0**step]
        f(c(1))
        assert v.numpy() == before + 4.0


def test_assignments_without_results():
    v = tf.Variable(1.0)

    @tf.function
    def f(i):
        v.assign_add(tf.gather(VECTOR, i))

    for step in range(4):
        raises("indices = 9 is not in [0, 5)", f, c(9))
        assert v.numpy() == 1.0 + step
        f(c(0))


def test_assignments_in_loops_and_branches():
    v = tf.Variable(0.0)

    @tf.function
    def loop(start, n):
        for i in tf.range(n):
            v.assign(tf.gather(VECTOR, i + start))
        return v.read_value()

    raises("indices = 5 is not in [0, 5)", loop, c(0), c(7))
    assert v.numpy() == 5.0
    assert loop(c(0), c(2)).numpy() == 2.0

    @tf.function
    def branch(taken, i):
        if taken:
            v.assign(tf.gather(VECTOR, i))
        else:
            v.assign(-1.0)
        return v.read_value()

    raises("indices = 9 is not in [0, 5)", branch, c(True), c(9))
    assert v.numpy() == 2.0
    assert branch(c(False), c(9)).numpy() == -1.0
    assert branch(c(True), c(2)).numpy() == 3.0


def test_writes_by_index():
    w = tf.Variable([1.0, 2.0])

    @tf.function
    def add(i):
        w.scatter_add(tf.IndexedSlices(c([5.0]), i))
        return w.read_value()

    @tf.function
    def put(i):
        w[i].assign(7.0)
        return w.read_value()

    raises("indices[0] = 4 is not in [0, 2)", add, c([4]))
    raises(SLICE.format(4, 0), put, c(4))
    assert w.numpy().tolist() == [1.0, 2.0]
    assert add(c([1])).numpy().tolist() == [1.0, 7.0]
    assert put(c(0)).numpy().tolist() == [7.0, 7.0]


def test_a_training_step_that_fails_leaves_the_weights():
    table = tf.Variable(MATRIX)

    @tf.function
    def step(ids):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.nn.embedding_lookup(table, ids) ** 2)
        table.assign_sub(0.5 * tf.convert_to_tensor(tape.gradient(loss, table)))
        return loss

    for _ in range(3):
        raises("indices[1] = 9 is not in [0, 3)", step, c([0, 9]))
        assert table.numpy().tolist() == MATRIX
    step(c([0]))
    assert table.numpy().tolist() == [[0.0, 0.0], *MATRIX[1:]]


def test_eager_assignments_after_a_failed_call_under_a_tape():
    v, slot = tf.Variable(3.0), tf.Variable(1.0)

    @tf.function
    def f(i):
        return tf.gather(VECTOR, i) * v

    def step(i):
        with tf.GradientTape() as tape:
            y = f(i)
        gradient = tape.gradient(y, v)
        slot.assign(slot * 0.5 + gradient)
        v.assign_sub(slot)
        return y

    raises("indices = 9 is not in [0, 5)", step, c(9))
    assert (v.numpy(), slot.numpy()) == (3.0, 1.0)
    assert step(c(0)).numpy() == 3.0
    assert (v.numpy(), slot.numpy()) == (1.5, 1.5)


# -- assertions ------------------------------------------------------------------------------------


def asserting(assertion, **options):
    @tf.function
    def f(*args):
        assertion(*args, **options)
        return args[0]

    return f


d = tf.debugging
ASSERTIONS = {
    "positive": (
        asserting(d.assert_positive, message="msg"),
        ([1.0, -1.5, 3.0, 4.0],),
        "[msg.  ] [Condition x > 0 did not hold element-wise:] [x (args_0:0) = ] [1 -1.5 3...]",
    ),
    "non_positive": (
        asserting(d.assert_non_positive),
        (1,),
        "[] [Condition x <= 0 did not hold element-wise:x (args_0:0) = ] [1]",
    ),
    "non_negative": (
        asserting(d.assert_non_negative, summarize=-1),
        ([[1, -1], [2, 3]],),
        "[] [Condition x >= 0 did not hold element-wise:] [x (args_0:0) = ] [[1 -1][2 3]]",
    ),
    "equal": (
        asserting(d.assert_equal, message="oops"),
        ([True, False], True),
        "[oops] [Condition x == y did not hold element-wise:] [x (args_0:0) = ] [1 0] "
        "[y (args_1:0) = ] [1]",
    ),
    "less": (
        asserting(d.assert_less, summarize=2),
        ([-1.23456789, 1e10, 5.0], -1e-20),
        "[Condition x < y did not hold element-wise:] [x (args_0:0) = ] [-1.23456788 1e+10...] "
        "[y (args_1:0) = ] [-1e-20]",
    ),
    "near": (
        asserting(d.assert_near, message="mm"),
        ([1.5, 2.25], [1.0, 3.0]),
        '[mm.  ] [x and y not equal to tolerance rtol = Tensor(\\"assert_near/rtol:0\\", shape=(), '
        'dtype=float32), atol = Tensor(\\"assert_near/atol:0\\", shape=(), dtype=float32)] '
        "[x (args_0:0) = ] [1.5 2.25] [y (args_1:0) = ] [1 3]",
    ),
    "Assert": (
        asserting(lambda x: d.Assert(tf.reduce_all(x > 0), [x, "a 'text'", x[0] * 2], 1)),
        ([1, -1],),
        "[1...] [a \\'text\\'] [2]",
    ),
    "matrix": (
        asserting(lambda x: d.Assert(tf.reduce_all(x > 0), [x], 4)),
        ([[1, -1, 2], [3, 4, 5]],),
        "[[1 -1 2][3...]...]",
    ),
}


@pytest.mark.parametrize("name", ASSERTIONS)
def test_text_of_assertions(name):
    f, args, sentence = ASSERTIONS[name]
    for _ in range(2):
        raises(f"assertion failed: {sentence}", f, *map(c, args))


def test_assertions_without_results_and_in_branches_and_loops():
    @tf.function
    def checked(x):
        tf.Assert(x > 0, ["bad value", x])

    @tf.function
    def branch(x):
        if x < 5:
            checked(x)
        return x

    @tf.function
    def loop(n):
        i = c(0)
        while i < n:
            tf.debugging.assert_less(i, 3, message="loop")
            i += 1
        return i

    for f in (checked, branch):
        raises("assertion failed: [bad value] [-3]", f, c(-3))
        f(c(3))
    branch(c(7))
    raises("assertion failed: [loop]", loop, c(5))
    assert loop(c(3)).numpy() == 3


def test_an_assertion_on_shapes_in_a_branch_that_never_runs():
    @tf.function
    def f(x, three):
        if three:
            tf.debugging.assert_equal(tf.shape(x)[0], 3)
        return x

    assert f(c([1.0]), c(False)).numpy().tolist() == [1.0]
    raises("[Condition x == y did not hold element-wise:]", f, c([1.0]), c(True))


def test_check_numerics_of_what_nobody_needs():
    @tf.function
    def f(x):
        tf.debugging.check_numerics(x, "msg")
        return x

    raises("msg : Tensor had Inf values", f, c(float("inf")))


def test_with_xla_nothing_is_checked():
    @tf.function(jit_compile=True)
    def f(i):
        tf.debugging.assert_positive(i)
        return tf.gather(VECTOR, i)

    @tf.function
    def outer(i):
        return f(i) + tf.gather(VECTOR, i - 9)

    assert f(c(9)).numpy() == 5.0
    assert outer(c(10)).numpy() == 7.0
    raises("indices = 11 is not in [0, 5)", outer, c(20))
