"""Bad input to functions: TensorFlow 2.21's class and core sentence, observed there.

After each error the function is called again with good input, where there is such a thing.
"""

import re

import pytest

import tfshim as tf

c = tf.constant
spec = tf.TensorSpec


class Unhashable:
    __hash__ = None


def identity(x):
    return x


def once(good):
    """A function that creates a variable at its second trace, or always."""
    runs = []

    @tf.function
    def f(x):
        runs.append(1)
        if good and len(runs) == 1:
            return x
        return tf.Variable(1.0) + x

    return f


def leaking():
    kept = []

    @tf.function
    def f(x):
        kept.append(x * 2)
        return x

    f(c(1.0))
    return f, kept


@tf.function
def branch_dtypes(x):
    if x > 0:
        y = c(1)
    else:
        y = c(1.0)
    return y


@tf.function
def branch_structures(x):
    if x > 0:
        y = (c(1), c(2))
    else:
        y = c(1)
    return y


@tf.function
def branch_without_return(x):
    if x > 0:
        return c(1)


@tf.function
def vector_condition(x):
    if x > 1.0:
        return x
    return x + 1


@tf.function
def number_condition(x):
    if tf.cast(x, tf.int32):
        return x
    return x + 1


@tf.function
def vector_loop(x):
    while x > 0.0:
        x = x - 1.0
    return x


@tf.function
def growing(x, n):
    i = c(0)
    while i < n:
        x = tf.concat([x, x], 0)
        i += 1
    return x


@tf.function
def recast(n):
    x = c(0)
    i = c(0)
    while i < n:
        x = c(1.0)
        i += 1
    return x


@tf.function
def fails(x, now):
    if now:
        raise KeyError("mine")
    return x


CONCRETE = tf.function(identity).get_concrete_function(spec([2]))
SIGNED = tf.function(identity, input_signature=[spec([None])])
TWO = tf.function(lambda x, y: x + y, input_signature=[spec([None])] * 2)
LEAK, LEAKED = leaking()
LATE, ALWAYS = once(True), once(False)
ARGUMENT = tf.function(lambda x: 1)
ADD = tf.function(lambda x, y: x + y)
MATMUL = tf.function(lambda x, y: x @ y)
LATE(c(1.0))
INVALID = tf.errors.InvalidArgumentError

