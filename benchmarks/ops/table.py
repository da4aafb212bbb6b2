"""The ops that are measured: one line each.

A line is: name | the op in TensorFlow's names | its peer in JAX's | inputs | sizes.

The first text is run by tfshim and by TensorFlow, the second under `jax.jit`. The inputs are made
by `data.py`; `n` is the size: small, middle, large, and `SIZES` where the line has none. An empty
peer: JAX has no such op. `grad(f, *xs)` is the gradient of the sum of `f(*xs)` for all of `xs`.
"""

from __future__ import annotations

from dataclasses import dataclass

NAMES = ("small", "middle", "large")
SIZES = (2, 256, 2048)


@dataclass(frozen=True)
class Row:
    """An op to be measured; the texts are as in the table."""

    family: str
    name: str
    tf: str
    jax: str
    inputs: str
    sizes: tuple[int, ...] = SIZES


ELEMENTWISE = """
exp | tf.exp(a) | jnp.exp(a) | a=normal(n, n)
log | tf.math.log(a) | jnp.log(a) | a=positive(n, n)
sin | tf.sin(a) | jnp.sin(a) | a=normal(n, n)
tanh | tf.tanh(a) | jnp.tanh(a) | a=normal(n, n)
sigmoid | tf.sigmoid(a) | jax.nn.sigmoid(a) | a=normal(n, n)
erf | tf.math.erf(a) | lax.erf(a) | a=normal(n, n)
rsqrt | tf.math.rsqrt(a) | lax.rsqrt(a) | a=positive(n, n)
relu | tf.nn.relu(a) | jax.nn.relu(a) | a=normal(n, n)
gelu | tf.nn.gelu(a) | jax.nn.gelu(a, False) | a=normal(n, n)
add | a + b | a + b | a=normal(n, n), b=normal(n, n)
add, f64 | a + b | a + b | a=normal(n, n, dtype="float64"), b=normal(n, n, dtype="float64")
add, bf16 | a + b | a + b | a=normal(n, n, dtype="bfloat16"), b=normal(n, n, dtype="bfloat16")
add a row | a + b | a + b | a=normal(n, n), b=normal(n)
add a column | a + b | a + b | a=normal(n, n), b=normal(n, 1)
multiply | a * b | a * b | a=normal(n, n), b=normal(n, n)
divide | a / b | a / b | a=normal(n, n), b=positive(n, n)
maximum | tf.maximum(a, b) | jnp.maximum(a, b) | a=normal(n, n), b=normal(n, n)
pow | tf.pow(a, b) | jnp.power(a, b) | a=positive(n, n), b=normal(n, n)
square | tf.square(a) | jnp.square(a) | a=normal(n, n)
floormod, i32 | a % b | a % b | a=index(n, n, below=1000), b=index(n, n, below=9, start=1)
less | a < b | a < b | a=normal(n, n), b=normal(n, n)
where | tf.where(m, a, b) | jnp.where(m, a, b) | m=mask(n, n), a=normal(n, n), b=normal(n, n)
cast to i32 | tf.cast(a, tf.int32) | a.astype("int32") | a=normal(n, n)
cast to f64 | tf.cast(a, tf.float64) | a.astype("float64") | a=normal(n, n)
cast to bf16 | tf.cast(a, tf.bfloat16) | a.astype("bfloat16") | a=normal(n, n)
clip_by_value | tf.clip_by_value(a, -1.0, 1.0) | jnp.clip(a, -1.0, 1.0) | a=normal(n, n)
d tanh | grad(tf.tanh, a) | grad(jnp.tanh, a) | a=normal(n, n)
"""

