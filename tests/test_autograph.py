"""Python control flow on tensors inside `tf.function`; values and errors are TensorFlow 2.21's."""

import importlib.util

import pytest

import tfshim as tf

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("malt") is None, reason="AutoGraph needs diastatic-malt"
)
c = tf.constant


def got(nest):
    return tf.nest.map_structure(lambda t: t.numpy().tolist(), nest)


@tf.function
def branch(x):
    if x > 0:
        y = x * 2
    else:
        y = x - 1
    return y


@tf.function
def early(x):
    if x > 0:
        return x
    return -x


@tf.function
def only_inside(x):
    if x > 0:
        z = x  # noqa: F841
    return x


@tf.function
def summed(n):
    s = 0
    for i in tf.range(n):
        s += i
    return s


@tf.function
def shrunk(x):
    while tf.reduce_sum(x) > 1:
        x = x / 2
    return x


@tf.function
def skipping(x):
    s = 0.0
    for r in x:
        if r < 0:
            continue
        if r > 10:
            break
        s += r
    return s


@tf.function
def logic(x):
    if x > 0 and x < 10:
        return True
    elif x > 20 or not x < 15:
        return False
    else:
        return True


@tf.function
def conditional(x):
    return x if x > 0 else -x


@tf.function
def collatz(n):
    k = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        k += 1
    return k


@tf.function
def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def called(x):
    if x > 0:
        return x + 1
    else:
        return x - 1


@tf.function
def calling(x):
    pick = lambda y: y if y > 0 else -y  # noqa: E731
    return called(x) + pick(x)


@tf.function
def nested(n):
    a, i = c(0.0), c(0)
    while i < n:
        j = 0
        while j < i:
            a += 1.0
            j += 1
        i += 1
    return a


@tf.function
def unrolled(x):
    i = 0
    while i < 3:  # a Python loop: the shape may change
        x = tf.concat([x, x], 0)
        i += 1
    return x


@tf.function
def in_dict(x):
    d = {"a": x, "b": 0}
    for i in tf.range(3):
        d["b"] += i
    return d


@tf.function
def in_list(x):
    items = []
    for i in range(3):
        items.append(x * i)
    return tf.stack(items)


@tf.function
def closure(x):
    def inner(y):
        nonlocal x
        if y > 0:
            x = x + 1
        return x

    return inner(x)


@tf.function
def defined_in_the_loop(x):
    for i in tf.range(3):
        y = i + x
    return y


@tf.function
def filled(n):
    ta = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
    for i in tf.range(n):
        ta = ta.write(i, i * i)
    return ta.stack()


@tf.function
def indexed(x):
    total = x[0] * 0
    for i in tf.range(tf.shape(x)[0]):
        total += x[i] * tf.cast(i, x.dtype)
    return total


@tf.function
def counted_down(start, stop):
    s = 0
    for i in tf.range(start, stop, -1):
        s = s * 10 + i
    return s


@tf.function
def renamed(n):
    name = "a"
    for _ in tf.range(n):
        name = "b"
    return name


@tf.function
def parsed(text):
    return int(text)


def breaks_out(n):
    for _ in range(5):
        if n > 3:
            break
        n += 2
    return n


def listed(n):
    return list(range(n))


def rows_of_a_scalar(n):
    for row in n:
        n = row
    return n


VALUES = [
    (parsed, ("12",), 12),
    (branch, (3,), 6),
    (branch, (-3,), -4),
    (early, (3,), 3),
    (early, (-3,), 3),
    (only_inside, (3,), 3),
    (summed, (5,), 10),
    (shrunk, ([1.0, 2.0],), [0.25, 0.5]),
    (skipping, ([1.0, -2.0, 3.0, 11.0, 5.0],), 4.0),
    (logic, (5,), True),
    (logic, (25,), False),
    (logic, (12,), True),
    (logic, (17,), False),
    (logic, (-3,), True),
    (conditional, (-3.0,), 3.0),
    (collatz, (27,), 111),
    (fibonacci, (10,), 55),
    (calling, (3,), 7),
    (calling, (-3,), -1),
    (nested, (5,), 10.0),
    (unrolled, ([1.0],), [1.0] * 8),
    (in_dict, (-5,), {"a": -5, "b": 3}),
    (in_list, (2,), [0, 2, 4]),
    (closure, (2,), 3),
    (defined_in_the_loop, (1,), 3),
    (indexed, ([1.0, 2.0, 3.0],), 8.0),
    (counted_down, (5, 2), 543),
]


@pytest.mark.parametrize("row", range(len(VALUES)))
def test_values(row):
    f, args, wanted = VALUES[row]
    assert got(f(*[c(a) for a in args])) == wanted


def test_a_string_may_change_in_a_loop():
    assert renamed(c(2)).numpy() == b"b"


