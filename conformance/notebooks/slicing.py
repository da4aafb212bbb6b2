# %% [markdown]
# # Slices of tensors

# %% Set-up
import tensorflow as tf

v = tf.constant([0, 1, 1, 2, 3, 5, 8, 13, 21, 34])
m = tf.reshape(tf.range(24), (2, 3, 4))

# %% One axis
one_axis = [v[0], v[-1], v[2:5], v[:-3], v[::3], v[::-1], v[7:1:-2], v[20:], v[3:3]]
for piece in one_axis:
    print(piece.numpy())

# %% Several axes
several = [m[1], m[0, 1], m[:, 1], m[..., 0], m[1, ..., ::2], m[:, tf.newaxis, 0], m[-1, -1, -1]]
print([piece.shape.as_list() for piece in several])

# %% Bounds that are tensors
start, end = tf.constant(2), tf.constant(5)
by_tensor = v[start:end]
picked = v[tf.constant(3)]
assert by_tensor.numpy().tolist() == [1, 2, 3]

# %% Masks
masked = [tf.boolean_mask(v, v > 4), v[v > 4], m[m % 2 == 0]]
print(masked[0])

# %% tf.slice and tf.strided_slice
cut = tf.slice(m, [0, 1, 1], [2, 2, -1])
strided = tf.strided_slice(m, [0, 0, 0], [2, 3, 4], [1, 2, 3])
assert cut.shape == (2, 2, 3)

# %% Gathers
gathered = [
    tf.gather(v, [3, 6, 9]),
    tf.gather(m, [1, 0], axis=2),
    tf.gather_nd(m, [[0, 1, 2], [1, 2, 3]]),
    tf.gather(m, [[0, 1], [2, 0]], batch_dims=1, axis=1),
]
print(gathered[2])

# %% Scatters
indices = tf.constant([[1], [3], [1]])
scattered = tf.scatter_nd(indices, tf.constant([10, 20, 30]), shape=(5,))
updated = tf.tensor_scatter_nd_update(v, [[0], [9]], [100, 200])
added = tf.tensor_scatter_nd_add(v, [[0], [0]], [1, 1])
assert scattered.numpy().tolist() == [0, 40, 0, 20, 0]

# %% Gradients of slices
x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    part = tf.reduce_sum(x[:, ::2] ** 2)
    item = x[1, 1] * 3.0
gradients = [tape.gradient(part, x), tape.gradient(item, x)]
print(gradients[0].numpy())

# %% Out of range
for attempt in (lambda: v[10], lambda: m[0, 3], lambda: m[0, 0, 0, 0]):
    try:
        attempt()
    except tf.errors.InvalidArgumentError as error:
        print("InvalidArgumentError:", error.message.split("[Op")[0].split("}} ")[-1])