REDUCTIONS = """
sum | tf.reduce_sum(a) | jnp.sum(a) | a=normal(n, n)
sum, axis 0 | tf.reduce_sum(a, 0) | jnp.sum(a, 0) | a=normal(n, n)
sum, axis 1 | tf.reduce_sum(a, 1) | jnp.sum(a, 1) | a=normal(n, n)
sum, f64 | tf.reduce_sum(a) | jnp.sum(a) | a=normal(n, n, dtype="float64")
sum, i32 | tf.reduce_sum(a) | jnp.sum(a, dtype="int32") | a=index(n, n, below=99)
mean, axis 0 | tf.reduce_mean(a, 0) | jnp.mean(a, 0) | a=normal(n, n)
mean, axis 1 | tf.reduce_mean(a, 1) | jnp.mean(a, 1) | a=normal(n, n)
max | tf.reduce_max(a) | jnp.max(a) | a=normal(n, n)
max, axis 0 | tf.reduce_max(a, 0) | jnp.max(a, 0) | a=normal(n, n)
max, axis 1 | tf.reduce_max(a, 1) | jnp.max(a, 1) | a=normal(n, n)
prod, axis 1 | tf.reduce_prod(a, 1) | jnp.prod(a, 1) | a=normal(n, n)
argmax, axis 0 | tf.argmax(a, 0) | jnp.argmax(a, 0) | a=normal(n, n)
argmax, axis 1 | tf.argmax(a, 1) | jnp.argmax(a, 1) | a=normal(n, n)
argmin, i32 | tf.argmin(a, 1) | jnp.argmin(a, 1) | a=index(n, n, below=9999)
logsumexp, axis 0 | tf.reduce_logsumexp(a, 0) | jax.nn.logsumexp(a, 0) | a=normal(n, n)
logsumexp, axis 1 | tf.reduce_logsumexp(a, 1) | jax.nn.logsumexp(a, 1) | a=normal(n, n)
any, axis 1 | tf.reduce_any(m, 1) | jnp.any(m, 1) | m=mask(n, n)
reduce_std | tf.math.reduce_std(a, 1) | jnp.std(a, 1) | a=normal(n, n)
norm | tf.norm(a) | jnp.linalg.norm(a) | a=normal(n, n)
d max, axis 1 | grad(lambda a: tf.reduce_max(a, 1), a) | grad(lambda a: jnp.max(a, 1), a) | a=normal(n, n)
"""

SORTING = """
sort | tf.sort(a) | jnp.sort(a) | a=normal(n, n)
sort, axis 0 | tf.sort(a, 0) | jnp.sort(a, 0) | a=normal(n, n)
sort, i32 | tf.sort(a) | jnp.sort(a) | a=index(n, n, below=9999)
sort, down | tf.sort(a, direction="DESCENDING") | jnp.sort(a, descending=True) | a=normal(n, n)
argsort | tf.argsort(a) | jnp.argsort(a) | a=normal(n, n)
argsort, stable | tf.argsort(a, stable=True) | jnp.argsort(a, stable=True) | a=normal(n, n)
top_k | tf.math.top_k(a, min(n, 10)) | lax.top_k(a, min(n, 10)) | a=normal(n, n)
top_k of half | tf.math.top_k(a, n // 2) | lax.top_k(a, n // 2) | a=normal(n, n)
in_top_k | tf.math.in_top_k(i, a, 1) | | i=index(n, below=n), a=normal(n, n)
searchsorted | tf.searchsorted(a, b) | jnp.searchsorted(a, b) | a=ordered(n * n), b=normal(n * n)
unique | tf.unique(a) | jnp.unique(a, return_inverse=True, size=min(n * n, 1000)) | a=index(n * n, below=1000)
bincount | tf.math.bincount(a, minlength=1000) | jnp.bincount(a, length=1000) | a=index(n * n, below=1000)
cumsum, axis 0 | tf.cumsum(a, 0) | jnp.cumsum(a, 0) | a=normal(n, n)
cumsum, axis 1 | tf.cumsum(a, 1) | jnp.cumsum(a, 1) | a=normal(n, n)
cumsum, i32 | tf.cumsum(a, 1) | jnp.cumsum(a, 1, "int32") | a=index(n, n, below=9)
cumsum, reverse | tf.cumsum(a, 1, True, True) | lax.cumsum(a, 1, True) - a | a=normal(n, n)
cumprod, axis 0 | tf.math.cumprod(a, 0) | jnp.cumprod(a, 0) | a=normal(n, n)
cumprod, axis 1 | tf.math.cumprod(a, 1) | jnp.cumprod(a, 1) | a=normal(n, n)
cumulative_logsumexp | tf.math.cumulative_logsumexp(a, 1) | lax.cumlogsumexp(a, 1) | a=normal(n, n)
d cumsum | grad(lambda a: tf.cumsum(a, 1), a) | grad(lambda a: jnp.cumsum(a, 1), a) | a=normal(n, n)
"""