def test_python_values_are_static():
    assert int(fibonacci(10)) == 55 and int(summed(5)) == 10
    assert got(filled(4)) == [0, 1, 4, 9]


def test_one_trace_serves_all_values():
    for i in range(-3, 4):
        early(c(i))
    assert early.experimental_get_tracing_count() == 1


def gradient(f, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return got(tape.gradient(y, x))


def test_gradients():
    @tf.function
    def power(x):
        y = x
        while y < 100.0:
            y = y * x
        return y

    @tf.function
    def pieces(x):
        if x > 1:
            return x * x
        else:
            return x * 3.0

    @tf.function
    def rows(xs):
        s = tf.zeros([2])
        for x in xs:
            s = s + x * x
        return s

    assert gradient(power, c(2.0)) == 448.0
    assert gradient(pieces, c(2.0)) == 4.0 and gradient(pieces, c(0.5)) == 3.0
    assert gradient(rows, c([[1.0, 2.0], [3.0, 4.0]])) == [[2.0, 4.0], [6.0, 8.0]]


def test_variables_change_in_the_branch_that_runs():
    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.v = tf.Variable(1.0)

        @tf.function
        def __call__(self, x):
            if x > 0:
                self.v.assign_add(1.0)
            else:
                self.v.assign_sub(10.0)
            return self.v * 1

    m = Model()
    assert (float(m(c(1))), float(m(c(-1))), float(m.v)) == (2.0, -8.0, -8.0)


def test_prints_and_asserts(capsys):
    @tf.function
    def f(x):
        print("trace", isinstance(x, tf.Tensor))
        for i in tf.range(2):
            tf.print("step", i)
        tf.debugging.assert_positive(x)
        return x

    f(c([2]))
    f(c([3]))
    out = capsys.readouterr()
    assert out.out == "trace True\n"
    assert out.err == "step 0\nstep 1\n" * 2
    with pytest.raises(tf.errors.InvalidArgumentError):
        f(c([-1]))
    assert got(f(c([4]))) == [4]


def test_a_loop_that_grows_a_value():
    @tf.function
    def f(x):
        i = c(0)
        while i < 3:
            tf.autograph.experimental.set_loop_options(
                shape_invariants=[(x, tf.TensorShape([None]))]
            )
            x = tf.concat([x, x], 0)
            i += 1
        return x

    assert got(f(c([1.0]))) == [1.0] * 8


def test_maximum_iterations():
    @tf.function
    def f():
        n = 0
        for _ in tf.range(10):
            tf.autograph.experimental.set_loop_options(maximum_iterations=3)
            n += 1
        return n

    assert int(f()) == 3


def undefined(x):
    if x > 0:
        z = x
    return z


def other_dtype(x):
    if x > 0:
        y = 1
    else:
        y = 2.0
    return y


def other_structure(x):
    if x > 0:
        y = [x, x]
    else:
        y = [x]
    return y


def nothing(x):
    if x > 0:
        y = None
    else:
        y = x
    return y


def grows(x):
    i = c(0)
    while i < 3:
        x = tf.concat([[x], [x]], 0)[0:2]
        i += 1
    return x


def changes_dtype(x):
    while x < 3:
        x = tf.cast(x, tf.float32)
    return x


def returns_from_a_loop(x):
    for i in tf.range(3):
        if i > x:
            return i
    return x


def becomes_a_tensor(x):
    while True:
        x = x + 1
        if x > 5:
            break
    return x


@tf.autograph.experimental.do_not_convert
def left_alone(x):
    return x if x > 0 else -x


def calls_left_alone(x):
    return left_alone(x)


def raises(x):
    raise ValueError("mine")


def misses(x):
    return {}["key"]


GRAPH_BOOL = "Using a symbolic `tf.Tensor` as a Python `bool` is not allowed"
ERRORS = [
    (undefined, ValueError, "'z' must also be initialized in the else branch"),
    (
        other_dtype,
        TypeError,
        "'y' has dtype int32 in the main branch, but dtype float32 in the else branch",
    ),
    (
        other_structure,
        TypeError,
        "'y' must have the same nested structure in the main and else branches",
    ),
    (nothing, ValueError, "'y' is None at the end of the main branch"),
    (
        grows,
        ValueError,
        r"'x' has shape \(\) before the loop, but shape \(2,\) after one iteration",
    ),
    (
        changes_dtype,
        TypeError,
        "'x' has dtype int32 before the loop, but dtype float32 after one iteration",
    ),
    (
        returns_from_a_loop,
        NotImplementedError,
        "a return statement cannot be placed inside this TensorFlow loop",
    ),
    (
        becomes_a_tensor,
        NotImplementedError,
        "The condition of while loop started as non-Tensor, then changed to Tensor",
    ),
    (calls_left_alone, tf.errors.OperatorNotAllowedInGraphError, GRAPH_BOOL),
    (raises, ValueError, "mine"),
    (breaks_out, NotImplementedError, "break and return statements which depend on a TF condition"),
    (listed, tf.errors.OperatorNotAllowedInGraphError, "Iterating over a symbolic"),
    (
        rows_of_a_scalar,
        ValueError,
        r'len requires a non-scalar tensor, got one of shape Tensor\("Sh',
    ),
    (misses, KeyError, "KeyError: 'key'"),
]


@pytest.mark.parametrize("row", range(len(ERRORS)))
def test_errors_show_the_users_line(row):
    body, kind, text = ERRORS[row]
    with pytest.raises(kind, match=text) as caught:
        tf.function(body)(c(1))
    message = str(caught.value)
    assert message.startswith("in user code:") and f"in {body.__name__}" in message
    assert "tfshim/_src" not in message


def test_without_autograph():
    f = tf.function(early.python_function, autograph=False)
    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError, match=GRAPH_BOOL):
        f(c(1))


