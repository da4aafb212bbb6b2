"""The notebook's gradients, the smallest op, and the ordinary differential equation on scalars."""

from __future__ import annotations

from benchmarks.workloads.base import Data, Program
from benchmarks.workloads.physics import DT


def first_gradient(torch, data: Data) -> Program:
    x = torch.tensor(data["x"], requires_grad=True)

    def step(x):
        y = torch.sum(x)
        return torch.autograd.grad(y * y, x)[0]

    return Program(step, lambda i: (x,))


def multiply(torch, data: Data) -> Program:
    a = torch.tensor(data["a"])
    return Program(lambda a: torch.multiply(a, a), lambda i: (a,))


def notebook(torch, data: Data) -> Program:
    grad = torch.autograd.grad
    matrix = torch.tensor(data["x"], requires_grad=True)
    three, two, v = (torch.tensor(n, requires_grad=True) for n in (3.0, 2.0, 1.0))

    def power(base, steps):
        result = 1.0
        for i in range(steps):
            if 1 < i < 5:
                result = result * base
        return result

    def step(matrix, three, two):
        y = torch.sum(matrix)
        answers = [grad(y * y, y)[0]]
        y = three * three
        z = y * y
        answers += [grad(z, three, retain_graph=True)[0], grad(y, three)[0]]
        answers += [grad(power(two, steps), two)[0] for steps in (4, 5, 6)]
        (first,) = grad(v * v * v, v, create_graph=True)
        answers += [first.detach(), grad(first, v)[0]]
        return torch.stack(answers)

    return Program(step, lambda i: (matrix, three, two))


def physics(torch, data: Data) -> Program:
    state = [torch.tensor(value) for value in data["state"]]

    def potential(a, b):
        return 0.5 * (a * a + b * b) + a * a * b - b * b * b / 3.0

    def force(a, b):
        a, b = a.detach().requires_grad_(), b.detach().requires_grad_()
        slopes = torch.autograd.grad(potential(a, b), [a, b])
        return -slopes[0], -slopes[1]

    def step():
        a, b, pa, pb = state
        for _ in range(data["substeps"]):
            fa, fb = force(a, b)
            pa, pb = pa + 0.5 * DT * fa, pb + 0.5 * DT * fb
            a, b = a + DT * pa, b + DT * pb
            fa, fb = force(a, b)
            pa, pb = pa + 0.5 * DT * fa, pb + 0.5 * DT * fb
        state[:] = a, b, pa, pb
        return torch.stack([a, b, 0.5 * (pa * pa + pb * pb) + potential(a, b)])

    return Program(step)


PEERS = {
    "first-gradient": first_gradient,
    "notebook-gradients": notebook,
    "multiply-2x2": multiply,
    "physics-loop": physics,
}