INDEXING = """
gather rows | tf.gather(a, i) | jnp.take(a, i, 0) | a=normal(n, n), i=index(n, below=n)
gather columns | tf.gather(a, i, axis=1) | jnp.take(a, i, 1) | a=normal(n, n), i=index(n, below=n)
gather, batch | tf.gather(a, i, batch_dims=1) | jnp.take_along_axis(a, i, 1) | a=normal(n, n), i=index(n, n, below=n)
gather_nd | tf.gather_nd(a, i) | a[i[:, 0], i[:, 1]] | a=normal(n, n), i=index(n * n, 2, below=n)
gather_nd rows | tf.gather_nd(a, i) | a[i[:, 0]] | a=normal(n, n), i=index(n, 1, below=n)
d gather | tf.convert_to_tensor(grad(lambda a: tf.gather(a, i), a)[0]) | grad(lambda a: jnp.take(a, i, 0), a) | a=normal(n, n), i=index(n, below=n)
tensor_scatter_nd_add | tf.tensor_scatter_nd_add(a, i, b) | a.at[i[:, 0]].add(b) | a=normal(n, n), i=index(n, 1, below=n), b=normal(n, n)
tensor_scatter_nd_update | tf.tensor_scatter_nd_update(a, i, b) | a.at[i[:, 0]].set(b) | a=normal(n, n), i=index(n, 1, below=n), b=normal(n, n)
tensor_scatter_nd_max | tf.tensor_scatter_nd_max(a, i, b) | a.at[i[:, 0]].max(b) | a=normal(n, n), i=index(n, 1, below=n), b=normal(n, n)
scatter elements | tf.tensor_scatter_nd_add(a, i, b) | a.at[i[:, 0], i[:, 1]].add(b) | a=normal(n, n), i=index(n * n // 4, 2, below=n), b=normal(n * n // 4)
scatter_nd | tf.scatter_nd(i, b, (n, n)) | jnp.zeros((n, n)).at[i[:, 0]].add(b) | i=index(n, 1, below=n), b=normal(n, n)
segment_sum | tf.math.segment_sum(a, i) | jax.ops.segment_sum(a, i, n // 2 + 1, True) | a=normal(n, n), i=segments(n, below=n // 2 + 1)
segment_mean | tf.math.segment_mean(a, i) | | a=normal(n, n), i=segments(n, below=n // 2 + 1)
unsorted_segment_sum | tf.math.unsorted_segment_sum(a, i, n) | jax.ops.segment_sum(a, i, n) | a=normal(n, n), i=index(n, below=n)
unsorted_segment_max | tf.math.unsorted_segment_max(a, i, n) | jax.ops.segment_max(a, i, n) | a=normal(n, n), i=index(n, below=n)
unsorted_segment_sum, 1-D | tf.math.unsorted_segment_sum(a, i, n) | jax.ops.segment_sum(a, i, n) | a=normal(n * n), i=index(n * n, below=n)
embedding_lookup | tf.nn.embedding_lookup(a, i) | jnp.take(a, i, 0) | a=normal(n, n), i=index(n, below=n)
one_hot | tf.one_hot(i, n) | jax.nn.one_hot(i, n, dtype="float32") | i=index(n, below=n)
boolean_mask | tf.boolean_mask(a, m) | | a=normal(n, n), m=mask(n)
boolean_mask of elements | tf.boolean_mask(a, m) | | a=normal(n, n), m=mask(n, n)
where of indices | tf.where(m) | | m=mask(n, n)
dynamic_partition | tf.dynamic_partition(a, i, 2) | | a=normal(n, n), i=index(n, below=2)
dynamic_stitch | tf.dynamic_stitch([i], [a]) | jnp.zeros_like(a).at[i].set(a) | i=order(n), a=normal(n, n)
slice | a[1:, 1:] | a[1:, 1:] | a=normal(n, n)
strided slice | a[::2, ::2] | a[::2, ::2] | a=normal(n, n)
reverse | tf.reverse(a, [1]) | jnp.flip(a, 1) | a=normal(n, n)
roll | tf.roll(a, 1, 1) | jnp.roll(a, 1, 1) | a=normal(n, n)
pad | tf.pad(a, [[1, 1], [1, 1]]) | jnp.pad(a, 1) | a=normal(n, n)
tile | tf.tile(a, [2, 1]) | jnp.tile(a, (2, 1)) | a=normal(n, n)
concat, axis 0 | tf.concat([a, b], 0) | jnp.concatenate([a, b], 0) | a=normal(n, n), b=normal(n, n)
concat, axis 1 | tf.concat([a, b], 1) | jnp.concatenate([a, b], 1) | a=normal(n, n), b=normal(n, n)
stack, axis 2 | tf.stack([a, b], 2) | jnp.stack([a, b], 2) | a=normal(n, n), b=normal(n, n)
split | tf.split(a, 2, 1) | jnp.split(a, 2, 1) | a=normal(n, n)
transpose | tf.transpose(a) | jnp.transpose(a) | a=normal(n, n)
transpose, 4-D | tf.transpose(a, [0, 3, 1, 2]) | jnp.transpose(a, (0, 3, 1, 2)) | a=normal(4, n, n, 16) | 2, 64, 256
broadcast_to | tf.broadcast_to(a, (n, n)) | jnp.broadcast_to(a, (n, n)) | a=normal(n, 1)
linalg.diag | tf.linalg.diag(a) | jnp.diag(a) | a=normal(n)
band_part | tf.linalg.band_part(a, -1, 0) | jnp.tril(a) | a=normal(n, n)
"""

