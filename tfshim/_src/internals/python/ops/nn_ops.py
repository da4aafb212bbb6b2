"""Functions of TensorFlow 1 that need more than other names."""

from __future__ import annotations

from typing import Any

from tfshim._src.convert import convert
from tfshim._src.errors import op_error
from tfshim._src.registry import PUBLIC

__all__ = [
    "bias_add_v1", "conv2d_backprop_filter", "conv2d_backprop_input", "conv3d_backprop_filter_v2",
    "depthwise_conv2d_native", "dilation2d_v1", "dropout", "erosion2d", "nth_element",
    "softmax_cross_entropy_with_logits", "xw_plus_b", "xw_plus_b_v1",
]  # fmt: skip


def xw_plus_b(x, weights, biases, name=None) -> Any:
    """`x @ weights + biases` of matrices and a vector."""
    return PUBLIC["tf.nn.bias_add"](PUBLIC["tf.linalg.matmul"](x, weights), biases)


xw_plus_b_v1 = xw_plus_b


def bias_add_v1(value, bias, name=None) -> Any:
    """`tf.nn.bias_add` with channels last."""
    return PUBLIC["tf.nn.bias_add"](value, bias)


def _pulled(function: str, shape: Any, out_backprop: Any, call: Any) -> Any:
    """The gradient at zeros of a function that is linear in its argument."""
    out_backprop = convert(out_backprop)
    zeros = PUBLIC["tf.zeros"](shape, out_backprop.dtype)
    with PUBLIC["tf.GradientTape"]() as tape:
        tape.watch(zeros)
        result = call(PUBLIC[f"tf.nn.{function}"], zeros)
    return tape.gradient(result, zeros, out_backprop)


def conv2d_backprop_input(
    input_sizes, filter=None, out_backprop=None, strides=None, padding=None, use_cudnn_on_gpu=True,
    data_format="NHWC", dilations=(1, 1, 1, 1), name=None, filters=None,
) -> Any:  # fmt: skip
    """The gradient of `tf.nn.conv2d` with respect to its input.

    Args:
      input_sizes: of the input.
      filter, filters: the filters, under either name.
      out_backprop: the gradient of the result.
      strides, padding, data_format, dilations: as in `tf.nn.conv2d`.
      use_cudnn_on_gpu, name: ignored.
    """
    filters = filter if filters is None else filters
    return _pulled(
        "conv2d", input_sizes, out_backprop,
        lambda conv, x: conv(x, filters, strides, padding, data_format, list(dilations)),
    )  # fmt: skip


def conv2d_backprop_filter(
    input, filter_sizes, out_backprop, strides, padding, use_cudnn_on_gpu=True, data_format="NHWC",
    dilations=(1, 1, 1, 1), name=None,
) -> Any:  # fmt: skip
    """The gradient of `tf.nn.conv2d` with respect to its filters, which have `filter_sizes`."""
    return _pulled(
        "conv2d", filter_sizes, out_backprop,
        lambda conv, f: conv(input, f, strides, padding, data_format, list(dilations)),
    )  # fmt: skip


def conv3d_backprop_filter_v2(
    input, filter_sizes, out_backprop, strides, padding, data_format="NDHWC",
    dilations=(1, 1, 1, 1, 1), name=None,
) -> Any:  # fmt: skip
    """The gradient of `tf.nn.conv3d` with respect to its filters, which have `filter_sizes`."""
    return _pulled(
        "conv3d", filter_sizes, out_backprop,
        lambda conv, f: conv(input, f, strides, padding, data_format, list(dilations)),
    )  # fmt: skip


def depthwise_conv2d_native(
    input, filter, strides, padding, data_format="NHWC", dilations=(1, 1, 1, 1), name=None
) -> Any:
    """`tf.nn.depthwise_conv2d`, whose dilations are those of all four axes."""
    space = dilations[2:] if data_format == "NCHW" else dilations[1:3]
    return PUBLIC["tf.nn.depthwise_conv2d"](
        input, filter, strides, padding, data_format, list(space)
    )


def dilation2d_v1(
    input, filter=None, strides=None, rates=None, padding=None, name=None, filters=None,
    dilations=None,
) -> Any:  # fmt: skip
    """`tf.nn.dilation2d` with channels last."""
    return PUBLIC["tf.nn.dilation2d"](
        input, filter if filters is None else filters, strides, padding, "NHWC",
        rates if dilations is None else dilations,
    )  # fmt: skip


def erosion2d(value, kernel, strides, rates, padding, name=None) -> Any:
    """`tf.nn.erosion2d` with channels last."""
    return PUBLIC["tf.nn.erosion2d"](value, kernel, strides, padding, "NHWC", rates)


def nth_element(input, n, reverse=False, name=None) -> Any:
    """The n-th smallest element of each row.

    Args:
      input: tensor [..., elements].
      n: which one, from 0.
      reverse: whether to count from the largest.
      name: ignored.

    Returns:
      A tensor [...].

    Raises:
      InvalidArgumentError: for rows of no more than n elements.
    """
    input = convert(input)
    if isinstance(n, int) and input.shape.rank and input.shape[-1] <= n:
        raise op_error("NthElement", f"Input must have last dimension > n = {n}")
    order = "DESCENDING" if reverse else "ASCENDING"
    return PUBLIC["tf.gather"](PUBLIC["tf.sort"](input, -1, order), n, axis=-1)


def dropout(x, keep_prob=None, noise_shape=None, seed=None, name=None, rate=None) -> Any:
    """`tf.nn.dropout` with a rate, or with the chance to keep an element."""
    if rate is None:
        if keep_prob is None:
            raise ValueError("You must provide a rate to dropout.")
        rate = 1 - keep_prob
    elif keep_prob is not None:
        raise ValueError("Only one of `rate` and `keep_prob` can be given.")
    return PUBLIC["tf.nn.dropout"](x, rate, noise_shape, seed, name)


def softmax_cross_entropy_with_logits(
    labels=None, logits=None, dim=-1, name=None, axis=None
) -> Any:
    """`tf.nn.softmax_cross_entropy_with_logits`, of which labels get no gradient."""
    labels = PUBLIC["tf.stop_gradient"](labels)
    return PUBLIC["tf.nn.softmax_cross_entropy_with_logits"](
        labels, logits, dim if axis is None else axis, name
    )