def test_converted_code_can_be_had():
    assert int(tf.autograph.to_graph(called)(c(3))) == 4
    assert "ag__.if_stmt" in tf.autograph.to_code(called)


def test_an_array_is_filled_under_a_condition(caplog):
    @tf.function
    def f(xs, state, n):
        out = tf.TensorArray(tf.float32, size=3)
        for i in tf.range(n):
            if i < 2:
                state = xs[i] + state
                out = out.write(i, state)
        return out.stack(), state

    stacked, state = got(f(tf.ones([3, 2]), tf.zeros([2]), c(3)))
    assert stacked == [[1.0, 1.0], [2.0, 2.0], [0.0, 0.0]] and state == [2.0, 2.0]
    assert not f._uncaptured


def test_builtins_on_tensors():
    @tf.function
    def f(x, v):
        return abs(x), int(v[0]), float(x), len(v)

    assert got(f(c(-3), c([1.5, 0.5]))) == (3, 1, -3.0, 2)


def test_a_loop_body_runs_once_while_it_is_traced():
    seen = []

    @tf.function
    def f(n):
        total = tf.constant(0)
        for i in tf.range(n):
            seen.append(1)
            total += i
        return total

    assert f(tf.constant(4)).numpy() == 6
    assert len(seen) == 1


def test_generated_code_is_in_no_file_and_still_has_a_source():
    import inspect
    import os

    def f(x):
        if x > 0:
            return x
        return -x

    made = tf.autograph.to_graph(f)
    path = inspect.getsourcefile(made.__wrapped__)
    assert "autograph_generated" in path
    assert not os.path.exists(path)
    assert "def ag__f" in inspect.getsource(made.__wrapped__)


def test_a_handler_with_a_name_is_converted():
    @tf.function
    def f(x, known):
        try:
            y = known["k"]
        except KeyError as error:
            y = float(len(str(error)))
            if x > 0.0:
                x = x * 2.0
            else:
                x = x - 1.0
        return x + y

    assert [got(f(c(v), {})) for v in (1.0, -1.0)] == [5.0, 1.0]
    assert got(f(c(1.0), {"k": 0.5})) == 1.5


def test_what_a_loop_without_steps_leaves():
    @tf.function
    def over_range(k):
        for i in tf.range(2, k):  # noqa: B007
            pass
        return i

    @tf.function
    def from_none(k):
        y = None
        for i in tf.range(k):
            if y is None:
                y = 0
            y += i
        return y

    assert [int(over_range(tf.constant(k))) for k in (0, 5)] == [2, 4]
    assert int(from_none(tf.constant(3))) == 3
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least once to initialize y"):
        from_none(tf.constant(0))


def test_a_limit_of_steps_holds_where_a_function_runs_op_by_op():
    @tf.function
    def rows(k):
        x = tf.constant([0])
        for i in tf.range(k):
            tf.autograph.experimental.set_loop_options(
                shape_invariants=[(x, tf.TensorShape([None]))], maximum_iterations=3
            )
            x = tf.concat([x, [i]], 0)
        return x

    @tf.function
    def down(k):
        x = tf.constant([0])
        while k > 0:
            tf.autograph.experimental.set_loop_options(
                shape_invariants=[(x, tf.TensorShape([None]))], maximum_iterations=2
            )
            x = tf.concat([x, [k]], 0)
            k -= 1
        return x

    assert rows(tf.constant(5)).numpy().tolist() == [0, 0, 1, 2]
    assert down(tf.constant(5)).numpy().tolist() == [0, 5, 4]


def test_len_of_ragged_tensors():
    f = tf.function(lambda x: len(x))
    assert int(f(tf.ragged.constant([[1, 2], [3]]))) == 2