PRODUCTS = """
matmul | a @ b | a @ b | a=normal(n, n), b=normal(n, n)
matmul, f64 | a @ b | a @ b | a=normal(n, n, dtype="float64"), b=normal(n, n, dtype="float64") | 2, 256, 1024
matmul, bf16 | a @ b | a @ b | a=normal(n, n, dtype="bfloat16"), b=normal(n, n, dtype="bfloat16") | 2, 256, 1024
matmul, f16 | a @ b | a @ b | a=normal(n, n, dtype="float16"), b=normal(n, n, dtype="float16") | 2, 128, 512
matmul, i32 | a @ b | a @ b | a=index(n, n, below=9), b=index(n, n, below=9) | 2, 128, 512
matmul, c64 | a @ b | a @ b | a=complexes(n, n), b=complexes(n, n) | 2, 256, 1024
matmul, transposed | tf.matmul(a, b, transpose_b=True) | a @ b.T | a=normal(n, n), b=normal(n, n)
matmul, batch | a @ b | a @ b | a=normal(32, n, n), b=normal(32, n, n) | 2, 64, 256
matvec | tf.linalg.matvec(a, b) | a @ b | a=normal(n, n), b=normal(n)
tensordot | tf.tensordot(a, b, [[1, 2], [0, 1]]) | jnp.tensordot(a, b, [[1, 2], [0, 1]]) | a=normal(n, 4, n), b=normal(4, n, n) | 2, 128, 512
einsum ij,jk | tf.einsum("ij,jk->ik", a, b) | jnp.einsum("ij,jk->ik", a, b) | a=normal(n, n), b=normal(n, n) | 2, 256, 1024
einsum of attention | tf.einsum("bqhd,bkhd->bhqk", a, b) | jnp.einsum("bqhd,bkhd->bhqk", a, b) | a=normal(4, n, 8, 64), b=normal(4, n, 8, 64) | 2, 64, 512
d matmul | grad(tf.matmul, a, b) | grad(jnp.matmul, a, b) | a=normal(n, n), b=normal(n, n) | 2, 256, 1024
"""

