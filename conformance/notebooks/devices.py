# %% [markdown]
# # Devices, as the guides ask for them

# %% Set-up
import numpy as np
import tensorflow as tf

# %% What there is
print(tf.config.list_physical_devices("CPU"))
print(tf.config.list_logical_devices("CPU"))
print(bool(tf.config.list_physical_devices("GPU")) == bool(tf.test.gpu_device_name()))

# %% Placing values
with tf.device("CPU:0"):
    a = tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    b = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    c = tf.matmul(a, b)
print(c)
assert b.device.endswith("CPU:0")

# %% A device that is not there is served by the one that is
with tf.device("GPU:7"):
    k = a * 2.0
print(k)

# %% Names
spec = tf.DeviceSpec.from_string("/job:localhost/device:CPU:0")
print(spec, spec.replace(device_index=1).to_string())
try:
    with tf.device("nowhere"):
        pass
except ValueError as error:
    print(error)

# %% NumPy and tensors
array = np.ones([3, 3])
tensor = tf.math.multiply(array, 42)
print(tensor)
print(np.add(tensor, 1))
print(tensor.numpy())
