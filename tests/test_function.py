"""`tf.function`: traces are counted as TensorFlow 2.21 counts them; errors are in its words.

The counts stand beside each call pattern; they were observed in TensorFlow itself.
"""

import functools
import gc
import logging
import pickle
import weakref

import numpy as np
import pytest

import tfshim as tf


class Thing:
    pass


ONE, TWO = Thing(), Thing()


def traces(calls, **options):
    """How often a function was traced after each call, by its own count."""

    @tf.function(**options)
    def f(x, y=1):
        return y if isinstance(x, Thing) else x

    counts = []
    for call in calls:
        call(f)
        counts.append(f.experimental_get_tracing_count())
    return counts


V = tf.Variable
z = tf.zeros
PATTERNS = {
    "python numbers that are equal are one key": (
        [lambda f: f(1), lambda f: f(1.0), lambda f: f(True), lambda f: f(2)],
        [1, 1, 1, 2],
    ),
    "numpy scalars are tensors": (
        [lambda f: f(np.int32(1)), lambda f: f(np.int32(2)), lambda f: f(tf.constant(1))],
        [1, 1, 1],
    ),
    "keywords and defaults": (
        [lambda f: f(1), lambda f: f(x=1), lambda f: f(1, 1), lambda f: f(y=1, x=1)],
        [1, 1, 1, 1],
    ),
    "variables by shape and aliasing": (
        [
            lambda f: f(V(1.0)),
            lambda f: f(V(2.0)),
            lambda f: f(tf.constant(2.0)),
            lambda f: f(V([2.0])),
            lambda f: f([v := V(1.0), v]),
            lambda f: f([V(1.0), V(2.0)]),
        ],
        [1, 1, 2, 3, 4, 5],
    ),
    "structures": (
        [
            lambda f: f([1, tf.constant(2.0)]),
            lambda f: f((1, tf.constant(2.0))),
            lambda f: f([1, tf.constant(3.0)]),
            lambda f: f({"a": 1}),
            lambda f: f({"a": 1, "b": tf.constant(1)}),
            lambda f: f({"b": tf.constant(1), "a": 1}),
        ],
        [1, 2, 2, 3, 4, 4],
    ),
    "objects by identity": ([lambda f: f(ONE), lambda f: f(ONE), lambda f: f(TWO)], [1, 1, 2]),
    "strings and None": (
        [lambda f: f(None), lambda f: f(None), lambda f: f("a"), lambda f: f(b"a")],
        [1, 1, 2, 3],
    ),
    "shapes": ([lambda f: f(z([2])), lambda f: f(z([3])), lambda f: f(z([4]))], [1, 2, 3]),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_traces_are_counted_as_tensorflow_counts_them(name):
    calls, wanted = PATTERNS[name]
    assert traces(calls) == wanted


def test_reduce_retracing_makes_sizes_unknown():
    sizes = [[2], [3], [4], [4, 1], [4, 2], [4, 3]]
    calls = [lambda f, s=s: f(z(s)) for s in sizes]
    assert traces(calls, reduce_retracing=True) == [1, 2, 2, 3, 3, 3]


def test_an_input_signature_is_one_trace():
    calls = [
        lambda f: f(z([2])),
        lambda f: f(z([3])),
        lambda f: f([1.0, 2.0]),
        lambda f: f(np.zeros(3)),
    ]
    assert traces(calls, input_signature=[tf.TensorSpec([None])]) == [1, 1, 1, 1]


def test_a_concrete_function_of_unknown_size_serves_later_calls():
    calls = [
        lambda f: f.get_concrete_function(tf.TensorSpec([None])),
        lambda f: f(z([3])),
        lambda f: f(z([4])),
        lambda f: f(z([2, 2])),
    ]
    assert traces(calls) == [1, 1, 1, 2]


def test_python_runs_only_while_tracing():
    seen = []

    @tf.function
    def f(x):
        seen.append(x)
        return x + 1

    for i in range(3):
        assert int(f(tf.constant(i))) == i + 1
    assert len(seen) == 1
    assert repr(seen[0]) == "<tf.Tensor 'x:0' shape=() dtype=int32>"


def test_frequent_retracing_is_logged_at_the_fifth_trace(caplog):
    @tf.function
    def f(x):
        return x

    with caplog.at_level(logging.WARNING):
        for i in range(4):
            f(i)
        assert not caplog.records
        f(4)
    assert "5 out of the last 5 calls" in caplog.text
    assert "Tracing is expensive" in caplog.text


# -- variables --


def test_variables_are_created_on_the_first_call_which_traces_twice():
    made, runs = [], []

    @tf.function
    def f(x):
        runs.append(1)
        if not made:
            made.append(tf.Variable(x * 2))
        return made[0] + x

    assert float(f(tf.constant(1.0))) == 3.0
    assert float(f(tf.constant(5.0))) == 7.0
    assert len(runs) == 2 and f.experimental_get_tracing_count() == 2
    assert float(made[0]) == 2.0


def test_a_variable_per_call_is_refused():
    @tf.function
    def f(x):
        return tf.Variable(1.0) + x

    for _ in range(2):
        with pytest.raises(
            ValueError, match="only supports singleton tf.Variables created on the first"
        ):
            f(tf.constant(1.0))


def test_assignments_happen_at_each_call():
    v = tf.Variable(1.0)

    @tf.function
    def f():
        v.assign_add(1.0)
        v.assign(v * 2)
        return v + 0

    assert [float(f()), float(f()), float(v)] == [4.0, 10.0, 10.0]


def test_a_variable_argument_is_the_one_of_the_call():
    @tf.function
    def f(a):
        a.assign_add(1.0)
        return a * 2

    first, second = tf.Variable(1.0), tf.Variable(10.0)
    assert float(f(first)) == 4.0
    assert float(f(second)) == 22.0
    assert (float(first), float(second)) == (2.0, 11.0)
    assert f.experimental_get_tracing_count() == 1


def test_a_variable_of_unknown_shape_is_traced_again_for_another():
    v = tf.Variable([1.0], shape=[None])

    @tf.function
    def f():
        return tf.reduce_sum(v * 2)

    assert float(f()) == 2.0
    v.assign([1.0, 2.0])
    assert float(f()) == 6.0


def test_random_numbers_are_fresh_at_each_call_and_are_tensorflows():
    @tf.function
    def f():
        u = tf.random.uniform
        return u([2]), u([2]), u([2], seed=1), u([2], seed=1)

    def draw():
        return [np.round(t.numpy(), 6).tolist() for t in f()]

    tf.random.set_seed(42)
    first = [[0.835459, 0.916297]] + [[0.150128, 0.639925]] * 3
    second = [[0.952703, 0.231379]] + [[0.366581, 0.891246]] * 3
    assert np.allclose(draw(), first, atol=2e-6)
    assert np.allclose(draw(), second, atol=2e-6)
    tf.random.set_seed(42)
    assert np.allclose(draw(), first, atol=2e-6)


# -- methods, callables --


class Counter(tf.Module):
    def __init__(self):
        super().__init__()
        self.b = None
        self.traced = 0

    @tf.function
    def __call__(self, x):
        self.traced += 1
        if self.b is None:
            self.b = tf.Variable(tf.zeros([3]), name="b")
        return x + self.b


def test_each_instance_has_traces_and_variables_of_its_own():
    a, b = Counter(), Counter()
    a(tf.ones([3]))
    a(tf.ones([3]))
    b(tf.ones([3]))
    assert (a.traced, b.traced) == (2, 2)
    assert a.b is not b.b and a.trainable_variables[0].name == "b:0"


def test_a_method_does_not_keep_its_instance_alive():
    a = Counter()
    a(tf.ones([3]))
    ref = weakref.ref(a)
    del a
    gc.collect()
    assert ref() is None


def test_partials_and_callable_objects():
    class Five:
        def __call__(self, x):
            return x + 5

    assert int(tf.function(functools.partial(lambda a, b: a + b, 2))(tf.constant(3))) == 5
    assert int(tf.function(Five())(tf.constant(3))) == 8


def test_every_kind_of_parameter():
    f = tf.function(lambda x, *a, k=3, **kw: (x, a, k, kw))
    x, a, k, kw = f(tf.constant(1), 2, 3, z=4)
    assert (int(x), [int(i) for i in a], int(k), {n: int(v) for n, v in kw.items()}) == (
        1, [2, 3], 3, {"z": 4},
    )  # fmt: skip


def plus_one(x):
    return x + 1


def test_a_function_can_be_pickled():
    f = pickle.loads(pickle.dumps(tf.function(plus_one)))
    assert int(f(tf.constant(1))) == 2


# -- where code runs --


def test_where_code_runs():
    seen = []

    @tf.function
    def f():
        seen.append((tf.executing_eagerly(), tf.inside_function()))
        with tf.init_scope():
            seen.append((tf.executing_eagerly(), tf.inside_function(), int(tf.constant(3))))

    f()
    assert seen == [(False, True), (True, True, 3)]
    assert tf.executing_eagerly() and not tf.inside_function()


def test_functions_can_run_as_plain_python():
    tf.config.run_functions_eagerly(True)
    try:
        assert tf.config.functions_run_eagerly()
        assert tf.function(lambda x: x.numpy() + 1)(tf.constant(1)) == 2
    finally:
        tf.config.run_functions_eagerly(False)


def test_what_needs_a_value_runs_op_by_op_with_one_warning(caplog):
    f = tf.function(lambda x: tf.boolean_mask(x, x > 1) * 2)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert f(tf.constant([1, 2, 3])).numpy().tolist() == [4, 6]
    messages = [r.getMessage() for r in caplog.records]
    assert len(messages) == 1
    assert "boolean_mask" in messages[0] and "test_function.py" in messages[0]


def test_printing_is_an_effect_of_each_call(capsys):
    @tf.function
    def f(x):
        tf.print("value", x)
        return x

    f(tf.constant([1]))
    f(tf.constant([2]))
    assert capsys.readouterr().err == "value [1]\nvalue [2]\n"


# -- errors --


def leak():
    kept = []

    @tf.function
    def f(x):
        kept.append(x + 1)
        return x

    f(tf.constant(1.0))
    return kept[0]


LEAKED = leak()
ERRORS = {
    "leaked, eager": (
        lambda: leak() + 1,
        TypeError,
        "'add:0' .* is out of scope and cannot be used",
    ),
    "leaked into a function": (
        lambda: tf.function(lambda t=LEAKED: t + 1)(),
        TypeError,
        "is out of scope and cannot be used here",
    ),
    "numpy": (
        lambda: tf.function(lambda x: x.numpy())(tf.constant(1)),
        AttributeError,
        "no attribute 'numpy'",
    ),
    "int": (
        lambda: tf.function(lambda x: int(x), autograph=False)(tf.constant(1)),
        TypeError,
        r"int\(\) argument must be",
    ),
    "array": (
        lambda: tf.function(lambda x: np.array(x))(tf.constant(1)),
        NotImplementedError,
        "Cannot convert a symbolic tf.Tensor",
    ),
    "iterate": (
        lambda: tf.function(lambda x: list(x))(tf.constant([1])),
        TypeError,
        "Iterating over a symbolic",
    ),
    "returns an object": (
        lambda: tf.function(lambda: object())(),
        TypeError,
        "must return zero or more Tensors",
    ),
    "missing argument": (
        lambda: tf.function(plus_one)(),
        TypeError,
        "missing a required argument: 'x'",
    ),
    "too many arguments": (
        lambda: tf.function(plus_one)(1, 2),
        TypeError,
        "too many positional arguments",
    ),
    "signature, shape": (
        lambda: tf.function(plus_one, input_signature=[tf.TensorSpec([None])])(z([2, 2])),
        TypeError,
        r"Can not cast TensorSpec\(shape=\(2, 2\), .*\) to TensorSpec\(shape=\(None,\)",
    ),
    "signature, dtype": (
        lambda: tf.function(plus_one, input_signature=[tf.TensorSpec([None])])(z([2], tf.int32)),
        TypeError,
        "Can not cast TensorSpec",
    ),
    "init_scope": (lambda: tf.function(lifted)(tf.constant(1)), TypeError, "is out of scope"),
    "tf.gradients": (
        lambda: tf.gradients(tf.constant(1.0), tf.constant(1.0)),
        RuntimeError,
        "not supported when eager",
    ),
    "shapes while tracing": (lambda: tf.function(lambda x: x + z([4]))(z([3])), ValueError, "3.*4"),
    "dtypes while tracing": (
        lambda: tf.function(lambda x: x + tf.constant(4))(z([3])),
        TypeError,
        "Input 'y' of 'AddV2' Op has type int32 that does not match type float32 of argument 'x'",
    ),
}


def lifted(x):
    with tf.init_scope():
        return x + 1


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    run, kind, text = ERRORS[name]
    with pytest.raises(kind, match=text):
        run()


def test_a_function_must_not_change_its_arguments():
    @tf.function
    def f(x):
        x.append(1)
        return 1

    with pytest.raises(
        ValueError, match=r"f\(x\) should not modify its Python input arguments.* modified: x"
    ):
        f([2])


def test_a_function_stays_usable_after_an_error():
    f = tf.function(lambda x, y: x + y)
    with pytest.raises(ValueError):
        f(z([3]), z([4]))
    assert f(z([3]), z([3])).shape == [3]


# -- concrete functions --


def test_a_concrete_function_says_what_it_is():
    c = tf.function(lambda x, y=2, *, z=3: x * 1).get_concrete_function(
        tf.TensorSpec([3, 2], name="q")
    )
    spec = tf.TensorSpec([3, 2], tf.float32, name="q")
    assert c.structured_input_signature == ((spec, 2), {"z": 3})
    assert c.pretty_printed_signature() == (
        "Input Parameters:\n"
        "  x (POSITIONAL_OR_KEYWORD): TensorSpec(shape=(3, 2), dtype=tf.float32, name='q')\n"
        "  y (POSITIONAL_OR_KEYWORD): Literal[2]\n"
        "  z (KEYWORD_ONLY): Literal[3]\n"
        "Output Type:\n"
        "  TensorSpec(shape=(3, 2), dtype=tf.float32, name=None)\n"
        "Captures:\n"
        "  None"
    )


def test_a_concrete_function_is_called_by_argument_or_by_tensor_name():
    c = tf.function(lambda x, y=2: x + y).get_concrete_function(tf.TensorSpec([None], name="q"))
    assert c(z([1])).numpy().tolist() == [2.0]
    assert c(q=z([1])).numpy().tolist() == [2.0]
    assert c(z([3])).shape == [3]
    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        c()
    with pytest.raises(
        TypeError, match=r"expected argument #0\(zero-based\) to be a Tensor; got float"
    ):
        c(1.0)
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="expected to be a float tensor but is a int32"
    ):
        c(z([1], tf.int32))