CONVOLUTIONS = """
conv1d | tf.nn.conv1d(a, w, 1, "SAME") | conv(a, w) | a=normal(8, n, 32), w=normal(5, 32, 32) | 2, 128, 4096
conv2d | tf.nn.conv2d(a, w, 1, "SAME") | conv(a, w) | a=normal(8, n, n, 32), w=normal(3, 3, 32, 32) | 2, 16, 64
conv2d, stride 2 | tf.nn.conv2d(a, w, 2, "SAME") | conv(a, w, 2) | a=normal(8, n, n, 32), w=normal(3, 3, 32, 32) | 2, 16, 64
conv2d, 1x1 | tf.nn.conv2d(a, w, 1, "SAME") | conv(a, w) | a=normal(8, n, n, 64), w=normal(1, 1, 64, 64) | 2, 16, 64
conv2d, dilated | tf.nn.conv2d(a, w, 1, "SAME", dilations=2) | conv(a, w, dilation=2) | a=normal(8, n, n, 32), w=normal(3, 3, 32, 32) | 2, 16, 64
conv2d, 3 channels | tf.nn.conv2d(a, w, 2, "SAME") | conv(a, w, 2) | a=normal(8, n, n, 3), w=normal(7, 7, 3, 32) | 2, 32, 128
conv3d | tf.nn.conv3d(a, w, [1] * 5, "SAME") | conv(a, w) | a=normal(2, n, n, n, 16), w=normal(3, 3, 3, 16, 16) | 2, 8, 32
depthwise_conv2d | tf.nn.depthwise_conv2d(a, w, [1] * 4, "SAME") | depthwise(a, w) | a=normal(8, n, n, 32), w=normal(3, 3, 32, 1) | 2, 16, 64
separable_conv2d | tf.nn.separable_conv2d(a, w, v, [1] * 4, "SAME") | conv(depthwise(a, w), v) | a=normal(8, n, n, 32), w=normal(3, 3, 32, 1), v=normal(1, 1, 32, 32) | 2, 16, 64
conv2d_transpose | tf.nn.conv2d_transpose(a, w, (8, 2 * n, 2 * n, 32), 2) | lax.conv_transpose(a, w, (2, 2), "SAME", transpose_kernel=True) | a=normal(8, n, n, 32), w=normal(3, 3, 32, 32) | 2, 8, 32
d conv1d | grad(lambda a, w: tf.nn.conv1d(a, w, 1, "SAME"), a, w) | grad(conv, a, w) | a=normal(8, n, 32), w=normal(5, 32, 32) | 2, 128, 4096
d conv2d of input | grad(lambda a: tf.nn.conv2d(a, w, 1, "SAME"), a) | grad(lambda a: conv(a, w), a) | a=normal(8, n, n, 32), w=normal(3, 3, 32, 32) | 2, 16, 64
d conv2d of filter | grad(lambda w: tf.nn.conv2d(a, w, 1, "SAME"), w) | grad(lambda w: conv(a, w), w) | a=normal(8, n, n, 32), w=normal(3, 3, 32, 32) | 2, 16, 64
d conv2d, stride 2 | grad(lambda a, w: tf.nn.conv2d(a, w, 2, "SAME"), a, w) | grad(lambda a, w: conv(a, w, 2), a, w) | a=normal(8, n, n, 32), w=normal(3, 3, 32, 32) | 2, 16, 64
d conv3d | grad(lambda a, w: tf.nn.conv3d(a, w, [1] * 5, "SAME"), a, w) | grad(conv, a, w) | a=normal(2, n, n, n, 16), w=normal(3, 3, 3, 16, 16) | 2, 8, 32
d depthwise_conv2d | grad(lambda a, w: tf.nn.depthwise_conv2d(a, w, [1] * 4, "SAME"), a, w) | grad(depthwise, a, w) | a=normal(8, n, n, 32), w=normal(3, 3, 32, 1) | 2, 16, 64
d conv2d_transpose | grad(lambda a, w: tf.nn.conv2d_transpose(a, w, (8, 2 * n, 2 * n, 32), 2), a, w) | grad(lambda a, w: lax.conv_transpose(a, w, (2, 2), "SAME", transpose_kernel=True), a, w) | a=normal(8, n, n, 32), w=normal(3, 3, 32, 32) | 2, 8, 32
"""

