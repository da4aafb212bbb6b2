"""`tf.raw_ops`: kernels that are a public op with other parameters (kernels.py), and a few more."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from tfshim._src.internals import batch_norm, broadcast_args, gamma, kernels, table

#: Kernel -> function, for those that are no public op.
_WRITTEN: dict[str, Callable] = {
    "BroadcastGradientArgs": broadcast_args.broadcast_gradient_args,
    "FusedBatchNormV2": batch_norm.fused_batch_norm_v2,
    "FusedBatchNormV3": batch_norm.fused_batch_norm_v3,
    "IgammaGradA": gamma.igamma_grad_a,
    "RandomGammaGrad": gamma.random_gamma_grad,
}


@functools.cache
def _signatures() -> dict[str, str]:
    found: dict[str, str] = {}
    for names in table.facts().kernels.values():
        for kernel in names.values():
            found.setdefault(kernel.name, kernel.signature)
    return found


@functools.cache
def _function(name: str) -> Callable:
    written = _WRITTEN.get(name)
    call = written or kernels.function(name, _signatures()[name])

    @functools.wraps(call)
    def by_keyword(*args: Any, **kwargs: Any) -> Any:
        if args:
            keys = list(inspect.signature(call).parameters)
            raise TypeError(
                f"{call.__name__} only takes keyword args (possible keys: {keys}). "
                "Please pass these args as kwargs instead."
            )
        return call(**kwargs)

    return by_keyword


def __getattr__(name: str) -> Callable:
    known = name in kernels.KERNELS and name in _signatures()
    if not known and name not in _WRITTEN:
        raise AttributeError(
            f"module 'tensorflow.raw_ops' has no attribute {name!r}: tfshim lacks this kernel"
        )
    return _function(name)
