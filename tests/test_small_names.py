"""Names of `tf` that are no ops: what recorded text (tests/transcripts) cannot show."""

import logging
import subprocess
import sys

import numpy as np
import pytest

import tfshim as tf
from tests.exact import exact


def test_the_logger_gets_a_handler_only_where_the_root_has_none():
    program = "import {}tfshim as tf; print(len(tf.get_logger().handlers), tf.get_logger().level)"
    for configure, shown in (("", "1 0"), ("logging; logging.basicConfig(); import ", "0 0")):
        run = [sys.executable, "-c", program.format(configure)]
        assert subprocess.run(run, capture_output=True, text=True).stdout.strip() == shown


def test_warnings_go_through_the_logger(caplog):
    with caplog.at_level(logging.WARNING):
        tf.get_logger().warning("seen %d", 3)
    assert caplog.text.endswith("seen 3\n")


def test_random_initializers_give_tensorflows_numbers():
    tf.random.set_seed(1)
    drawn = [
        tf.random_normal_initializer()([2]),
        tf.random_normal_initializer()([2]),
        tf.random_normal_initializer(1.0, 2.0, seed=3)([2, 2]),
        tf.random_normal_initializer(seed=3)([2], tf.float64),
    ]
    wanted = [
        np.float32([-0.055061012506484985, 0.07728758454322815]),
        np.float32([0.020154394209384918, -0.05440104007720947]),
        np.float32([[-0.34316956996917725, 4.352100849151611], [-0.8884909152984619, 2.21587801]]),
        np.float64([0.05316753788925554, -0.0027425051497636547]),
    ]
    for tensor, array in zip(drawn, wanted, strict=True):
        assert tensor.numpy().dtype == array.dtype
        np.testing.assert_allclose(tensor.numpy(), array, rtol=2e-6)


def test_conversions_reach_ops_variables_and_functions():
    class Meters:
        def __init__(self, value):
            self.value = value

    def convert(value, dtype=None, name=None, as_ref=False):
        return tf.constant(value.value, dtype)

    tf.register_tensor_conversion_function(Meters, convert)
    exact(tf.constant(1.0) + Meters(2.0), 3)
    exact(tf.Variable(Meters(2.0)), 2)
    exact(tf.function(lambda: tf.square(Meters(3.0)))(), 9)
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * Meters(5.0)
    exact(tape.gradient(y, x), 5)


def test_creators_see_variables_made_in_threads_of_their_own_only():
    import threading

    seen = []

    def creator(next_creator, **kwargs):
        seen.append(kwargs["initial_value"])
        return next_creator(**kwargs)

    with tf.variable_creator_scope(creator):
        thread = threading.Thread(target=lambda: tf.Variable(1.0))
        thread.start()
        thread.join()
        tf.Variable(2.0).assign(3.0)  # what assigning returns is no new variable
    assert seen == [2.0]


def test_a_creator_that_raises_leaves_none_behind():
    def creator(next_creator, **kwargs):
        raise KeyError("no")

    with pytest.raises(KeyError):
        with tf.variable_creator_scope(creator):
            tf.Variable(1.0)
    exact(tf.Variable(1.0), 1)


def test_optional_values_pass_through_functions():
    @tf.function
    def f(optional):
        return tf.where(optional.has_value(), optional.get_value(), 0.0)

    exact(f(tf.experimental.Optional.from_value(tf.constant(2.0))), 2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="does not have a value"):
        f(tf.experimental.Optional.empty(tf.TensorSpec([])))


def test_none_is_an_element_of_datasets():
    data = tf.data.Dataset.from_tensors((tf.constant(1), None)).repeat(3)
    assert data.element_spec == (tf.TensorSpec([], tf.int32), tf.NoneTensorSpec())
    assert [(int(a), b) for a, b in data] == [(1, None)] * 3
    ((a, b),) = list(data.batch(3))
    exact(a, [1, 1, 1], "int32")
    assert b is None
    assert data.batch(3).element_spec[1] == tf.NoneTensorSpec()


COMPOSITES = {
    "sparse": (
        lambda: tf.sparse.from_dense([[1.0, 0.0], [0.0, 2.0]]),
        tf.SparseTensorSpec([None, 2]),
        [2.0, 4.0],
    ),
    "ragged": (
        lambda: tf.ragged.constant([[1.0, 2.0], [3.0]]),
        tf.RaggedTensorSpec([None, None]),
        [2.0, 4.0, 6.0],
    ),
    "slices": (
        lambda: tf.IndexedSlices(tf.constant([[1.0, 2.0]]), tf.constant([3]), tf.constant([4, 2])),
        tf.IndexedSlicesSpec([None, 2], tf.float32, tf.int32, tf.int32),
        [[2.0, 4.0]],
    ),
}


@pytest.mark.parametrize("kind", COMPOSITES)
def test_specs_of_composites_are_signatures(kind):
    make, spec, doubled = COMPOSITES[kind]
    exact(tf.function(lambda x: x.values * 2, input_signature=[spec])(make()), doubled)
    concrete = tf.function(lambda x: x.values * 2).get_concrete_function(spec)
    exact(concrete(make()), doubled)
    assert concrete.structured_input_signature == ((spec,), {})
    assert repr(spec) in concrete.pretty_printed_signature()
    with pytest.raises(TypeError, match="Binding inputs to tf.function failed"):
        tf.function(lambda x: x, input_signature=[spec])(tf.constant([[1.0]]))


def test_a_composite_of_another_dtype_does_not_fit_a_signature():
    f = tf.function(lambda x: x.values, input_signature=[tf.SparseTensorSpec([None, 2])])
    with pytest.raises(TypeError, match="Can not cast TensorSpec.*int32.* to TensorSpec.*float32"):
        f(tf.sparse.from_dense([[1, 0]]))


def test_operators_by_name():
    operators = tf.__operators__
    exact(operators.add(tf.constant([1, 2]), 3), [4, 5], "int32")
    assert operators.add(tf.constant("a"), "b").numpy() == b"ab"
    with pytest.raises(AttributeError, match="'int' object has no attribute 'dtype'"):
        operators.add(1, 2)
    exact(operators.eq(tf.constant([1, 2]), tf.constant([1, 3])), [True, False], "bool")
    assert operators.ne(tf.constant(1), None) is True
    v = tf.Variable([1, 2, 3])
    operators.getitem(v.value(), slice(0, 2), v).assign([7, 8])
    exact(operators.getitem(v, slice(None)), [7, 8, 3], "int32")
    assert operators.ragged_getitem(tf.ragged.constant([[1, 2], [3]]), 1).numpy().tolist() == [3]
    with pytest.raises(TypeError, match="expects a ragged_tensor"):
        operators.ragged_getitem(tf.constant([1]), 0)


def test_functions_by_type():
    types = tf.types.experimental
    function = tf.function(lambda x, y=2: x)
    concrete = function.get_concrete_function(tf.TensorSpec([1]))
    kinds = types.Callable, types.GenericFunction, types.ConcreteFunction, types.AtomicFunction
    assert [isinstance(function, k) for k in kinds] == [True, True, False, False]
    assert [isinstance(concrete, k) for k in kinds] == [True, False, True, False]
    assert isinstance(concrete.function_type, types.FunctionType)
    assert repr(function.function_type) == (
        "Input Parameters:\n  x (POSITIONAL_OR_KEYWORD): None\n  y (POSITIONAL_OR_KEYWORD): None\n"
        "Output Type:\n  None\nCaptures:\n  None"
    )
    assert tf.Tensor in types.TensorLike.__args__
