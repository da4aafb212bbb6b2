# %% [markdown]
# # Graphs and functions

# %% Set-up
import tensorflow as tf


# %% A regular function
def a_regular_function(x, y, b):
    x = tf.matmul(x, y)
    return x + b


a_function_that_uses_a_graph = tf.function(a_regular_function)
x1, y1, b1 = tf.constant([[1.0, 2.0]]), tf.constant([[2.0], [3.0]]), tf.constant(4.0)
orig = a_regular_function(x1, y1, b1).numpy()
assert orig == a_function_that_uses_a_graph(x1, y1, b1).numpy()
print(orig)


# %% Inner function
def inner_function(x, y, b):
    return tf.matmul(x, y) + b


@tf.function
def outer_function(x):
    return inner_function(x, tf.constant([[2.0], [3.0]]), tf.constant(4.0))


outer_function(tf.constant([[1.0, 2.0]])).numpy()


# %% Simple relu
def simple_relu(x):
    if tf.greater(x, 0):
        return x
    else:
        return 0


tf_simple_relu = tf.function(simple_relu)
print("First branch, with graph:", tf_simple_relu(tf.constant(1)).numpy())
print("Second branch, with graph:", tf_simple_relu(tf.constant(-1)).numpy())


# %% My relu
@tf.function
def my_relu(x):
    return tf.maximum(0.0, x)


print(my_relu(tf.constant(5.5)))
print(my_relu([1, -1]))
print(my_relu(tf.constant([3.0, -3.0])))
# %% My relu, 2
print(my_relu(tf.constant(-2.5)))
print(my_relu(tf.constant([-1.0, 1.0])))
print(my_relu.pretty_printed_concrete_signatures())


# %% Get mse
@tf.function
def get_mse(y_true, y_pred):
    print("Calculating MSE!")
    return tf.reduce_mean(tf.pow(y_true - y_pred, 2))


y_true = tf.constant([1, 2, 3, 4, 5])
y_pred = tf.constant([5, 4, 3, 2, 1])
for _ in range(3):
    error = get_mse(y_true, y_pred)
print(error)
# %% Tf
tf.config.run_functions_eagerly(True)
for _ in range(2):
    error = get_mse(y_true, y_pred)
tf.config.run_functions_eagerly(False)
print(error)


# %% Unused return eager
def unused_return_eager(x):
    tf.gather(x, [1])
    return x


try:
    print(unused_return_eager(tf.constant([0.0])))
except tf.errors.InvalidArgumentError as e:
    print(type(e).__name__)


# %% Unused return graph
@tf.function
def unused_return_graph(x):
    tf.gather(x, [1])
    return x


print(unused_return_graph(tf.constant([0.0])))
# %% Power
x = tf.random.stateless_uniform([10, 10], [1, 2], -1, 2, tf.int32)


def power(x, y):
    result = tf.eye(10, dtype=tf.dtypes.int32)
    for _ in range(y):
        result = tf.matmul(x, result)
    return result


power_as_graph = tf.function(power)
assert bool(tf.reduce_all(power(x, 5) == power_as_graph(x, 5)))
power_as_graph(x, 3)


# %% A function with python side effect
@tf.function
def a_function_with_python_side_effect(x):
    print("Tracing!")
    return x * x + tf.constant(2)


print(a_function_with_python_side_effect(tf.constant(2)))
print(a_function_with_python_side_effect(tf.constant(3)))
print(a_function_with_python_side_effect(2))
print(a_function_with_python_side_effect(3))
# %% Len
print(len(tf_simple_relu.get_concrete_function(tf.constant(1)).outputs))
print(tf_simple_relu.get_concrete_function(tf.constant(1)).graph is not None)
