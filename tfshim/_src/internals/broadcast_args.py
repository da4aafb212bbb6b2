"""Over which axes the gradient of what was broadcast is summed."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from tfshim._src.errors import op_error
from tfshim._src.registry import PUBLIC

BroadcastGradientArgs = namedtuple("BroadcastGradientArgs", ["r0", "r1"])


def broadcast_gradient_args(s0, s1, name=None) -> Any:
    """The axes of the common shape along which each of two shapes is spread.

    Args:
      s0, s1: shapes, int32 or int64, whose values are known.

    Returns:
      (r0, r1): int32 or int64 vectors.

    Raises:
      InvalidArgumentError: for shapes that do not broadcast.
      NotImplementedError: for shapes that are known only when a function runs.
    """
    shapes = [PUBLIC["tf.convert_to_tensor"](s) for s in (s0, s1)]
    known = [PUBLIC["tf.get_static_value"](s) for s in shapes]
    if any(k is None for k in known):
        raise NotImplementedError("BroadcastGradientArgs of shapes that are not known")
    rank = max(len(k) for k in known)
    full = [np.concatenate([np.ones(rank - len(k), int), k]).astype(int) for k in known]
    if ((full[0] != full[1]) & (full[0] != 1) & (full[1] != 1)).any():
        raise op_error(
            "BroadcastGradientArgs",
            f"Incompatible shapes: [{','.join(map(str, known[0]))}] vs. "
            f"[{','.join(map(str, known[1]))}]",
        )
    both_one = (full[0] == 1) & (full[1] == 1)
    axes = [
        np.flatnonzero(both_one | ((mine == 1) & (mine != other)))
        for mine, other in (full, full[::-1])
    ]
    if np.array_equal(full[0], full[1]) and len(known[0]) == len(known[1]):
        axes = [a[:0] for a in axes]
    return BroadcastGradientArgs(*(PUBLIC["tf.constant"](a, shapes[0].dtype) for a in axes))
