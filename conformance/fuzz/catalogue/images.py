"""tf.nn: convolutions in other forms, fractional pooling, moments, averages of losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.cases.arrays import Array
from conformance.cases.row import Row, expr, row
from conformance.fuzz.catalogue.nn import _WIDE, _plain, _spatial, transposed
from conformance.fuzz.draws import FLOATS, Draw


def dilated(d: Draw, op: str) -> Row:
    inside, dtype = d.whole(1, 2), d.pick(_WIDE)
    x = _plain(d, (d.whole(1, 2), *_spatial(d, 2, 3), inside), dtype)
    w = _plain(d, (d.whole(1, 2), d.whole(1, 2), inside, d.whole(1, 2)), dtype)
    return row(op, x, w, d.whole(1, 2), d.pick(["SAME", "VALID"]))


def dilated_transpose(d: Draw, op: str) -> Row:
    inside, out, rate, dtype = d.whole(1, 2), d.whole(1, 2), d.whole(1, 2), d.pick(_WIDE)
    size, padding = _spatial(d, 2, 3), d.pick(["SAME", "VALID"])
    kernel = [d.whole(1, 3), d.whole(1, 3)]
    big = size
    if padding == "VALID":
        big = [n + (k - 1) * rate for n, k in zip(size, kernel)]
    x, w = _plain(d, (1, *size, inside), dtype), _plain(d, (*kernel, out, inside), dtype)
    return row(op, x, w, [1, *big, out], rate, padding)


def any_transposed(d: Draw, op: str) -> Row:
    drawn = transposed(d, f"tf.nn.conv{d.whole(1, 3)}d_transpose")
    return row(op, *drawn.args)


def depthwise_backward(d: Draw, op: str) -> Row:
    inside, more, dtype, stride = d.whole(1, 2), d.whole(1, 2), d.pick(_WIDE), d.whole(1, 2)
    height, width = _spatial(d, 2, 3)
    kernel = [d.whole(1, 3), d.whole(1, 3), inside, more]
    padding = d.pick(["SAME", "VALID"])
    less = [n if padding == "SAME" else n - k + 1 for n, k in zip((height, width), kernel)]
    shape = (1, *(-(-n // stride) for n in less), inside * more)
    image, gradient = (1, height, width, inside), _plain(d, shape, dtype)
    strides = [1, stride, stride, 1]
    if op.endswith("filter"):
        return row(op, _plain(d, image, dtype), kernel, gradient, strides, padding)
    return row(op, list(image), _plain(d, tuple(kernel), dtype), gradient, strides, padding)


def in_blocks(d: Draw, op: str) -> Row:
    """with_space_to_batch around a function that keeps or shrinks what it gets."""
    x = _plain(d, (1, *_spatial(d, 2, 2), d.whole(1, 2)), d.pick(_WIDE))
    rate = [d.whole(1, 2), d.whole(1, 2)]
    if d.chance(0.5):
        same = expr("lambda x, n, padding: x * 2")
        return row(op, x, rate, "VALID", same)
    shrink = expr("lambda x, n, padding: tf.nn.avg_pool2d(x, 2, 1, padding)")
    return row(op, x, rate, d.pick(["SAME", "VALID"]), shrink, filter_shape=[2, 2])


def fractional(d: Draw, op: str) -> Row:
    dtype = d.pick(["float32", "float64", "int32", "int64"])
    x = d.array((d.whole(1, 2), *_spatial(d, 2, 4), d.whole(1, 2)), dtype, specials=False)
    ratio = [1.0, d.random.uniform(1.0, 2.0), d.random.uniform(1.0, 2.0), 1.0]
    return row(op, x, ratio, d.chance(0.5), d.chance(0.5), kw={"seed": d.whole(1, 99)})


def isotonic(d: Draw, op: str) -> Row:
    shape = (*d.shape(0, 1, least=1), d.whole(1, 6))
    x = d.array(shape, d.dtype(_WIDE, FLOATS), specials=False)
    kwargs: dict[str, Any] = {"decreasing": d.chance(0.5)} if d.chance(0.6) else {}
    if d.chance(0.3):
        kwargs["axis"] = d.axis(len(shape))
    return row(op, x, **kwargs)


def statistics(d: Draw, op: str) -> Row:
    shape, dtype = d.shape(1, least=1), d.pick(_WIDE)
    axes = d.random.sample(range(len(shape)), d.whole(1, len(shape)))
    shift = [d.pick([None, d.array((), dtype, specials=False)])] if d.chance(0.5) else []
    keep = {"keepdims": d.chance(0.5)} if d.chance(0.5) else {}
    return row(op, d.array(shape, dtype, specials=False), axes, *shift, **keep)


def from_sums(d: Draw, op: str) -> Row:
    """normalize_moments: a count, two sums, a shift."""
    shape, dtype = d.shape(), d.pick(_WIDE)
    count = Array(np.asarray(d.pick([1.0, 4.0, 7.0])).astype(dtype), dtype)
    sums = [_plain(d, shape, dtype) for _ in range(2)]
    return row(op, count, *sums, d.pick([None, _plain(d, (), dtype)]))


def global_norm(d: Draw, op: str) -> Row:
    """batch_norm_with_global_normalization."""
    shape, dtype = (d.whole(1, 2), d.whole(1, 2), d.whole(1, 2), d.whole(1, 3)), d.pick(_WIDE)
    mean, beta, gamma = (_plain(d, shape[-1:], dtype) for _ in range(3))
    variance = _plain(d, shape[-1:], dtype, 0.1, 3)
    x = _plain(d, shape, dtype)
    return row(op, x, mean, variance, beta, gamma, d.pick([1e-3, 0.1]), d.chance(0.5))


def average(d: Draw, op: str) -> Row:
    """compute_average_loss, scale_regularization_loss."""
    x = d.array(d.shape(1), d.dtype(FLOATS[:3]))
    if op.endswith("scale_regularization_loss"):
        return row(op, x)
    kwargs: dict[str, Any] = {}
    if d.chance(0.4):
        kwargs["sample_weight"] = d.array(x.value.shape[:1], x.dtype, specials=False)
    if d.chance(0.5):
        kwargs["global_batch_size"] = d.whole(1, 9)
    return row(op, x, **kwargs)


CALLS = {
    "tf.nn.atrous_conv2d": dilated,
    "tf.nn.atrous_conv2d_transpose": dilated_transpose,
    "tf.nn.conv_transpose": any_transposed,
    **{f"tf.nn.depthwise_conv2d_backprop_{n}": depthwise_backward for n in ("input", "filter")},
    "tf.nn.with_space_to_batch": in_blocks,
    **{f"tf.nn.fractional_{n}_pool": fractional for n in ("avg", "max")},
    "tf.nn.isotonic_regression": isotonic,
    "tf.nn.sufficient_statistics": statistics,
    "tf.nn.normalize_moments": from_sums,
    "tf.nn.batch_norm_with_global_normalization": global_norm,
    **{f"tf.nn.{n}": average for n in ("compute_average_loss", "scale_regularization_loss")},
}
