"""Tensors and variables inside JAX, JAX functions inside tapes."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tfshim as tf
from tfshim._src import jaxbridge


class Layer(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable([[2.0], [3.0]])
        self.calls = tf.Variable(0.0, trainable=False)

    @tf.function
    def __call__(self, x):
        self.calls.assign_add(1.0)
        return tf.nn.relu(x @ self.w)


X = np.ones((4, 2), np.float32)


@pytest.fixture
def layer():
    return Layer()


def test_a_module_is_a_pure_function(layer):
    pure = jaxbridge.to_jax(layer)
    assert jax.jit(pure)(pure.values, X).tolist() == [[5.0]] * 4
    assert float(layer.calls) == 0.0
    _, after = jax.jit(pure.with_values)(pure.values, X)
    pure.assign(after)
    assert float(layer.calls) == 1.0


def test_jax_transforms_it(layer):
    pure = jaxbridge.to_jax(layer, [layer.w])
    (grad,) = jax.grad(lambda values: pure(values, X).sum())(pure.values)
    assert grad.tolist() == [[4.0], [4.0]]
    assert jax.vmap(pure, in_axes=(None, 0))(pure.values, np.ones((3, 4, 2), np.float32)).shape == (
        3,
        4,
        1,
    )
    exported = jax.export.export(jax.jit(pure))(pure.values, X)
    assert exported.call(pure.values, X).tolist() == [[5.0]] * 4


SCALE = tf.Variable(2.0, name="scale")


def _scaled(x):
    return x * SCALE


def test_variables_of_functions_are_found(layer):
    shift = tf.Variable(1.0, name="shift")
    held = [layer, {"shift": shift}]

    class Shifted(tf.Module):
        def __init__(self):
            super().__init__()
            self.shift = shift

        @tf.function
        def shifted(self, x):
            return x + self.shift

    def found(function):
        return [id(v) for v in jaxbridge.to_jax(function).variables]

    both = tf.function(lambda x: _scaled(x) + held[1]["shift"])
    assert found(both) == [id(v) for v in (*layer.variables, shift, SCALE)]
    assert found(Shifted().shifted) == [id(shift)]
    assert found(functools.partial(lambda v, x: v * x, shift)) == [id(shift)]
    assert found(lambda x: x * x) == []
    pure = jaxbridge.to_jax(tf.function(_scaled))
    (slope,) = jax.grad(lambda values: pure(values, X).sum())(pure.values)
    assert float(slope) == 8.0


def test_the_wrong_number_of_values(layer):
    with pytest.raises(ValueError, match="expected 2 values of variables, got 1"):
        jaxbridge.to_jax(layer)([X], X)


def test_an_error_leaves_the_variables_alone(layer):
    pure = jaxbridge.to_jax(lambda x: 1 / 0, [layer.w])
    with pytest.raises(ZeroDivisionError):
        pure([np.zeros((2, 1), np.float32)], X)
    assert layer.w.numpy().tolist() == [[2.0], [3.0]]


def test_a_jax_function_is_an_op_with_its_own_gradient():
    @jax.custom_vjp
    def f(x):
        return jnp.sin(x)

    f.defvjp(lambda x: (f(x), x), lambda _, g: (g * 100.0,))
    op = jaxbridge.from_jax(f)
    x = tf.constant(1.0)
    for call in (op, tf.function(op)):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = call(x) * 2
        assert np.isclose(float(y), 2 * np.sin(1.0))
        assert float(tape.gradient(y, x)) == 200.0


def test_structures_and_static_arguments():
    def f(d, mode):
        return {"s": d["a"] + d["b"]} if mode == "sum" else [d["a"] - d["b"]]

    op = jaxbridge.from_jax(f)
    arguments = {"a": tf.constant(2.0), "b": tf.Variable(3.0)}
    assert float(op(arguments, "sum")["s"]) == 5.0
    assert float(op(arguments, "minus")[0]) == -1.0


def test_tensors_and_variables_are_pytrees():
    t, v = jax.tree_util.tree_map(lambda a: a * 2, [tf.constant(1.0), tf.Variable(2.0, name="q")])
    assert isinstance(t, tf.Tensor) and float(t) == 2.0
    assert isinstance(v, tf.Variable) and float(v) == 4.0 and v.name == "q:0"
    assert np.isclose(float(jax.jit(lambda t: tf.sin(t) * 2)(tf.constant(1.0))), 2 * np.sin(1.0))


def test_arrays_pass_without_a_copy():
    a = jnp.arange(3.0)
    assert tf.convert_to_tensor(a).__jax_array__() is a


def test_the_users_own_float32_stays_float32():
    assert (jnp.ones(3, jnp.float32) * 2).dtype == jnp.float32
    assert jax.jit(lambda x: x @ x)(jnp.ones((2, 2), jnp.float32)).dtype == jnp.float32
