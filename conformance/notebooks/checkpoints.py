"""Values on disk: checkpoints of modules, and the folder that a manager keeps."""

# %% A module that makes its variables when it is first called
import os
import tempfile

import tensorflow as tf


class Affine(tf.Module):
    def __init__(self, size, name=None):
        super().__init__(name=name)
        self.size = size
        self.ready = False

    def __call__(self, x):
        if not self.ready:
            self.w = tf.Variable(tf.random.normal([x.shape[-1], self.size]), name="w")
            self.b = tf.Variable(tf.zeros([self.size]), name="b")
            self.ready = True
        return x @ self.w + self.b


class Net(tf.Module):
    def __init__(self, name=None):
        super().__init__(name=name)
        self.layers = [Affine(4), Affine(2)]
        self.scale = tf.Variable(3.0)

    def __call__(self, x):
        for layer in self.layers:
            x = tf.nn.relu(layer(x))
        return self.scale * x


net = Net()
x = tf.constant([[1.0, -2.0, 0.5]])
before = net(x)

# %% Written and listed
folder = tempfile.mkdtemp()
path = tf.train.Checkpoint(net=net).write(os.path.join(folder, "first"))
print(sorted(os.listdir(folder)))
tf.train.list_variables(path)

# %% Read into a module that has no variables yet
fresh = Net()
status = tf.train.Checkpoint(net=fresh).read(path)
after = fresh(x)
assert status.assert_consumed() is status
assert bool(tf.reduce_all(before == after))

# %% Saved with a counter
checkpoint = tf.train.Checkpoint(net=net, step=tf.Variable(1))
print(os.path.basename(checkpoint.save(os.path.join(folder, "ck"))))
checkpoint.step.assign(10)
net.scale.assign(0.0)
checkpoint.restore(tf.train.latest_checkpoint(folder))
counter = int(checkpoint.save_counter)
print(counter, int(checkpoint.step), float(net.scale))

# %% A manager keeps the last ones
manager = tf.train.CheckpointManager(checkpoint, os.path.join(folder, "many"), max_to_keep=2)
for _ in range(4):
    checkpoint.step.assign_add(1)
    manager.save()
print([os.path.basename(p) for p in manager.checkpoints])
print(sorted(os.listdir(manager.directory)))

# %% Values by name
key = "net/scale/.ATTRIBUTES/VARIABLE_VALUE"
value = tf.train.load_variable(manager.latest_checkpoint, key)
reader = tf.train.load_checkpoint(manager.directory)
assert reader.has_tensor(key) and not reader.has_tensor("net/scale")
shapes = sorted(reader.get_variable_to_shape_map().items())

# %% What does not fit
for target, error in (
    (
        lambda: tf.train.Checkpoint(net=tf.Variable(1.0)).read(path).assert_consumed(),
        AssertionError,
    ),
    (lambda: checkpoint.restore(os.path.join(folder, "none")), tf.errors.NotFoundError),
    (lambda: tf.train.Checkpoint(net=3), ValueError),
):
    try:
        target()
    except error as e:
        print(type(e).__name__, str(e).splitlines()[0][:60])
    else:
        raise AssertionError("no error")
