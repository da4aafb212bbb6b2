"""The residual network. Images and filters stand in PyTorch's order, channels first."""

from __future__ import annotations

from benchmarks.pytorch.base import both, labels, parameters, training
from benchmarks.workloads.base import Data, Program, cycle
from benchmarks.workloads.cnn import EPSILON, MOMENTUM, RATES


def peer(torch, data: Data, optimizer: str) -> Program:
    """Its moving variances are unbiased ones, as PyTorch's are; no loss depends on them."""
    functional = torch.nn.functional
    arrays = data["params"].items()
    turned = {k: v.transpose(3, 2, 0, 1).copy() if v.ndim == 4 else v for k, v in arrays}
    params = parameters(torch, turned)
    moving = {k: torch.tensor(v) for k, v in data["moving"].items()}

    def conv(params, x, name, stride=1):
        w = params[f"{name}.w"]
        more = max(0, w.shape[2] - stride)  # of rows and columns around an even number of them
        if more % 2:
            x = functional.pad(x, [more // 2, more - more // 2] * 2)
        x = functional.conv2d(x, w, None, stride, 0 if more % 2 else more // 2)
        return functional.batch_norm(
            x, moving[f"{name}.mean"], moving[f"{name}.variance"], params[f"{name}.scale"],
            params[f"{name}.shift"], training=True, momentum=1.0 - MOMENTUM, eps=EPSILON,
        )  # fmt: skip

    def loss(params, x, labels):
        h = torch.relu(conv(params, x, "stem"))
        for name, stride, cut in data["plan"]:
            shortcut = conv(params, h, f"{name}.cut", stride) if cut else h
            h = torch.relu(conv(params, h, f"{name}.1", stride))
            h = torch.relu(conv(params, h, f"{name}.2") + shortcut)
        logits = torch.addmm(params["out.b"], torch.mean(h, (2, 3)), params["out.w"])
        return functional.cross_entropy(logits, labels)

    x = cycle(torch.tensor, data["x"].transpose(0, 1, 4, 2, 3).copy())
    classes = cycle(labels(torch), data["labels"])
    return training(
        torch, optimizer, RATES[optimizer], loss, params, lambda i: (*x(i), *classes(i))
    )


PEERS = both("cnn", peer)