#: (the bad call, its class, its core sentence, a good call that must work afterwards)
ROWS = {
    "signature, dtype": (
        lambda: SIGNED(c([1])),
        TypeError,
        "Can not cast TensorSpec(shape=(1,), dtype=tf.int32, name=None) to TensorSpec(shape=(None",
        lambda: SIGNED(c([1.0])),
    ),
    "signature, rank": (
        lambda: SIGNED(c([[1.0]])),
        TypeError,
        "Binding inputs to tf.function failed due to `Can not cast TensorSpec(shape=(1, 1)",
        lambda: SIGNED(c([1.0])),
    ),
    "signature, one too few": (
        lambda: TWO(c([1.0])),
        TypeError,
        "missing a required argument: 'y'",
        lambda: TWO(c([1.0]), c([1.0])),
    ),
    "signature, one too many": (
        lambda: SIGNED(c([1.0]), c([1.0])),
        TypeError,
        "too many positional arguments",
        lambda: SIGNED(c([1.0])),
    ),
    "signature, too long": (
        lambda: tf.function(identity, input_signature=[spec([]), spec([])]),
        TypeError,
        "input_signature contains 1 extra type constraints.",
        None,
    ),
    "signature, too short": (
        lambda: tf.function(lambda x, y, z=1: x, input_signature=[spec([])]),
        TypeError,
        "input_signature missing type constraint for y",
        None,
    ),
    "another shape is expected": (
        lambda: tf.function(lambda x: tf.ensure_shape(x, [None, 2]))(tf.ones([3, 3])),
        ValueError,
        "Dimension 1 in both shapes must be equal, but are 2 and 3. Shapes are [?,2] and [3,3].",
        None,
    ),
    "signature of numbers": (
        lambda: tf.function(identity, input_signature=[1]),
        TypeError,
        "got invalid args [1] with types [<class 'int'>].",
        None,
    ),
    "signature that is no sequence": (
        lambda: tf.function(identity, input_signature=spec([])),
        TypeError,
        "input_signature must be either a tuple or a list, got",
        None,
    ),
    "signature and a keyword": (
        lambda: tf.function(lambda x, *, y: x, input_signature=[spec([])]),
        TypeError,
        "Since input_signature is defined, keyword-only parameter `y` must have a default value",
        None,
    ),
    "no function": (lambda: tf.function(5), TypeError, "5 is not a callable object", None),
    "an argument without hash": (
        lambda: ARGUMENT(Unhashable()),
        TypeError,
        "Could not generate a generic TraceType for",
        lambda: ARGUMENT(1),
    ),
    "a set": (
        lambda: ARGUMENT({1}),
        TypeError,
        "Could not generate a generic TraceType for {1}.Please verify",
        lambda: ARGUMENT(1),
    ),
    "a spec": (
        lambda: ARGUMENT(spec([2])),
        ValueError,
        "Attempt to convert a value (TensorSpec(shape=(2,), dtype=tf.float32, name=None))",
        lambda: ARGUMENT(1),
    ),
    "a tensor that leaked": (
        lambda: LEAKED[0] + 1,
        TypeError,
        "is out of scope and cannot be used here. Use return values",
        lambda: LEAK(c(1.0)),
    ),
    "a leaked tensor's value": (
        lambda: float(LEAKED[0]),
        TypeError,
        "float() argument must be a string or a real number, not 'SymbolicTensor'",
        lambda: LEAK(c(1.0)),
    ),
    "a leaked tensor's truth": (
        lambda: bool(LEAKED[0]),
        TypeError,
        "Using a symbolic `tf.Tensor` as a Python `bool` is not allowed.",
        lambda: LEAK(c(1.0)),
    ),
    "a variable at each call": (
        lambda: ALWAYS(c(1.0)),
        ValueError,
        "tf.function only supports singleton tf.Variables created on the first call.",
        None,
    ),
    "a variable at the second trace": (
        lambda: LATE(c([1.0])),
        ValueError,
        "Creating variables on a non-first call to a function decorated with tf.function.",
        lambda: LATE(c(1.0)),
    ),
    "branches, dtypes": (
        lambda: branch_dtypes(c(1.0)),
        TypeError,
        "'y' has dtype int32 in the main branch, but dtype float32 in the else branch",
        None,
    ),
    "branches, structures": (
        lambda: branch_structures(c(1.0)),
        TypeError,
        "'y' must have the same nested structure in the main and else branches",
        None,
    ),
    "branches, one returns": (
        lambda: branch_without_return(c(1.0)),
        ValueError,
        "the else branch must also have a return statement.",
        None,
    ),
    "tf.cond, dtypes": (
        lambda: tf.function(lambda x: tf.cond(x > 0, lambda: c(1), lambda: c(1.0)))(c(1)),
        TypeError,
        "true_fn and false_fn arguments to tf.cond must have the same number, type, and overall",
        None,
    ),
    "tf.cond, structures": (
        lambda: tf.function(lambda x: tf.cond(x > 0, lambda: (x, x), lambda: x))(c(1)),
        AssertionError,
        "[2, 1]",
        None,
    ),
    "tf.cond, lists": (
        lambda: tf.function(lambda x: tf.cond(x > 0, lambda: (x,), lambda: [x]))(c(1)),
        TypeError,
        "true_fn and false_fn arguments to tf.cond must have the same number, type, and overall",
        None,
    ),
    "tf.cond on a number": (
        lambda: tf.function(lambda x: tf.cond(x, lambda: 1, lambda: 2))(c(1)),
        INVALID,
        "Input 'pred' passed int32 expected bool",
        None,
    ),
    "tf.switch_case, dtypes": (
        lambda: tf.function(lambda i: tf.switch_case(i, [lambda: c(1), lambda: c(2.0)]))(c(0)),
        TypeError,
        "branches[0] and branches[1] arguments to tf.switch_case must have the same number, type",
        None,
    ),
    "tf.switch_case of nothing": (
        lambda: tf.switch_case(c(0), []),
        ValueError,
        "Must provide at least one item in 'branch_fns'",
        None,
    ),
    "if on a vector": (
        lambda: vector_condition(c([1.0, 2.0])),
        ValueError,
        "condition of if statement expected to be `tf.bool` scalar, got Tensor(",
        lambda: vector_condition(c([1.0])),
    ),
    "if on a number": (
        lambda: number_condition(c(1.0)),
        ValueError,
        "dtype=int32); to use as boolean Tensor, use `tf.cast`; to check for None",
        None,
    ),
    "while on a vector": (
        lambda: vector_loop(c([1.0, 2.0])),
        ValueError,
        "condition of while loop expected to be `tf.bool` scalar, got Tensor(",
        lambda: vector_loop(c([2.0])),
    ),
    "a loop variable that grows": (
        lambda: growing(c([1.0]), c(3)),
        ValueError,
        "'x' has shape (1,) before the loop, but shape (2,) after one iteration.",
        None,
    ),
    "a loop variable of another dtype": (
        lambda: recast(c(3)),
        TypeError,
        "'x' has dtype int32 before the loop, but dtype float32 after one iteration",
        None,
    ),
    "tf.while_loop, shape": (
        lambda: tf.function(
            lambda x: tf.while_loop(
                lambda i, a: i < 3, lambda i, a: (i + 1, tf.concat([a, a], 0)), [0, x]
            )
        )(c([1.0])),
        ValueError,
        "enters the loop with shape (1,), but has shape (2,) after one iteration.",
        None,
    ),
    "tf.while_loop, dtype": (
        lambda: tf.function(
            lambda x: tf.while_loop(
                lambda i, a: i < 3, lambda i, a: (i + 1, tf.cast(a, tf.int32)), [0, x]
            )
        )(c([1.0])),
        TypeError,
        "enters the loop with type <dtype: 'float32'> but has type <dtype: 'int32'> after 1",
        None,
    ),
    "tf.while_loop, structure": (
        lambda: tf.function(
            lambda x: tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1,), [0, x])
        )(c([1.0])),
        ValueError,
        "The two structures don't have the same nested structure.",
        None,
    ),
    "tf.while_loop on a vector": (
        lambda: tf.function(lambda x: tf.while_loop(lambda i: x > i, lambda i: (i + 1,), [0.0]))(
            c([1.0, 2.0])
        ),
        INVALID,
        "The second input must be a scalar, but it has shape [2]",
        None,
    ),
    "tf.scan, dtype": (
        lambda: tf.function(lambda x: tf.scan(lambda a, t: tf.cast(t, tf.int32), x))(c([1.0, 2.0])),
        TypeError,
        "enters the loop with type <dtype: 'float32'> but has type <dtype: 'int32'> after 1",
        None,
    ),
    "shapes": (
        lambda: ADD(c([1.0, 2.0]), c([1.0, 2.0, 3.0])),
        ValueError,
        "Dimensions must be equal, but are 2 and 3 for '{{node ",
        lambda: ADD(c([1.0]), c([1.0])),
    ),
    "shapes of a product": (
        lambda: MATMUL(tf.ones([2, 3]), tf.ones([2, 3])),
        ValueError,
        "Dimensions must be equal, but are 3 and 2 for '{{node ",
        lambda: MATMUL(tf.ones([2, 3]), tf.ones([3, 2])),
    ),
    "dtypes": (
        lambda: ADD(c(1.0), c(1)),
        TypeError,
        "Input 'y' of 'AddV2' Op has type int32 that does not match type float32 of argument 'x'.",
        lambda: ADD(c(1.0), c(1.0)),
    ),
    "the user's own error": (
        lambda: fails(c(1.0), True),
        KeyError,
        "mine",
        lambda: fails(c(1.0), False),
    ),
    "a list that is changed": (
        lambda: tf.function(lambda a: a.append(1))([c(1)]),
        ValueError,
        "<lambda>(a) should not modify its Python input arguments. Modifying a copy is allowed.",
        None,
    ),
    "a concrete function, dtype": (
        lambda: CONCRETE(c([1, 2])),
        INVALID,
        "as input #0(zero-based) was expected to be a float tensor but is a int32 tensor",
        lambda: CONCRETE([1, 2]),
    ),
    "a concrete function, shape": (
        lambda: CONCRETE([1.0]),
        TypeError,
        "Can not cast TensorSpec(shape=(1,), dtype=tf.float32, name=None) to TensorSpec(shape=(2,)",
        lambda: CONCRETE((1.0, 2.0)),
    ),
    "an index in a function that is used": (
        lambda: tf.function(lambda x: tf.gather(x, 5))(c([1.0])),
        INVALID,
        "indices = 5 is not in [0, 1)",
        None,
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_class_and_sentence(name):
    bad, kind, sentence, good = ROWS[name]
    for _ in range(2):  # an error leaves nothing behind that makes the next call another one
        with pytest.raises(kind) as caught:
            bad()
        assert sentence in str(caught.value)
        if name.startswith("a variable"):
            break  # TensorFlow's own sentence is another one at the next call
    if good is not None:
        good()


def test_the_warning_names_the_op_and_the_line(caplog):
    from tfshim._src import logs

    @tf.function
    def chosen(x):
        y = x * 2
        return tf.boolean_mask(y, y > 2)  # this line

    logs.logger.addHandler(caplog.handler)
    try:
        for _ in range(3):
            assert chosen(c([1, 2])).numpy().tolist() == [4]
    finally:
        logs.logger.removeHandler(caplog.handler)
    (text,) = {r.getMessage() for r in caplog.records}
    line = next(i for i, row in enumerate(open(__file__), 1) if "# this line\n" in row)
    assert f"boolean_mask at {__file__}:{line} needs a value" in text
    assert "chosen runs op by op" in text


def test_what_is_printed_while_tracing_is_seen_as_often_as_in_tensorflow(capsys):
    @tf.function
    def chosen(x):
        print("traced", x.shape[0])
        tf.print("ran", output_stream=__import__("sys").stdout)
        return tf.boolean_mask(x, x > 2)

    for values in ([1, 3], [4, 5], [1, 2, 3], [3, 4]):
        chosen(c(values))
    shown = capsys.readouterr().out.splitlines()
    assert shown == ["traced 2", "ran", "ran", "traced 3", "ran", "ran"]
    assert chosen.experimental_get_tracing_count() == 2


def test_callbacks_are_heard_where_tracing_is_not(capsys):
    @tf.function
    def f(x):
        print("traced")
        return tf.py_function(lambda v: print("called") or v, [x], tf.int32)

    f(c(1))
    f(c(2))
    assert capsys.readouterr().out.split() == ["traced", "called", "called"]


def test_unknown_sizes_print_once(capsys):
    @tf.function(input_signature=[spec([None])])
    def f(x):
        print("traced")
        return x * 2

    for size in (1, 2, 3):
        f(tf.zeros([size]))
    assert capsys.readouterr().out.split() == ["traced"]
    assert f.experimental_get_tracing_count() == 1


def test_what_cannot_work_and_is_not_used_does_not_run():
    @tf.function
    def f(x):
        tf.gather(x, [1])
        return x

    assert f(c([0.0])).numpy().tolist() == [0.0]


def test_strings_are_traced_as_tensorflow_traces_them(capsys):
    @tf.function
    def twice(a):
        print("Tracing with", a)
        return a + a

    for value in ("a", "b"):
        assert twice(c(value)).numpy() == value.encode() * 2
    assert capsys.readouterr().out == 'Tracing with Tensor("a:0", shape=(), dtype=string)\n'
    concrete = twice.get_concrete_function(c("a"))
    assert concrete(a=c("x")).numpy() == b"xx"
    assert concrete(c("y")).numpy() == b"yy"
    assert capsys.readouterr().out == ""
    assert str(concrete.structured_outputs) == 'Tensor("Identity:0", shape=(), dtype=string)'
    assert "dtype=tf.string" in twice.pretty_printed_concrete_signatures()
    with pytest.raises(INVALID, match="expected to be a string tensor but is a int32 tensor"):
        concrete(c(1))
    assert twice.experimental_get_tracing_count() == 1


def test_strings_that_pass_through():
    f = tf.function(lambda s, x: (s, x + 1))
    for text in ("a", "b"):
        s, x = f(c(text), c(1))
        assert (s.numpy(), int(x)) == (text.encode(), 2)


def test_branches_and_loops_print_once_while_they_are_traced(capsys):
    @tf.function
    def f(n):
        total = 0
        for i in tf.range(n):
            print("loop")
            if i % 15 == 0:
                print("first")
                total += 1
            elif i % 3 == 0:
                print("second")
                total += 2
            else:
                print("third")
                total += 3
        return total

    assert int(f(c(7))) == 1 + 2 * 2 + 3 * 4
    assert capsys.readouterr().out.split() == ["loop", "first", "second", "third"]


def test_an_iterator_gives_another_element_at_each_call():
    @tf.function
    def following(iterator):
        return next(iterator)

    iterator = iter(tf.data.Dataset.from_tensor_slices([1, 2, 3]))
    assert [int(following(iterator)) for _ in range(3)] == [1, 2, 3]


def test_a_dataset_is_read_anew_at_each_call():
    rows = [1, 2, 3]
    dataset = tf.data.Dataset.from_generator(lambda: iter(rows), output_types=tf.int32)

    @tf.function
    def total():
        found = 0
        for x in dataset:
            found += x
        return found

    assert int(total()) == 6
    rows.append(10)
    assert int(total()) == 16


def test_what_traced_code_makes_is_no_capture():
    outside = c([3.0])

    @tf.function
    def f(x):
        return tf.maximum(x, c([1.0])) + outside

    f(c([2.0]))
    captures = f.get_concrete_function(c([2.0])).pretty_printed_signature().split("Captures:")[1]
    assert captures.count("TensorSpec") == 1


def test_variables_made_in_an_init_scope_are_the_functions_own():
    kept = []

    @tf.function
    def once(x):
        assert tf.inside_function()
        with tf.init_scope():
            assert tf.executing_eagerly()
            assert tf.inside_function()
            if not kept:
                kept.append(tf.Variable(2.0))
        return kept[0] * x

    assert float(once(tf.constant(3.0))) == 6.0
    assert once.experimental_get_tracing_count() == 2
    assert not tf.inside_function()

    @tf.function
    def always():
        with tf.init_scope():
            return tf.Variable(2.0)

    for _ in range(2):
        with pytest.raises(ValueError, match="only supports singleton tf.Variables"):
            always()


def test_strings_cannot_be_compiled():
    @tf.function(jit_compile=True)
    def f(x, y):
        return y + 1.0

    with pytest.raises(tf.errors.InvalidArgumentError, match="Detected unsupported operations"):
        f(tf.constant("a"), tf.constant(1.0))
    assert float(f("a", tf.constant(1.0))) == 2.0


@pytest.mark.parametrize("used", [True, False])
def test_a_tensor_of_a_branch_is_told_with_both_graphs(used):
    @tf.function
    def f(x):
        kept = []
        tf.cond(x > 0, lambda: kept.append(x * 2) or x, lambda: x)
        return kept[0] + 1 if used else kept[0]

    where = r"cannot be accessed from FuncGraph\(name=f, id=.*, because it was defined in FuncGraph"
    with pytest.raises(ValueError, match=where) as e:
        f(tf.constant(1.0))
    assert type(e.value).__name__ == "InaccessibleTensorError"
    assert "<tf.Tensor 'cond/mul:0' shape=() dtype=float32> is out of scope" in str(e.value)
    assert "was defined here:" in str(e.value) and "in <lambda>" in str(e.value)


def test_structures_of_an_input_signature_are_told():
    one = tf.TensorSpec([])

    @tf.function(input_signature=[{"a": one, "b": (one,)}])
    def f(d, k=2.0):
        return d["a"] * k

    x = tf.constant(3.0)
    text = f"Dict\\[\\['a', {re.escape(repr(one))}\\], \\['b', Tuple\\["
    with pytest.raises(TypeError, match="has different keys with the TraceType " + text):
        f({"a": x})
    with pytest.raises(TypeError, match="to a Dict type(.|\n)* for signature: .d: " + text):
        f([x])
    with pytest.raises(TypeError, match="Parameter `k` was expected to be of type Literal"):
        f({"a": x, "b": (x,)}, k=tf.constant(2.0))
    assert float(f({"a": x, "b": (x,)}, k=2.0)) == 6.0


# -- sizes that a signature does not know --

ANY = spec([None, None])


@pytest.mark.parametrize(
    "body, specs, good, bad, text",
    [
        (
            lambda x, y: x + y,
            [ANY, ANY],
            [(2, 5), (2, 5)],
            [(2, 5), (2, 7)],
            "shapes: .2,5. vs. .2,7",
        ),
        (lambda x, y: x @ y, [ANY, ANY], [(2, 5), (5, 7)], [(2, 5), (2, 7)], "size-incompatible"),
        (
            lambda x: tf.ensure_shape(x, [5, 5]),
            [ANY],
            [(5, 5)],
            [(5, 7)],
            "not compatible with exp",
        ),
        (lambda x: tf.reshape(x, [3, 4]), [spec([None])], [(12,)], [(5,)], "shape has 12"),
        (lambda x: tf.concat([x, tf.ones([2, 3])], 0), [ANY], [(4, 3)], [(4, 4)], "Dimension 1 in"),
        (
            lambda x: tf.stack([x, tf.ones([2, 3])]),
            [ANY],
            [(2, 3)],
            [(2, 4)],
            "Shapes of all inputs",
        ),
        (tf.linalg.cholesky, [spec(None)], [(1, 1)], [(3,)], "must have rank >= 2, got 1"),
        (tf.linalg.cholesky, [ANY], [(1, 1)], [(2, 3)], "must be square"),
        (lambda x: x[:, 0], [spec(None)], [(2, 3)], [(3,)], "Index out of range"),
    ],
)
def test_sizes_that_do_not_fit_are_found_when_the_function_runs(body, specs, good, bad, text):
    """Where the signature knows the sizes, they are found while it is traced."""
    good, bad = ([tf.ones(shape) for shape in shapes] for shapes in (good, bad))
    for f in (
        tf.function(body, input_signature=specs),
        tf.function(body).get_concrete_function(*specs),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=text) as late:
            f(*bad)
        assert not isinstance(late.value, ValueError)
        f(*good)
    with pytest.raises(ValueError, match="."):
        tf.function(body)(*bad)


def test_the_first_assertion_that_fails_is_told_where_sizes_are_unknown():
    @tf.function(input_signature=[ANY, ANY])
    def f(x, y):
        with tf.control_dependencies(
            [tf.assert_equal(tf.shape(x)[1], tf.shape(y)[1], message="bad shape")]
        ):
            return x + y

    with pytest.raises(tf.errors.InvalidArgumentError, match="bad shape"):
        f(tf.ones([2, 5]), tf.ones([2, 7]))


def test_an_error_that_no_sizes_help_is_found_while_tracing():
    f = tf.function(lambda x, y: x @ y, input_signature=[spec([None, 3]), spec([4, None])])
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 3 and 4"):
        f(tf.ones([2, 3]), tf.ones([4, 7]))


def test_a_rank_that_is_unknown_is_tried():
    f = tf.function(lambda x: tf.transpose(x, [0, 2, 1])).get_concrete_function(spec(None))
    assert f.structured_outputs.shape.as_list() == [None, None, None]
    assert f(tf.ones([2, 3, 4])).shape == [2, 4, 3]
    row = tf.function(lambda x: x[:, 0]).get_concrete_function(spec(None))
    assert row.structured_outputs.shape == tf.TensorShape(None)
    assert row(tf.ones([2, 3])).shape == [2]


@pytest.mark.parametrize("where", ["function", "dataset"])
def test_errors_of_python_functions_are_those_of_a_run(where):
    def refuse(x):
        raise TypeError("mine")

    def call(x):
        return tf.py_function(refuse, [x], tf.int64)

    with pytest.raises(tf.errors.InvalidArgumentError, match="TypeError: mine") as caught:
        if where == "function":
            tf.function(call)(tf.constant(1, tf.int64))
        else:
            list(tf.data.Dataset.range(2).map(call))
    assert not isinstance(caught.value, ValueError)


def test_what_kernels_refuse_for_a_value_keeps_its_class_in_converted_code():
    @tf.function
    def inner(x):
        return tf.math.segment_sum(x, [0, -1])

    for f in (inner, tf.function(lambda x: inner(x) + 1.0)):
        with pytest.raises(tf.errors.InvalidArgumentError, match="segment ids must be >= 0") as e:
            f(tf.ones([2]))
        assert not isinstance(e.value, ValueError)
    with pytest.raises(ValueError, match="must be equal"):
        tf.function(lambda x: x + tf.ones([3]))(tf.ones([2]))


def test_an_index_of_nothing_is_out_of_bounds():
    f = tf.function(lambda x, i: x[i])
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="index 1 of dimension 0 out of bounds"
    ):
        f(tf.zeros([0, 1]), tf.constant(1))


def test_transposed_convolutions_look_at_sizes_when_they_run():
    x, w = tf.ones([1, 1, 1]), tf.ones([1, 1, 1])
    f = tf.function(lambda x: tf.nn.conv1d_transpose(x, w, [1, 9, 1], 2))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Size of out_backprop") as e:
        f(x)
    assert not isinstance(e.value, ValueError)
