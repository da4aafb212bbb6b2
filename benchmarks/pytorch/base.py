"""What the peers share: parameters, optimizers by in-place updates, and the usual step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from benchmarks.workloads import optimizers
from benchmarks.workloads.base import Data, Program
from benchmarks.workloads.optimizers import BETA1, BETA2, EPSILON


def parameters(torch, params: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """A leaf that wants a gradient for each array of a workload's data."""
    return {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}


def both(family: str, peer: Callable) -> dict[str, Callable[[Any, Data], Program]]:
    """The peers of a family's two workloads."""
    return {f"{family}/{name}": partial(peer, optimizer=name) for name in optimizers.NAMES}


def optimizer(torch, name: str, weights: list, rate: float) -> Callable:
    """Returns `apply(grads)`, which updates the weights in place."""
    return {"sgd": _sgd, "adam": _adam}[name](torch, weights, rate)


def _sgd(torch, weights, rate):
    @torch.no_grad()
    def apply(grads):
        for w, g in zip(weights, grads):
            w.sub_(g, alpha=rate)

    return apply


def _adam(torch, weights, rate):
    first = [torch.zeros_like(w) for w in weights]
    second = [torch.zeros_like(w) for w in weights]
    count = 0

    @torch.no_grad()
    def apply(grads):
        nonlocal count
        count += 1
        scale = adam_scale(rate, count)
        for w, g, m, s in zip(weights, grads, first, second):
            m.mul_(BETA1).add_(g, alpha=1.0 - BETA1)
            s.mul_(BETA2).addcmul_(g, g, value=1.0 - BETA2)
            w.addcdiv_(m, s.sqrt().add_(EPSILON), value=-scale)

    return apply


def adam_scale(rate: float, count: int) -> float:
    """The rate of Adam's step of this number, corrected for moments that start at 0."""
    return rate * (1.0 - BETA2**count) ** 0.5 / (1.0 - BETA1**count)


def training(
    torch,
    name: str,
    rate: float,
    loss: Callable,
    params: Mapping[str, Any],
    feed: Callable[[int], tuple],
) -> Program:
    """The usual step: `loss(params, *batch)`, its gradients, an update, and the loss to read."""
    weights = list(params.values())
    apply = optimizer(torch, name, weights, rate)

    def step(*batch):
        value = loss(params, *batch)
        apply(torch.autograd.grad(value, weights))
        return value.detach()

    return Program(step, feed)


def labels(torch) -> Callable:
    """Class numbers as PyTorch wants them."""
    return lambda array: torch.tensor(array, dtype=torch.int64)