def test_a_concrete_function_knows_its_variables():
    v, w = tf.Variable(1.0), tf.Variable(2.0, trainable=False)
    c = tf.function(lambda x: x + v + w).get_concrete_function(tf.TensorSpec([]))
    assert [a is b for a, b in zip(c.variables, (v, w), strict=True)] == [True, True]
    assert len(c.trainable_variables) == 1 and len(c.captured_inputs) == 2


def test_text_shows_the_sizes_that_the_signature_leaves_open(capsys):
    @tf.function(input_signature=[tf.TensorSpec([None, 2]), tf.TensorSpec(None)])
    def f(x, y):
        print(x, y, [x])
        return tf.reduce_sum(x, 0), tf.concat([x, x], 0), y * 2.0

    f(tf.ones([3, 2]), tf.ones([1]))
    assert capsys.readouterr().out == (
        'Tensor("x:0", shape=(None, 2), dtype=float32) Tensor("y:0", dtype=float32) '
        "[<tf.Tensor 'x:0' shape=(None, 2) dtype=float32>]\n"
    )
    types = (
        "(x: TensorSpec(shape=(None, 2), dtype=tf.float32, name=None), "
        "y: TensorSpec(shape=<unknown>, dtype=tf.float32, name=None))"
    )
    assert str(f.function_type) == types
    concrete = f.get_concrete_function()
    assert str(concrete.function_type) == (
        f"{types} -> Tuple[TensorSpec(shape=(2,), dtype=tf.float32, name=None), "
        "TensorSpec(shape=(None, 2), dtype=tf.float32, name=None), "
        "TensorSpec(shape=<unknown>, dtype=tf.float32, name=None)]"
    )
    shapes = concrete.output_shapes
    assert [s if s.rank is None else s.as_list() for s in shapes] == [[2], [None, 2], shapes[2]]
    assert shapes[2].rank is None
    assert "shape=(None, 2)" in repr(concrete.structured_outputs[1])
    assert capsys.readouterr().out == ""  # nothing of what was traced for that
    assert list(f.function_type.parameters) == ["x", "y"]
    assert str(tf.function(lambda a, b=2, *c, **d: a).function_type) == (
        "(a, b=<captured_default_value>, *c, **d)"
    )


