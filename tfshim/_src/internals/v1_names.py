"""Functions of TensorFlow 1 that are an op of TensorFlow 2 with other parameters.

TensorFlow's own modules hold them under their plain names (`array_ops.squeeze`), since those of
TensorFlow 2 came later.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from tfshim._src.internals import v1_control_flow
from tfshim._src.internals.renamed import renamed
from tfshim._src.internals.table import facts


class Row(NamedTuple):
    """The arguments of `renamed`, less name and signature."""

    public: str
    renames: dict[str, str] = {}
    ignored: tuple[str, ...] = ()
    without: dict[str, Any] = {}


_REDUCE = {"reduction_indices": "axis", "keep_dims": "keepdims"}
_KEEP = {"keep_dims": "keepdims"}
_CONV = {"filter": "filters", "value": "input"}
_CUDNN = ("use_cudnn_on_gpu",)


def _reduction(name: str) -> Row:
    return Row(f"tf.math.{name}", _REDUCE)


_REDUCTIONS = ("all", "any", "logsumexp", "max", "mean", "min", "prod", "sum")
_ASSERTIONS = (
    "assert_equal", "assert_greater", "assert_greater_equal", "assert_less", "assert_less_equal",
    "assert_negative", "assert_non_negative", "assert_non_positive", "assert_none_equal",
    "assert_positive", "assert_rank", "assert_rank_at_least", "assert_rank_in", "assert_near",
)  # fmt: skip

#: Public name of tf.compat.v1, without that prefix -> what it is.
_ROWS: dict[str, Row] = {
    **{f"{p}reduce_{n}": _reduction(f"reduce_{n}") for n in _REDUCTIONS for p in ("", "math.")},
    **{
        f"{p}{n}": Row(f"tf.debugging.{n}", {}, ("data", "summarize") if "rank" in n else ("data",))
        for n in _ASSERTIONS
        for p in ("", "debugging.")
    },
    **{
        f"{p}{n}": Row(f"tf.debugging.{n}")
        for n in ("assert_integer", "assert_scalar", "assert_type")
        for p in ("", "debugging.")
    },
    "argmax": Row("tf.argmax", {"dimension": "axis"}),
    "argmin": Row("tf.argmin", {"dimension": "axis"}),
    "arg_max": Row("tf.argmax", {"dimension": "axis"}),
    "arg_min": Row("tf.argmin", {"dimension": "axis"}),
    "batch_to_space_nd": Row("tf.batch_to_space"),
    "boolean_mask": Row("tf.boolean_mask"),
    "confusion_matrix": Row("tf.math.confusion_matrix"),
    "constant": Row("tf.constant", {}, (), {"verify_shape": False}),
    "convert_to_tensor": Row("tf.convert_to_tensor", {"preferred_dtype": "dtype_hint"}),
    "count_nonzero": Row(
        "tf.math.count_nonzero", {"input_tensor": "input", **_REDUCE}
    ),
    "debugging.assert_all_finite": Row(
        "tf.debugging.assert_all_finite", {"t": "x", "msg": "message"}
    ),
    "debugging.assert_shapes": Row("tf.debugging.assert_shapes"),
    "depth_to_space": Row("tf.nn.depth_to_space"),
    "device": Row("tf.device", {"device_name_or_function": "device_name"}),
    "expand_dims": Row("tf.expand_dims", {"dim": "axis"}),
    "floor_div": Row("tf.math.floordiv"),
    "foldl": Row("tf.foldl"),
    "foldr": Row("tf.foldr"),
    "gather": Row("tf.gather"),
    "gather_nd": Row("tf.gather_nd"),
    "gradients": Row("tf.gradients", {}, ("colocate_gradients_with_ops",)),
    "hessians": Row("tf.hessians", {}, ("colocate_gradients_with_ops",)),
    "linalg.norm": Row("tf.linalg.norm", _KEEP),
    "map_fn": Row("tf.map_fn"),
    "math.in_top_k": Row("tf.math.in_top_k"),
    "math.log_softmax": Row("tf.nn.log_softmax", {"dim": "axis"}),
    "math.scalar_mul": Row("tf.math.scalar_mul"),
    "math.softmax": Row("tf.nn.softmax", {"dim": "axis"}),
    "multinomial": Row(
        "tf.random.categorical", {"output_dtype": "dtype"}
    ),
    "nn.avg_pool": Row("tf.nn.avg_pool", {"value": "input"}),
    "nn.batch_norm_with_global_normalization": Row(
        "tf.nn.batch_norm_with_global_normalization",
        {"t": "input", "m": "mean", "v": "variance"},
    ),
    "nn.conv1d": Row("tf.nn.conv1d", _CONV, _CUDNN),
    "nn.conv2d": Row("tf.nn.conv2d", _CONV, _CUDNN),
    "nn.conv2d_transpose": Row("tf.nn.conv2d_transpose", _CONV),
    "nn.conv3d": Row("tf.nn.conv3d", _CONV),
    "nn.conv3d_transpose": Row("tf.nn.conv3d_transpose", _CONV),
    "nn.convolution": Row("tf.nn.convolution", {**_CONV, "dilation_rate": "dilations"}),
    "nn.crelu": Row("tf.nn.crelu"),
    "nn.ctc_loss_v2": Row("tf.nn.ctc_loss"),
    "nn.depth_to_space": Row("tf.nn.depth_to_space"),
    "nn.depthwise_conv2d": Row("tf.nn.depthwise_conv2d", {"rate": "dilations"}),
    "nn.dropout": Row("tf.nn.dropout", {}, (), {"keep_prob": None}),
    "nn.embedding_lookup": Row(
        "tf.nn.embedding_lookup", {}, ("validate_indices",), {"partition_strategy": "div"}
    ),
    "nn.max_pool": Row("tf.nn.max_pool", {"value": "input"}),
    "nn.max_pool_with_argmax": Row("tf.nn.max_pool_with_argmax", {"Targmax": "output_dtype"}),
    "nn.moments": Row("tf.nn.moments", _KEEP),
    "nn.pool": Row("tf.nn.pool", {"dilation_rate": "dilations"}),
    "nn.separable_conv2d": Row("tf.nn.separable_conv2d", {"rate": "dilations"}),
    "nn.sigmoid_cross_entropy_with_logits": Row("tf.nn.sigmoid_cross_entropy_with_logits"),
    "nn.softmax_cross_entropy_with_logits_v2": Row(
        "tf.nn.softmax_cross_entropy_with_logits", {"dim": "axis"}
    ),
    "nn.space_to_depth": Row("tf.nn.space_to_depth"),
    "nn.sparse_softmax_cross_entropy_with_logits": Row(
        "tf.nn.sparse_softmax_cross_entropy_with_logits"
    ),
    "nn.sufficient_statistics": Row("tf.nn.sufficient_statistics", _KEEP),
    "nn.weighted_cross_entropy_with_logits": Row(
        "tf.nn.weighted_cross_entropy_with_logits", {"targets": "labels"}
    ),
    "nn.weighted_moments": Row("tf.nn.weighted_moments", _KEEP),
    "ones_like": Row("tf.ones_like", {"tensor": "input"}, ("optimize",)),
    "pad": Row("tf.pad"),
    "random.poisson": Row("tf.random.poisson"),
    "random.stateless_multinomial": Row(
        "tf.random.stateless_categorical", {"output_dtype": "dtype"}
    ),
    "reduce_join": Row("tf.strings.reduce_join", _REDUCE),
    "reverse_sequence": Row(
        "tf.reverse_sequence", {"seq_dim": "seq_axis", "batch_dim": "batch_axis"}
    ),
    "scalar_mul": Row("tf.math.scalar_mul"),
    "scan": Row("tf.scan"),
    "shape": Row("tf.shape"),
    "size": Row("tf.size"),
    "space_to_depth": Row("tf.nn.space_to_depth"),
    "sparse.add": Row("tf.sparse.add", {"thresh": "threshold"}),
    "sparse.concat": Row(
        "tf.sparse.concat",
        {"concat_dim": "axis", "expand_nonconcat_dim": "expand_nonconcat_dims"},
    ),
    "sparse.reduce_max": Row(
        "tf.sparse.reduce_max", {"reduction_axes": "axis", "keep_dims": "keepdims"}
    ),
    "sparse.reduce_sum": Row(
        "tf.sparse.reduce_sum", {"reduction_axes": "axis", "keep_dims": "keepdims"}
    ),
    "sparse.segment_mean": Row("tf.sparse.segment_mean"),
    "sparse.segment_sqrt_n": Row("tf.sparse.segment_sqrt_n"),
    "sparse.segment_sum": Row("tf.sparse.segment_sum"),
    "squeeze": Row("tf.squeeze", {"squeeze_dims": "axis"}),
    "string_to_hash_bucket": Row("tf.strings.to_hash_bucket", {"string_tensor": "input"}),
    "string_to_number": Row("tf.strings.to_number", {"string_tensor": "input"}),
    "strings.length": Row("tf.strings.length"),
    "strings.substr": Row("tf.strings.substr"),
    "substr": Row("tf.strings.substr"),
    "transpose": Row("tf.transpose"),
    "tuple": Row("tf.tuple"),
    "variable_creator_scope": Row("tf.variable_creator_scope"),
    "zeros_like": Row("tf.zeros_like", {"tensor": "input"}, ("optimize",)),
}  # fmt: skip

#: Those that need more than other names.
_WRITTEN = {name: getattr(v1_control_flow, name) for name in v1_control_flow.__all__}

_PREFIX = "tf.compat.v1."
#: Every public name of tf.compat.v1 that is served.
NAMES = frozenset(_PREFIX + name for name in (*_ROWS, *_WRITTEN))


@functools.cache
def function(public: str) -> Callable:
    """The function of this name; one of NAMES."""
    name = public.removeprefix(_PREFIX)
    if name in _WRITTEN:
        return _WRITTEN[name]
    row = _ROWS[name]
    text = facts().v1[public]
    return renamed(
        public.rpartition(".")[2], text, row.public, row.renames, row.ignored, row.without
    )
