"""tf.nn: convolutions, pooling, losses, normalisation, lookups."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.cases.arrays import Array
from conformance.cases.row import Row, row
from conformance.fuzz.draws import FLOATS, Draw

_WIDE = ("float32", "float32", "float64")
_LETTERS = {1: "W", 2: "HW", 3: "DHW"}


def _plain(d: Draw, shape: Any, dtype: str, low: float = -2, high: float = 2) -> Array:
    return d.array(shape, dtype, low, high, specials=False)


def _window(d: Draw, rank: int, high: int = 3) -> Any:
    """One number or one for each spatial axis."""
    return d.whole(1, high) if d.chance(0.5) else [d.whole(1, high) for _ in range(rank)]


def _padding(d: Draw, rank: int, explicit: bool) -> Any:
    if explicit and d.chance(0.2):
        inner = [[d.whole(0, 2), d.whole(0, 2)] for _ in range(rank)]
        return [[0, 0], *inner, [0, 0]]
    return d.pick(["SAME", "VALID"])


def _spatial(d: Draw, rank: int, least: int = 0) -> list[int]:
    return [d.whole(least, {1: 8, 2: 6, 3: 4}[rank]) for _ in range(rank)]


def convolution(d: Draw, op: str) -> Row:
    rank = {"1": 1, "2": 2, "3": 3}.get(op[-2:-1]) or d.whole(1, 3)
    inside, out = d.whole(1, 3), d.whole(1, 3)
    groups = d.whole(1, 2) if d.chance(0.2) else 1
    x_shape = [d.whole(0, 2) if d.chance(0.1) else d.whole(1, 2), *_spatial(d, rank, 1)]
    kernel = [d.whole(1, 3) for _ in range(rank)]
    dtype = d.dtype(_WIDE, FLOATS)
    x = _plain(d, (*x_shape, inside * groups), dtype)
    w = _plain(d, (*kernel, inside, out * groups), dtype)
    explicit = op.endswith(("conv2d", "conv1d"))
    strides: Any = _window(d, rank, 2)
    if op.endswith("conv3d"):
        strides = [1, *(strides if isinstance(strides, list) else [strides] * 3), 1]
    kwargs: dict[str, Any] = {"strides": strides, "padding": _padding(d, rank, explicit)}
    if op.endswith("conv1d"):
        kwargs = {"stride": d.whole(1, 3), "padding": _padding(d, rank, explicit)}
    grad: Any = "auto" if groups == 1 else ()
    if d.chance(0.15):
        dilations = d.whole(1, 2)
        kwargs["dilations"] = [1, *[dilations] * 3, 1] if op.endswith("conv3d") else dilations
        grad = ()
        if op.endswith("convolution"):
            kwargs["strides"] = 1
    return row(op, x, w, grad=grad, **kwargs)


def transposed(d: Draw, op: str) -> Row:
    rank = int(op.removesuffix("d_transpose")[-1])
    inside, out, dtype = d.whole(1, 2), d.whole(1, 3), d.pick(_WIDE)
    kernel, stride = [d.whole(1, 3) for _ in range(rank)], d.whole(1, 2)
    size, padding = _spatial(d, rank, 1), d.pick(["SAME", "VALID"])
    big = [n * stride for n in size]
    if padding == "VALID":
        big = [(n - 1) * stride + k for n, k in zip(size, kernel)]
    x = _plain(d, (1, *size, inside), dtype)
    w = _plain(d, (*kernel, out, inside), dtype)
    return row(op, x, w, [1, *big, out], stride, padding)


def depthwise(d: Draw, op: str) -> Row:
    inside, dtype, stride = d.whole(1, 3), d.pick(_WIDE), d.whole(1, 2)
    x = _plain(d, (d.whole(1, 2), *_spatial(d, 2, 1), inside), dtype)
    w = _plain(d, (d.whole(1, 3), d.whole(1, 3), inside, d.whole(1, 2)), dtype)
    padding = _padding(d, 2, not op.endswith("separable_conv2d"))
    kwargs = {}
    if stride == 1 and d.chance(0.3):
        kwargs["dilations"] = [d.whole(1, 2), d.whole(1, 2)]
        padding = d.pick(["SAME", "VALID"])
    args: list[Any] = [x, w]
    if op.endswith("separable_conv2d"):
        args.append(_plain(d, (1, 1, inside * w.value.shape[3], 2), dtype))
    return row(op, *args, [1, stride, stride, 1], padding, **kwargs)


def pooling(d: Draw, op: str) -> Row:
    name = op.rpartition(".")[2]
    rank = int(name[-2]) if name[-1] == "d" else d.whole(1, 3)
    least = 1 if d.chance(0.9) else 0
    shape = (d.whole(least, 2), *_spatial(d, rank, least), d.whole(least, 3))
    x = d.array(shape, d.dtype(_WIDE, FLOATS), specials=d.chance(0.2))
    padding = _padding(d, rank, name.startswith("max") and rank == 2)
    return row(op, x, _window(d, rank), _window(d, rank), padding)


def argmax_pooling(d: Draw, op: str) -> Row:
    x = d.array((d.whole(1, 2), *_spatial(d, 2, 1), d.whole(1, 3)), "float32", specials=False)
    more = {"include_batch_in_index": d.chance(0.5)}
    return row(op, x, _window(d, 2), _window(d, 2), d.pick(["SAME", "VALID"]), **more)


def any_pooling(d: Draw, op: str) -> Row:
    rank = d.whole(1, 2)
    x = _plain(d, (d.whole(1, 2), *_spatial(d, rank, 3), d.whole(1, 2)), d.pick(_WIDE))
    window = [d.whole(1, 2) for _ in range(rank)]
    kwargs: dict[str, Any] = {"padding": d.pick(["SAME", "VALID"])}
    if d.chance(0.3):
        kwargs["dilations"] = [d.whole(1, 2) for _ in range(rank)]
    elif d.chance(0.5):
        kwargs["strides"] = [d.whole(1, n) for n in window]
    return row(op, x, window, d.pick(["MAX", "AVG"]), **kwargs)


def morphology(d: Draw, op: str) -> Row:
    x = d.array((1, *_spatial(d, 2, 3), d.whole(1, 2)), d.pick(_WIDE), specials=False)
    w = _plain(d, (d.whole(1, 3), d.whole(1, 3), x.value.shape[3]), x.dtype)
    strides, rates = ([1, d.whole(1, 2), d.whole(1, 2), 1] for _ in range(2))
    return row(op, x, w, strides, d.pick(["SAME", "VALID"]), "NHWC", rates)


def bias(d: Draw, op: str) -> Row:
    shape = d.shape(2)
    x = d.array(shape, d.dtype(FLOATS))
    if d.chance(0.2) and len(shape) > 2:
        return row(op, x, d.array(shape[1:2], x.dtype), data_format="NCHW")
    return row(op, x, d.array(shape[-1:], x.dtype))


def entropy(d: Draw, op: str) -> Row:
    """softmax_cross_entropy_with_logits: labels, logits."""
    shape = d.shape(1)
    logits = d.array(shape, d.dtype(FLOATS), specials=d.chance(0.2))
    labels = d.array(shape, logits.dtype, 0, 1, specials=False)
    axis = {"axis": d.axis(len(shape))} if d.chance(0.4) else {}
    return row(op, labels, logits, **axis)


def sparse_entropy(d: Draw, op: str) -> Row:
    shape = d.shape(1)
    logits = d.array(shape, d.dtype(FLOATS), specials=d.chance(0.1))
    return row(op, d.ids(shape[:-1], shape[-1]), logits)


def binary_entropy(d: Draw, op: str) -> Row:
    shape = d.shape()
    dtype = d.dtype(FLOATS)
    labels, logits = d.array(shape, dtype, 0, 1, specials=False), d.array(shape, dtype, -20, 20)
    if "weighted" in op:
        weight = d.pick([0.5, 2.0, d.array(d.pick([(), shape[-1:]]), dtype, 0.1, 3, False)])
        return row(op, labels, logits, weight)
    return row(op, labels, logits)


def poisson(d: Draw, op: str) -> Row:
    shape, dtype = d.shape(), d.dtype(FLOATS)
    targets, rates = d.array(shape, dtype, 0, 3), d.array(shape, dtype)
    return row(op, targets, rates, compute_full_loss=d.chance(0.5))


def batch_norm(d: Draw, op: str) -> Row:
    shape, dtype = d.shape(1), d.pick(_WIDE)
    mean, offset, scale = (_plain(d, shape[-1:], dtype) for _ in range(3))
    variance = _plain(d, shape[-1:], dtype, 0.1, 3)
    optional = [None if d.chance(0.2) else v for v in (offset, scale)]
    return row(op, _plain(d, shape, dtype), mean, variance, *optional, d.pick([1e-3, 0.1]))


def lookup(d: Draw, op: str) -> Row:
    table = _plain(d, d.shape(1, 3, least=1), d.pick(_WIDE))
    ids = d.ids(d.shape(0, 2), table.value.shape[0])
    norm = {"max_norm": d.pick([0.5, 2.0])} if d.chance(0.3) else {}
    return row(op, table, ids, **norm)


def in_top_k(d: Draw, op: str) -> Row:
    shape = (d.whole(0, 4), d.whole(1, 5))
    predictions = d.array(shape, "float32", specials=d.chance(0.2))
    return row(op, d.ids(shape[:1], shape[1], dtype="int32"), predictions, d.whole(1, 5))


def response(d: Draw, op: str) -> Row:
    x = _plain(d, (1, d.whole(1, 2), d.whole(1, 2), d.whole(1, 7)), "float32")
    return row(op, x, d.whole(0, 3), d.pick([1.0, 2.0]), d.pick([0.5, 1.0]), d.pick([0.5, 0.75]))


def dropout(d: Draw, op: str) -> Row:
    x = _plain(d, d.shape(), d.dtype(FLOATS))
    rate = d.pick([0.0, 0.3, 0.5, 0.9])
    if "stateless" in op:
        return row(op, x, rate, seed=[d.whole(0, 9), d.whole(0, 9)])
    return row(op, x, rate, set_seed=d.whole(0, 99))


def ctc(d: Draw, op: str) -> Row:
    frames, batch, classes, most = d.whole(3, 6), d.whole(1, 2), d.whole(2, 4), d.whole(1, 3)
    logits = _plain(d, (frames, batch, classes), "float32")
    labels = Array(d.state.randint(1, classes, (batch, most)).astype("int32"), "int32")
    label_length = Array(d.state.randint(0, most + 1, batch).astype("int32"), "int32")
    logit_length = Array(np.full(batch, frames, "int32"), "int32")
    return row(op, labels, logits, label_length, logit_length, kw={"blank_index": 0})


def quantize(d: Draw, op: str) -> Row:
    x = _plain(d, d.shape(), "float32", -8, 8)
    return row(op, x, -6.0, 6.0, d.pick([2, 4, 8, 16]), d.chance(0.5))


CALLS = {
    **{f"tf.nn.{n}": convolution for n in "conv1d conv2d conv3d convolution".split()},
    **{f"tf.nn.conv{n}d_transpose": transposed for n in (1, 2, 3)},
    **{f"tf.nn.{n}": depthwise for n in ("depthwise_conv2d", "separable_conv2d")},
    **{f"tf.nn.{k}_pool{n}": pooling for k in ("max", "avg") for n in ("", "1d", "2d", "3d")},
    "tf.nn.max_pool_with_argmax": argmax_pooling,
    "tf.nn.pool": any_pooling,
    **{f"tf.nn.{n}": morphology for n in ("dilation2d", "erosion2d")},
    "tf.nn.bias_add": bias,
    "tf.nn.softmax_cross_entropy_with_logits": entropy,
    "tf.nn.sparse_softmax_cross_entropy_with_logits": sparse_entropy,
    "tf.nn.sigmoid_cross_entropy_with_logits": binary_entropy,
    "tf.nn.weighted_cross_entropy_with_logits": binary_entropy,
    "tf.nn.log_poisson_loss": poisson,
    "tf.nn.batch_normalization": batch_norm,
    "tf.nn.embedding_lookup": lookup,
    "tf.math.in_top_k": in_top_k,
    "tf.nn.local_response_normalization": response,
    "tf.nn.dropout": dropout,
    "tf.nn.experimental.stateless_dropout": dropout,
    "tf.nn.ctc_loss": ctc,
    "tf.quantization.fake_quant_with_min_max_args": quantize,
}