def test_a_trace_serves_the_subtypes_of_its_types():
    """The counts are TensorFlow's."""

    class UpTo(tf.types.experimental.TraceType):
        def __init__(self, owner):
            self.owner, self.n = owner, owner.n

        def is_subtype_of(self, other):
            return type(other) is UpTo and self.n <= other.n

        def most_specific_common_supertype(self, others):
            return None

        def placeholder_value(self, placeholder_context=None):
            return self.owner

        def __eq__(self, other):
            return type(other) is UpTo and self.n == other.n

        def __hash__(self):
            return hash(self.n)

    class Sized:
        def __init__(self, n):
            self.n = n

        def __tf_tracing_type__(self, context):
            return UpTo(self)

    @tf.function
    def f(sized, x):
        return x * sized.n

    seen = [int(f(Sized(n), tf.constant(2))) for n in (5, 5, 3, 7, 4)]
    assert seen == [10, 10, 10, 14, 10] and f.experimental_get_tracing_count() == 2
    assert isinstance(Sized(1), tf.types.experimental.SupportsTracingProtocol)
    assert isinstance(tf.TensorSpec([]), tf.types.experimental.TraceType)


def test_nodes_have_tensorflows_names():
    seen = []

    @tf.function
    def f(x, y):
        made = (x + y, x * y, x - y, x / y, x**y, x // y, x % y, tf.matmul(x, y), tf.exp(x), -x)
        made += (tf.reduce_sum(x), tf.nn.relu(x), tf.transpose(x), tf.reshape(x, [-1]), x[0])
        made += (tf.concat([x, y], 0), tf.stack([x, y]), x > y, x + x)
        seen.extend(t.name for t in made)

    f(tf.ones([2, 2]), tf.ones([2, 2]))
    assert " ".join(seen) == (
        "add:0 mul:0 sub:0 truediv:0 pow:0 floordiv:0 mod:0 MatMul:0 Exp:0 Neg:0 Sum:0 Relu:0 "
        "transpose:0 Reshape:0 strided_slice:0 concat:0 stack:0 Greater:0 add_1:0"
    )


def test_a_graph_lists_its_nodes():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])

    @tf.function
    def f(a):
        b = a + a
        return b, tf.matmul(b, v)

    graph = f.get_concrete_function(tf.TensorSpec([2, 2])).graph
    nodes = [(list(n.input), n.name, n.op) for n in graph.as_graph_def().node]
    assert nodes[0] == ([], "a", "Placeholder")
    assert (["a", "a"], "add", "AddV2") in nodes
    assert (["add"], "Identity", "Identity") in nodes
    assert (["MatMul"], "Identity_1", "Identity") in nodes
    ((read,),) = [inputs[1:] for inputs, name, _ in nodes if name == "MatMul"]
    assert read.endswith("ReadVariableOp")
    with pytest.raises(ValueError, match="takes no arguments"):
        graph.as_graph_def(add_shapes=True)
    strings = tf.function(lambda s: s + s).get_concrete_function(tf.TensorSpec([], tf.string))
    assert [n.op for n in strings.graph.as_graph_def().node] == ["Placeholder", "Identity"]
