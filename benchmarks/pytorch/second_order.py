"""Hessian-vector products by a gradient of a gradient, and Jacobians by `torch.func`."""

from __future__ import annotations

from benchmarks.pytorch.base import parameters
from benchmarks.workloads.base import Data, Program, cycle


def hessian_vector(torch, data: Data) -> Program:
    grad = torch.autograd.grad
    weights = list(parameters(torch, data["params"]).values())
    w, b, out = weights

    def step(x, *directions):
        y = torch.tanh(x @ w + b) @ out
        grads = grad(torch.mean(torch.square(y - x)), weights, create_graph=True)
        products = grad(grads, weights, directions)
        return torch.stack([torch.sum(p * d) for p, d in zip(products, directions)])

    return Program(step, cycle(torch.tensor, data["x"], *data["directions"]))


def jacobian(torch, data: Data) -> Program:
    w, b, out = (torch.tensor(p) for p in data["params"].values())

    def field(x):
        return torch.tanh(x @ w + b) @ out

    one = torch.func.jacrev(field)
    each = torch.func.vmap(one)

    def step(x):
        traces = torch.sum(torch.diagonal(each(x), dim1=1, dim2=2))
        return traces + torch.sum(torch.square(one(x[:1])))

    return Program(step, cycle(torch.tensor, data["x"]))


PEERS = {"hessian-vector": hessian_vector, "jacobian": jacobian}
