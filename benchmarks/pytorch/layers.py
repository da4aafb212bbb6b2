"""Regression, perceptrons, the LSTM, the recursive network, and the rows that grow in number."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.pytorch.base import both, labels, parameters, training
from benchmarks.workloads import dynamic, growing, lstm, mlp
from benchmarks.workloads.base import Data, Program, cycle


def logistic(torch, data: Data, optimizer: str) -> Program:
    cross_entropy = torch.nn.functional.binary_cross_entropy_with_logits

    def loss(params, x, labels):
        logits = x @ params["w"] + params["b"]
        return cross_entropy(logits, labels) + 1e-3 * torch.sum(torch.square(params["w"]))

    feed = cycle(torch.tensor, data["x"], data["labels"])
    return training(torch, optimizer, 0.1, loss, parameters(torch, data["params"]), feed)


def gaussian_process(torch, data: Data, optimizer: str) -> Program:
    x, y = torch.tensor(data["x"]), torch.tensor(data["y"])
    n = len(data["x"])

    def loss(params, x, y):
        length, amplitude, noise = (torch.exp(params[k]) for k in ("length", "amplitude", "noise"))
        kernel = amplitude**2 * torch.exp(-0.5 * torch.square(x - x.T) / length**2)
        kernel = kernel + (noise**2 + 1e-6) * torch.eye(n, dtype=torch.float64)
        factor = torch.linalg.cholesky(kernel)
        fit = 0.5 * torch.sum(y * torch.cholesky_solve(y, factor))
        return fit + torch.sum(torch.log(torch.diagonal(factor))) + 0.5 * n * np.log(2 * np.pi)

    rate = 1e-3 if optimizer == "sgd" else 0.05
    params = parameters(torch, data["params"])
    return training(torch, optimizer, rate, loss, params, lambda i: (x, y))


def perceptron(torch, data: Data, optimizer: str) -> Program:
    functional, last = torch.nn.functional, data["layers"] - 1

    def loss(params, x, labels):
        h = x
        for i in range(last):
            h = torch.relu(torch.addmm(params[f"b{i}"], h, params[f"w{i}"]))
        logits = torch.addmm(params[f"b{last}"], h, params[f"w{last}"])
        return functional.cross_entropy(logits, labels)

    params = parameters(torch, data["params"])
    x, classes = cycle(torch.tensor, data["x"]), cycle(labels(torch), data["labels"])
    return training(
        torch, optimizer, mlp.RATES[optimizer], loss, params, lambda i: (*x(i), *classes(i))
    )


def recurrent(torch, data: Data, optimizer: str) -> Program:
    def loss(params, x, target):
        h = c = torch.zeros(x.shape[1], params["out"].shape[0])
        for row in x:
            z = torch.cat([row, h], 1) @ params["w"] + params["b"]
            i, f, g, o = torch.chunk(z, 4, 1)
            c = torch.sigmoid(f + 1.0) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        return torch.mean(torch.square(h @ params["out"] - target))

    feed = cycle(torch.tensor, data["x"], data["target"])
    params = parameters(torch, data["params"])
    return training(torch, optimizer, lstm.RATES[optimizer], loss, params, feed)


def trees(torch, data: Data, optimizer: str) -> Program:
    pairs, functional = data["pairs"], torch.nn.functional

    def embed(params, tree):
        if isinstance(tree, int):
            return params["words"][tree : tree + 1]
        left, right = tree
        pair = torch.cat([embed(params, left), embed(params, right)], 1)
        return torch.tanh(pair @ params["w"] + params["b"])

    def loss(params, tree, label):
        return functional.cross_entropy(embed(params, tree) @ params["out"], label)

    def feed(i):
        tree, label = pairs[i % len(pairs)]
        return tree, torch.tensor(label, dtype=torch.int64)

    params = parameters(torch, data["params"])
    return training(torch, optimizer, dynamic.RATES[optimizer], loss, params, feed)


def rows(torch, data: Data, optimizer: str) -> Program:
    def loss(params, x, y):
        h = torch.tanh(x @ params["w"] + params["b"])
        return torch.mean(torch.square(h @ params["out"] - y))

    def feed(i):
        n = data["start"] + i
        return torch.tensor(data["x"][:n]), torch.tensor(data["y"][:n])

    params = parameters(torch, data["params"])
    return training(torch, optimizer, growing.RATES[optimizer], loss, params, feed)


PEERS = {
    **both("logistic", logistic),
    **both("gaussian-process", gaussian_process),
    **both("mlp-small", perceptron),
    **both("mlp-wide", perceptron),
    **both("mlp-deep", perceptron),
    **both("lstm", recurrent),
    "lstm-while-loop/sgd": partial(recurrent, optimizer="sgd"),
    **both("trees", trees),
    **both("growing", rows),
}