POOLING = """
max_pool 2x2 | tf.nn.max_pool2d(a, 2, 2, "SAME") | pool(a, lax.max, -jnp.inf, 2, 2) | a=normal(8, n, n, 32) | 2, 32, 128
max_pool 3x3, stride 1 | tf.nn.max_pool2d(a, 3, 1, "SAME") | pool(a, lax.max, -jnp.inf, 3, 1) | a=normal(8, n, n, 32) | 2, 32, 128
avg_pool 2x2 | tf.nn.avg_pool2d(a, 2, 2, "SAME") | pool(a, lax.add, 0.0, 2, 2) / 4 | a=normal(8, n, n, 32) | 2, 32, 128
avg_pool 3x3, stride 1 | tf.nn.avg_pool2d(a, 3, 1, "VALID") | pool(a, lax.add, 0.0, 3, 1, "VALID") / 9 | a=normal(8, n, n, 32) | 4, 32, 128
max_pool_with_argmax | tf.nn.max_pool_with_argmax(a, 2, 2, "SAME") | | a=normal(8, n, n, 32) | 2, 32, 128
d max_pool 2x2 | grad(lambda a: tf.nn.max_pool2d(a, 2, 2, "SAME"), a) | grad(lambda a: pool(a, lax.max, -jnp.inf, 2, 2), a) | a=normal(8, n, n, 32) | 2, 32, 128
d max_pool 3x3, stride 2 | grad(lambda a: tf.nn.max_pool2d(a, 3, 2, "SAME"), a) | grad(lambda a: pool(a, lax.max, -jnp.inf, 3, 2), a) | a=normal(8, n, n, 32) | 2, 32, 128
d avg_pool 2x2 | grad(lambda a: tf.nn.avg_pool2d(a, 2, 2, "SAME"), a) | grad(lambda a: pool(a, lax.add, 0.0, 2, 2) / 4, a) | a=normal(8, n, n, 32) | 2, 32, 128
d avg_pool 3x3, stride 1 | grad(lambda a: tf.nn.avg_pool2d(a, 3, 1, "SAME"), a) | | a=normal(8, n, n, 32) | 2, 32, 128
"""

