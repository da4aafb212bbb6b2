"""The table of embeddings: the gradients of rows that were looked up are added at their places."""

from __future__ import annotations

from benchmarks.pytorch import base
from benchmarks.workloads.base import Data, Program, cycle
from benchmarks.workloads.embedding import RATES
from benchmarks.workloads.optimizers import BETA1, BETA2, EPSILON


def table_optimizer(torch, name: str, table, rate: float):
    """Returns `apply(ids, slices)`, which updates the table; an id twice counts twice."""
    if name == "sgd":
        return torch.no_grad()(lambda ids, g: table.index_add_(0, ids, g, alpha=-rate))
    first, second = torch.zeros_like(table), torch.zeros_like(table)
    count = 0

    @torch.no_grad()
    def apply(ids, g):
        nonlocal count
        count += 1
        first.mul_(BETA1).index_add_(0, ids, g, alpha=1.0 - BETA1)
        second.mul_(BETA2).index_add_(0, ids, torch.square(g), alpha=1.0 - BETA2)
        scale = base.adam_scale(rate, count)
        table.addcdiv_(first, second.sqrt().add_(EPSILON), value=-scale)

    return apply


def peer(torch, data: Data, optimizer: str) -> Program:
    functional, rate = torch.nn.functional, RATES[optimizer]
    table = torch.tensor(data["params"]["table"])
    out = torch.tensor(data["params"]["out"], requires_grad=True)
    apply_table = table_optimizer(torch, optimizer, table, rate)
    apply = base.optimizer(torch, optimizer, [out], rate)

    def step(ids, labels):
        rows = functional.embedding(ids, table).requires_grad_()
        loss = functional.cross_entropy(torch.mean(rows, 1) @ out, labels)
        slices, grad = torch.autograd.grad(loss, [rows, out])
        apply_table(ids.flatten(), slices.flatten(0, 1))
        apply([grad])
        return loss.detach()

    return Program(step, cycle(base.labels(torch), data["ids"], data["labels"]))


PEERS = base.both("embedding", peer)
