"""Derived kernels: the pullback and the pushforward of a kernel, which are kernels themselves.

Being made of the same nodes, they are recorded by outer tapes and differentiated again, so that
derivatives of any order need nothing more.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from tfshim._src.engine.kernel import Kernel
from tfshim._src.engine.program import linearize


def pullback(kernel: Kernel, diff: tuple[int, ...], which: tuple[int, ...], n_in: int) -> Kernel:
    """The kernel `(inputs..., cotangents...) -> gradients of the inputs diff`.

    Args:
      kernel: the forward kernel.
      diff: indices of the inputs to differentiate.
      which: indices of the outputs that have a cotangent; the others count as zero.
      n_in: number of forward inputs.
    """

    def make() -> Kernel:
        def fn(*values):
            _, pull = linearize(kernel, values[:n_in], diff)
            return pull(which, values[n_in:])

        parent = ("pullback", kernel, diff, which, n_in)
        return Kernel(f"{kernel.name}Grad", fn, parent=parent)

    return kernel.derived(("pullback", diff, which, n_in), make)


def pushforward(kernel: Kernel, moving: tuple[int, ...], n_in: int) -> Kernel:
    """The kernel `(inputs..., tangents of moving...) -> tangents of the float outputs`."""

    def make() -> Kernel:
        def fn(*values):
            primals, tangents = values[:n_in], values[n_in:]

            def forward(*inner):
                full = list(primals)
                for i, v in zip(moving, inner, strict=True):
                    full[i] = v
                return kernel.call(full)

            _, outs = jax.jvp(forward, tuple(primals[i] for i in moving), tuple(tangents))
            return tuple(t for t in outs if t.dtype != jax.dtypes.float0)

        return Kernel(f"{kernel.name}Jvp", fn)

    return kernel.derived(("pushforward", moving, n_in), make)


def transposed(kernel: Kernel, n_linear: int) -> Kernel:
    """The transpose of a kernel that is linear in its first `n_linear` inputs:
    `(those inputs' avals as arrays..., rest..., cotangents...) -> cotangents of the linear ones`."""

    def make() -> Kernel:
        def fn(*values):
            return values  # replaced per aval below

        del fn

        def transpose(*values):
            linear, rest = values[:n_linear], values[n_linear:]
            n_out = kernel.attrs["n_out"]
            rest, cotangents = rest[: len(rest) - n_out], rest[len(rest) - n_out :]
            pull = jax.linear_transpose(lambda *xs: kernel.call([*xs, *rest]), *linear)
            return tuple(pull(tuple(jnp.asarray(c) for c in cotangents)))

        return Kernel(f"{kernel.name}Transpose", transpose)

    return kernel.derived(("transpose", n_linear), make)
