# %% [markdown]
# # Functions

# %% Set-up
import tensorflow as tf


# %% Run expecting
def run_expecting(kind, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except kind as e:
        print("got", type(e).__name__)
    else:
        print("no error")


# %% Plus
@tf.function
def plus(a, b):
    return a + b


plus(tf.ones([2, 2]), tf.ones([2, 2]))
# %% V
v = tf.Variable(1.0)
with tf.GradientTape() as tape:
    result = plus(v, 1.0)
tape.gradient(result, v)


# %% Layer
@tf.function
def layer(x, w, b):
    return plus(tf.matmul(x, w), b)


layer(tf.ones([3, 2]), tf.ones([2, 2]), tf.ones([2]))


# %% Double
@tf.function
def double(a):
    print("Tracing with", a)
    return a + a


print(double(tf.constant(1)))
print(double(tf.constant(1.1)))
print(double(tf.constant("a")))
# %% Double, 2
print(double(tf.constant("b")))
# %% Double, 3
print(double.pretty_printed_concrete_signatures())


# %% Next collatz
@tf.function(input_signature=(tf.TensorSpec(shape=[None], dtype=tf.int32),))
def next_collatz(x):
    print("Tracing with", x.dtype)
    return tf.where(x % 2 == 0, x // 2, 3 * x + 1)


print(next_collatz(tf.constant([1, 2])))
run_expecting(TypeError, next_collatz, tf.constant([[1, 2], [3, 4]]))
run_expecting(TypeError, next_collatz, tf.constant([1.0, 2.0]))


# %% G
@tf.function(input_signature=(tf.TensorSpec(shape=[None], dtype=tf.int32),))
def g(x):
    print("Tracing")
    return x


print(g(tf.constant([1, 2, 3])))
print(g(tf.constant([1, 2, 3, 4, 5])))


# %% H
@tf.function(reduce_retracing=True)
def h(x):
    print("Tracing")
    return x


h(tf.constant([1, 2, 3]))
h(tf.constant([1, 2, 3, 4]))
h(tf.constant([1, 2, 3, 4, 5]))
h.experimental_get_tracing_count()


# %% Train one step
def train_one_step():
    pass


@tf.function
def train(num_steps):
    print("Tracing with num_steps =", num_steps)
    tf.print("Executing with num_steps =", num_steps)
    for _ in tf.range(num_steps):
        train_one_step()


train(num_steps=10)
train(num_steps=20)
train(num_steps=tf.constant(10))
train(num_steps=tf.constant(20))


# %% F
def f():
    print("Tracing!")
    tf.print("Executing")


tf.function(f)()
tf.function(f)()


# %% Imagekind
class ImageKind:
    def __init__(self, name):
        self.name = name


@tf.function
def get_name(kind, x):
    print("tracing", kind.name)
    return x


a, b = ImageKind("a"), ImageKind("b")
for k in (a, a, b):
    get_name(k, tf.constant(1))
# %% Double strings
double_strings = double.get_concrete_function(tf.constant("a"))
print("Executing traced function")
print(double_strings(tf.constant("a")))
print(double_strings(a=tf.constant("b")))
# %% Double strings, 2
print(double_strings.structured_input_signature)
print(double_strings.structured_outputs)


# %% Power
@tf.function
def power(a, b):
    return a**b


square = power.get_concrete_function(a=tf.TensorSpec(None, tf.float32), b=2)
print(square(tf.constant(10.0)))
assert square(tf.constant(10.0)) == 100
run_expecting(TypeError, square, tf.constant(10.0), b=3)
# %% Run expecting, 2
run_expecting(Exception, double_strings, tf.constant(1))


# %% Squash
@tf.function
def squash(x):
    while tf.reduce_sum(x) > 1:
        tf.print(x)
        x = tf.tanh(x)
    return x


squash(tf.constant([0.3, 0.9, 0.6, 0.2, 0.5]))


# %% Fizzbuzz
@tf.function
def fizzbuzz(n):
    for i in tf.range(1, n + 1):
        print("Tracing for loop")
        if i % 15 == 0:
            print("Tracing fizzbuzz branch")
            tf.print("fizzbuzz")
        elif i % 3 == 0:
            print("Tracing fizz branch")
            tf.print("fizz")
        elif i % 5 == 0:
            print("Tracing buzz branch")
            tf.print("buzz")
        else:
            print("Tracing default branch")
            tf.print(i)


fizzbuzz(tf.constant(5))
fizzbuzz(tf.constant(20))


# %% Test dynamically unrolled
@tf.function
def test_dynamically_unrolled(data):
    loss = tf.constant(0)
    for x, y in data:
        loss += tf.abs(y - x)
    return loss


small = [(1, 1)] * 3
print(test_dynamically_unrolled(small))
print(
    test_dynamically_unrolled(
        tf.data.Dataset.from_tensor_slices([(1, 1), (2, 5)]).map(lambda t: (t[0], t[1]))
    )
)
# %% Rnn step
batch_size, seq_len, feature_size = 2, 3, 4


def rnn_step(inp, state):
    return inp + state


@tf.function
def dynamic_rnn(step, data, initial_state):
    data = tf.transpose(data, [1, 0, 2])
    max_seq_len = tf.shape(data)[0]
    states = tf.TensorArray(tf.float32, size=max_seq_len)
    state = initial_state
    for i in tf.range(max_seq_len):
        state = step(data[i], state)
        states = states.write(i, state)
    return tf.transpose(states.stack(), [1, 0, 2])


dynamic_rnn(
    rnn_step, tf.ones([batch_size, seq_len, feature_size]), tf.zeros([batch_size, feature_size])
)
# %% Side effect
external = []


@tf.function
def side_effect(x):
    print("Python side effect")
    external.append(x)
    tf.print("in graph", x)


for i in (1, 1, 2):
    side_effect(tf.constant(i))
len(external)


# %% Buggy consume next
@tf.function
def buggy_consume_next(iterator):
    tf.print("Value:", next(iterator))


it = iter([1, 2, 3])
buggy_consume_next(it)
buggy_consume_next(it)


# %% Good consume next
@tf.function
def good_consume_next(iterator):
    tf.print("Value:", next(iterator))


ds = tf.data.Dataset.from_tensor_slices([1, 2, 3])
iterator = iter(ds)
good_consume_next(iterator)
good_consume_next(iterator)
# %% Leaky
x = None


@tf.function
def leaky(a):
    global x
    x = a + 1
    return a + 2


correct = leaky(tf.constant(1))
print(correct.numpy())
run_expecting(AttributeError, lambda: x.numpy())


# %% Recursive python
@tf.function
def recursive_python(n):
    if n > 0:
        print("tracing")
        return recursive_python(n - 1)
    else:
        return 1


recursive_python(5)


# %% Counting
class Counting:
    def __init__(self):
        self.weight = None

    @tf.function
    def __call__(self, x):
        if self.weight is None:
            self.weight = tf.Variable(2.0)
        return x * self.weight


layer_ = Counting()
layer_(tf.constant(3.0)), layer_(tf.constant(4.0))


# %% Makes
@tf.function
def makes(x):
    v = tf.Variable(1.0)
    v.assign_add(x)
    return v


run_expecting(ValueError, makes, 1.0)
# %% Count
opt = tf.Module()


class Count(tf.Module):
    def __init__(self):
        self.count = None

    @tf.function
    def __call__(self):
        if self.count is None:
            self.count = tf.Variable(0)
        return self.count.assign_add(1)


c = Count()
print(c())
print(c())
# %% Uses global
foo = 1


@tf.function
def uses_global(x):
    return x + foo


print(uses_global(tf.constant(1)))
foo = 100
print(uses_global(tf.constant(1)))
fv = tf.Variable(1)


@tf.function
def uses_variable(x):
    return x + fv


print(uses_variable(tf.constant(1)))
fv.assign(100)
print(uses_variable(tf.constant(1)))


# %% Simplemodel
class SimpleModel(tf.Module):
    def __init__(self):
        self.bias = 0.0
        self.weight = 2.0


@tf.function
def evaluate(model, x):
    return model.weight * x + model.bias


m = SimpleModel()
x10 = tf.constant(10.0)
print(evaluate(m, x10))
m.bias += 5.0
print(evaluate(m, x10))
n = SimpleModel()
n.bias += 5.0
print(evaluate(n, x10))
# %% Eagerly
tf.config.run_functions_eagerly(True)


@tf.function
def eagerly(x):
    print("python", x.numpy())
    return x + 1


eagerly(tf.constant(1))
eagerly(tf.constant(2))
tf.config.run_functions_eagerly(False)
# %% Tf
print(tf.autograph.to_code(squash.python_function)[:40])


# %% Effects
@tf.function
def effects(x):
    def inner(v):
        print("callback", int(v))
        return v

    return tf.py_function(inner, [x], tf.int32)


effects(tf.constant(1))
effects(tf.constant(2))