NORMALISATION = """
softmax | tf.nn.softmax(a) | jax.nn.softmax(a) | a=normal(n, n)
log_softmax | tf.nn.log_softmax(a) | jax.nn.log_softmax(a) | a=normal(n, n)
d softmax | grad(lambda a: tf.nn.softmax(a)[:, :1], a) | grad(lambda a: jax.nn.softmax(a)[:, :1], a) | a=normal(n, n)
softmax cross-entropy | tf.nn.softmax_cross_entropy_with_logits(b, a) | -jnp.sum(b * jax.nn.log_softmax(a), -1) | a=normal(n, n), b=positive(n, n)
sparse cross-entropy | tf.nn.sparse_softmax_cross_entropy_with_logits(i, a) | -jnp.take_along_axis(jax.nn.log_softmax(a), i[:, None], 1)[:, 0] | a=normal(n, n), i=index(n, below=n)
d sparse cross-entropy | grad(lambda a: tf.nn.sparse_softmax_cross_entropy_with_logits(i, a), a) | grad(lambda a: -jnp.take_along_axis(jax.nn.log_softmax(a), i[:, None], 1), a) | a=normal(n, n), i=index(n, below=n)
sigmoid cross-entropy | tf.nn.sigmoid_cross_entropy_with_logits(b, a) | jnp.maximum(a, 0) - a * b + jnp.log1p(jnp.exp(-abs(a))) | a=normal(n, n), b=positive(n, n)
moments | tf.nn.moments(a, [0]) | (jnp.mean(a, 0), jnp.var(a, 0)) | a=normal(n, n)
layer norm | layer_norm(tf, a, b, b) | jax.nn.standardize(a, epsilon=1e-3) * b + b | a=normal(n, n), b=positive(n)
batch norm | batch_norm(tf, a, b, b) | jax.nn.standardize(a, (0, 1, 2), epsilon=1e-3) * b + b | a=normal(8, n, n, 64), b=positive(64) | 2, 16, 64
d layer norm | grad(lambda a, b: layer_norm(tf, a, b, b), a, b) | grad(lambda a, b: jax.nn.standardize(a, epsilon=1e-3) * b + b, a, b) | a=normal(n, n), b=positive(n)
d batch norm | grad(lambda a, b: batch_norm(tf, a, b, b), a, b) | grad(lambda a, b: jax.nn.standardize(a, (0, 1, 2), epsilon=1e-3) * b + b, a, b) | a=normal(8, n, n, 64), b=positive(64) | 2, 16, 64
bias_add | tf.nn.bias_add(a, b) | a + b | a=normal(n, n), b=normal(n)
d bias_add | grad(tf.nn.bias_add, a, b) | grad(jnp.add, a, b) | a=normal(n, n), b=normal(n)
l2_normalize | tf.math.l2_normalize(a, 1) | a * lax.rsqrt(jnp.maximum(jnp.sum(a * a, 1, keepdims=True), 1e-12)) | a=normal(n, n)
dropout | tf.nn.dropout(a, 0.5) | jnp.where(jax.random.bernoulli(key, 0.5, a.shape), a * 2, 0) | a=normal(n, n), key=key()
"""

LINALG = """
cholesky | tf.linalg.cholesky(a) | jnp.linalg.cholesky(a) | a=definite(n) | 2, 128, 1024
cholesky, batch | tf.linalg.cholesky(a) | jnp.linalg.cholesky(a) | a=definite(8, batch=n) | 2, 64, 2048
qr | tf.linalg.qr(a) | jnp.linalg.qr(a) | a=normal(n, n) | 2, 128, 512
svd | tf.linalg.svd(a) | [(s, u, v) for u, s, v in [jnp.linalg.svd(a, False)]] | a=normal(n, n) | 2, 64, 256
eigh | tf.linalg.eigh(a) | jnp.linalg.eigh(a) | a=definite(n) | 2, 64, 512
solve | tf.linalg.solve(a, b) | jnp.linalg.solve(a, b) | a=definite(n), b=normal(n, n) | 2, 128, 1024
triangular_solve | tf.linalg.triangular_solve(a, b) | jax.scipy.linalg.solve_triangular(a, b, lower=True) | a=definite(n), b=normal(n, n) | 2, 128, 1024
inv | tf.linalg.inv(a) | jnp.linalg.inv(a) | a=definite(n) | 2, 128, 1024
det | tf.linalg.det(a) | jnp.linalg.det(a) | a=definite(n) | 2, 128, 1024
lstsq | tf.linalg.lstsq(a, b) | jnp.linalg.solve(a.T @ a, a.T @ b) | a=normal(2 * n, n), b=normal(2 * n, n) | 2, 128, 512
d cholesky | grad(tf.linalg.cholesky, a) | grad(jnp.linalg.cholesky, a) | a=definite(n) | 2, 128, 512
"""

