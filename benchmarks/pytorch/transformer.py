"""The transformer."""

from __future__ import annotations

from benchmarks.pytorch.base import both, labels, parameters, training
from benchmarks.workloads.base import Data, Program, cycle
from benchmarks.workloads.transformer import RATES


def peer(torch, data: Data, optimizer: str) -> Program:
    functional = torch.nn.functional
    mask = torch.tensor(data["mask"])

    def norm(x, scale):
        return functional.layer_norm(x, scale.shape, scale, None, 1e-5)

    def attention(params, x, i):
        q, k, v = (torch.einsum("btd,dhk->bhtk", x, params[f"{i}.{name}"]) for name in "qkv")
        scores = q @ k.transpose(2, 3) / q.shape[-1] ** 0.5 + mask
        seen = torch.softmax(scores, -1) @ v
        return torch.einsum("bhtk,hkd->btd", seen, params[f"{i}.o"])

    def loss(params, x, y):
        h = functional.embedding(x, params["tokens"]) + params["places"]
        for i in range(data["layers"]):
            h = h + attention(params, norm(h, params[f"{i}.norm1"]), i)
            up = norm(h, params[f"{i}.norm2"]) @ params[f"{i}.up"]
            h = h + functional.gelu(up, approximate="tanh") @ params[f"{i}.down"]
        logits = norm(h, params["norm"]) @ params["tokens"].T
        return functional.cross_entropy(logits.flatten(0, 1), y.flatten())

    params = parameters(torch, data["params"])
    feed = cycle(labels(torch), data["x"], data["y"])
    return training(torch, optimizer, RATES[optimizer], loss, params, feed)


PEERS = both("transformer", peer)
