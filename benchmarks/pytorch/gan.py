"""The generative adversarial network: one forward pass, two gradients."""

from __future__ import annotations

from benchmarks.pytorch import base
from benchmarks.workloads.base import Data, Program, cycle
from benchmarks.workloads.gan import RATES


def peer(torch, data: Data, optimizer: str) -> Program:
    functional, grad = torch.nn.functional, torch.autograd.grad
    generator = base.parameters(torch, data["generator"])
    critic = base.parameters(torch, data["critic"])
    g_weights, c_weights = list(generator.values()), list(critic.values())
    g_apply = base.optimizer(torch, optimizer, g_weights, RATES[optimizer])
    c_apply = base.optimizer(torch, optimizer, c_weights, RATES[optimizer])

    def network(params, x):
        for i in range(2):
            x = functional.leaky_relu(torch.addmm(params[f"b{i}"], x, params[f"w{i}"]), 0.2)
        return torch.addmm(params["b2"], x, params["w2"])

    def loss(logits, truth):
        return functional.binary_cross_entropy_with_logits(logits, truth(logits))

    def step(real, noise):
        fake = network(generator, noise)
        on_real, on_fake = network(critic, real), network(critic, fake)
        g_loss = loss(on_fake, torch.ones_like)
        c_loss = loss(on_real, torch.ones_like) + loss(on_fake, torch.zeros_like)
        g_grads = grad(g_loss, g_weights, retain_graph=True)
        c_grads = grad(c_loss, c_weights)
        g_apply(g_grads)
        c_apply(c_grads)
        return torch.stack([g_loss.detach(), c_loss.detach()])

    return Program(step, cycle(torch.tensor, data["real"], data["noise"]))


PEERS = base.both("gan", peer)
