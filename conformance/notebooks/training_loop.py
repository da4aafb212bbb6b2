# %% [markdown]
# # A training loop written by hand

# %% Set-up
import tensorflow as tf

tf.random.set_seed(7)

# %% Data: a line with noise
count = 201
x = tf.cast(tf.linspace(-2.0, 2.0, count), tf.float32)
noise = tf.random.normal(shape=[count])
y = 3.0 * x + 2.0 + noise
print(x.shape, y.dtype)


# %% A model
class Line(tf.Module):
    def __init__(self, name=None):
        super().__init__(name=name)
        self.w = tf.Variable(5.0, name="w")
        self.b = tf.Variable(0.0, name="b")

    def __call__(self, x):
        return self.w * x + self.b


model = Line()
print([v.name for v in model.variables])
assert model(3.0).numpy() == 15.0
print(model.name, len(model.trainable_variables))


# %% A loss
def squared_error(target, predicted):
    return tf.reduce_mean(tf.square(target - predicted))


start = squared_error(y, model(x))
print(f"loss at the start: {start:.4f}")


# %% Training
def train(model, x, y, rate):
    with tf.GradientTape() as tape:
        loss = squared_error(y, model(x))
    dw, db = tape.gradient(loss, [model.w, model.b])
    model.w.assign_sub(rate * dw)
    model.b.assign_sub(rate * db)
    return loss


history = []
for epoch in range(10):
    loss = train(model, x, y, rate=0.1 / (1 + 0.1 * epoch))
    history.append((model.w.numpy(), model.b.numpy(), loss))
    print(f"epoch {epoch}: w={model.w.numpy():.4f} b={model.b.numpy():.4f} loss={loss:.4f}")
assert history[-1][2] < start / 4

# %% A network of two layers
tf.random.set_seed(1)
w1 = tf.Variable(tf.random.normal([4, 8], stddev=0.5))
b1 = tf.Variable(tf.zeros([8]))
w2 = tf.Variable(tf.random.normal([8, 3], stddev=0.5))
b2 = tf.Variable(tf.zeros([3]))
features = tf.random.normal([16, 4])
labels = tf.argmax(features[:, :3], axis=1, output_type=tf.int32)
weights = [w1, b1, w2, b2]
losses = []
for _ in range(20):
    with tf.GradientTape() as tape:
        hidden = tf.nn.relu(features @ w1 + b1)
        logits = hidden @ w2 + b2
        loss = tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        )
    for weight, slope in zip(weights, tape.gradient(loss, weights)):
        weight.assign_sub(0.5 * slope)
    losses.append(float(loss))
assert losses[-1] < losses[0] / 2
print(f"{losses[0]:.4f} -> {losses[-1]:.4f}")
accuracy = tf.reduce_mean(tf.cast(tf.argmax(logits, 1, output_type=tf.int32) == labels, tf.float32))
