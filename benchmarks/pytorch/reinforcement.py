"""Policy gradients, on episodes of the same pole."""

from __future__ import annotations

from benchmarks.pytorch import base
from benchmarks.workloads.base import Data, Program
from benchmarks.workloads.reinforcement import RATES, Pole, play


def peer(torch, data: Data, optimizer: str) -> Program:
    functional = torch.nn.functional
    params = base.parameters(torch, data["params"])
    env = Pole()

    def logits(params, x):
        h = torch.tanh(torch.addmm(params["b1"], x, params["w1"]))
        return torch.addmm(params["b2"], h, params["w2"])

    @torch.no_grad()
    def act(x):
        return torch.softmax(logits(params, torch.from_numpy(x)), -1).numpy()

    def loss(params, x, actions, returns):
        losses = functional.cross_entropy(logits(params, x), actions, reduction="none")
        return torch.mean(losses * returns)

    def feed(i):
        x, actions, returns = play(act, env, data["limit"])
        return torch.tensor(x), base.labels(torch)(actions), torch.tensor(returns)

    update = base.training(torch, optimizer, RATES[optimizer], loss, params, feed)
    return Program(lambda: update.step(*update.feed(0)))


PEERS = base.both("reinforcement", peer)
