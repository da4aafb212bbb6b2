"""The small call, and the long loop, which is a Python loop here."""

from __future__ import annotations

from benchmarks.workloads.base import Data, Program


def call(torch, data: Data) -> Program:
    x, y = torch.tensor(data["x"]), torch.tensor(data["y"])
    return Program(lambda x, y: torch.sum(x * y + 1.0), lambda i: (x, y))


def long_loop(torch, data: Data) -> Program:
    x, steps = torch.tensor(data["x"], requires_grad=True), torch.tensor(data["steps"])

    def step(x, steps):
        i, y = 0, x
        while i < steps:
            i, y = i + 1, torch.sin(y) + x * 0.01
        return torch.autograd.grad(torch.sum(y * y), x)[0]

    return Program(step, lambda i: (x, steps))


PEERS = {"function-call": call, "while-loop-1000": long_loop}
