"""A workload made ready in a framework, in this process."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable

import numpy as np

from benchmarks import pytorch
from benchmarks.workloads.base import Program, Workload

# What is measured against what. "tfshim-function" is the same program in `tf.function`.
FRAMEWORKS = (
    "tfshim", "tf-eager", "tf-function", "tf-jit", "jax-jit", "torch-eager", "tfshim-function",
)  # fmt: skip
PEERS = FRAMEWORKS[1:6]
NEEDS_TENSORFLOW = ("tf-eager", "tf-function", "tf-jit")
COMPILED = ("tf-function", "tf-jit", "tfshim-function")


def applies(framework: str, workload: Workload) -> bool:
    """Whether the framework has a sensible program for this workload."""
    return workload.compiles or framework not in COMPILED


def load(framework: str, x64: bool):
    """Imports the framework and returns its module."""
    if framework == "jax-jit":
        import jax

        if x64:
            jax.config.update("jax_enable_x64", True)
        return jax
    if framework == "torch-eager":
        return importlib.import_module("torch")
    if framework in NEEDS_TENSORFLOW:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        import tensorflow as tf  # pyright: ignore[reportMissingImports]

        return tf
    import tfshim as tf

    return tf


def build(framework: str, workload: Workload, small: bool = False, module=None) -> Program:
    """The workload's program in a framework: `step(*feed(i))`."""
    module = module or load(framework, workload.x64)
    data = workload.data(small)
    if framework == "jax-jit":
        return workload.peer(module, data)
    if framework == "torch-eager":
        return pytorch.PEERS[workload.name](module, data)
    return workload.program(module, compiler(framework, module), data)


def compiler(framework: str, tf) -> Callable:
    """What a user of this framework would decorate a step with."""
    if framework not in COMPILED:
        return lambda f: f
    return lambda f: tf.function(
        f, jit_compile=framework == "tf-jit" or None, reduce_retracing=True
    )


def read(value) -> np.ndarray:
    """Looks at a value, as a user who prints the loss does."""
    return np.asarray(value.numpy() if hasattr(value, "numpy") else value)


def losses(program: Program, steps: int) -> list:
    """The values of the first steps, as nested lists of floats."""
    return [read(program.step(*program.feed(i))).tolist() for i in range(steps)]