FOURIER = """
fft | tf.signal.fft(a) | jnp.fft.fft(a) | a=complexes(n, n)
ifft | tf.signal.ifft(a) | jnp.fft.ifft(a) | a=complexes(n, n)
rfft | tf.signal.rfft(a) | jnp.fft.rfft(a) | a=normal(n, n)
irfft | tf.signal.irfft(a) | jnp.fft.irfft(a) | a=complexes(n, n // 2 + 1)
fft2d | tf.signal.fft2d(a) | jnp.fft.fft2(a) | a=complexes(n, n)
"""

RANDOM = """
uniform | tf.random.uniform((n, n)) | jax.random.uniform(key, (n, n)) | key=key()
uniform, f64 | tf.random.uniform((n, n), dtype=tf.float64) | jax.random.uniform(key, (n, n), "float64") | key=key()
uniform, i32 | tf.random.uniform((n, n), 0, 9, tf.int32) | jax.random.randint(key, (n, n), 0, 9, "int32") | key=key()
normal | tf.random.normal((n, n)) | jax.random.normal(key, (n, n)) | key=key()
truncated_normal | tf.random.truncated_normal((n, n)) | jax.random.truncated_normal(key, -2.0, 2.0, (n, n)) | key=key()
stateless_uniform | tf.random.stateless_uniform((n, n), (1, 2)) | jax.random.uniform(key, (n, n)) | key=key()
stateless_normal | tf.random.stateless_normal((n, n), (1, 2)) | jax.random.normal(key, (n, n)) | key=key()
stateless_truncated | tf.random.stateless_truncated_normal((n, n), (1, 2)) | jax.random.truncated_normal(key, -2.0, 2.0, (n, n)) | key=key()
stateless ints | tf.random.stateless_uniform((n, n), (1, 2), 0, 9, tf.int32) | jax.random.randint(key, (n, n), 0, 9, "int32") | key=key()
Generator.normal | g.normal((n, n)) | jax.random.normal(key, (n, n)) | key=key()
Generator.uniform | g.uniform((n, n)) | jax.random.uniform(key, (n, n)) | key=key()
shuffle | tf.random.shuffle(a) | jax.random.permutation(key, a) | a=normal(n, n), key=key()
shuffle, 1-D | tf.random.shuffle(a) | jax.random.permutation(key, a) | a=normal(n * n), key=key() | 2, 64, 512
categorical | tf.random.categorical(a, 10) | jax.random.categorical(key, a, shape=(10, n)).T | a=normal(n, n), key=key() | 2, 256, 1024
gamma | tf.random.gamma((n, n), 2.0) | jax.random.gamma(key, 2.0, (n, n)) | key=key() | 2, 64, 512
stateless_gamma | tf.random.stateless_gamma((n, n), (1, 2), 2.0) | jax.random.gamma(key, 2.0, (n, n)) | key=key() | 2, 64, 512
poisson | tf.random.poisson((n, n), 4.0) | jax.random.poisson(key, 4.0, (n, n)) | key=key() | 2, 64, 512
stateless_binomial | tf.random.stateless_binomial((n, n), (1, 2), 10.0, 0.3) | jax.random.binomial(key, 10.0, 0.3, (n, n)) | key=key() | 2, 64, 512
"""

FAMILIES = {
    "elementwise": ELEMENTWISE,
    "reductions": REDUCTIONS,
    "sorting": SORTING,
    "indexing": INDEXING,
    "products": PRODUCTS,
    "convolutions": CONVOLUTIONS,
    "pooling": POOLING,
    "normalisation": NORMALISATION,
    "linalg": LINALG,
    "fourier": FOURIER,
    "random": RANDOM,
}


def parse(family: str, line: str) -> Row:
    """One line of the table."""
    name, tf, peer, inputs, *sizes = (cell.strip() for cell in line.split("|"))
    if not sizes:
        return Row(family, name, tf, peer, inputs)
    return Row(family, name, tf, peer, inputs, tuple(int(n) for n in sizes[0].split(",")))


ROWS = {
    row.name: row
    for family, text in FAMILIES.items()
    for row in (parse(family, line) for line in text.strip().splitlines())
}
