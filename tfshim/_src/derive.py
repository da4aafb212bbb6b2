"""Derived kernels: the pullback and the pushforward of a kernel, which are kernels themselves.

Being made of the same nodes, they are recorded by outer tapes and differentiated again, so that
derivatives of any order need nothing more.
"""

from __future__ import annotations

import jax

from tfshim._src.engine.kernel import Kernel
from tfshim._src.engine.program import is_partial, linearize, sum_of


def pullback(
    kernel: Kernel,
    diff: tuple[int, ...],
    which: tuple[int, ...],
    n_in: int,
    summed: bool = False,
) -> Kernel:
    """The kernel `(inputs..., cotangents...) -> gradients of the inputs diff`.

    Args:
      kernel: the forward kernel.
      diff: indices of the inputs to differentiate.
      which: indices of the outputs that have a cotangent; the others count as zero.
      n_in: number of forward inputs.
      summed: give the sum of the gradients, for inputs that are all one tensor (as in x * x).
    """
    key = ("pullback", diff, which, n_in, summed)
    found = kernel._derived.get(key)
    if found is None:
        only = which if is_partial(kernel, which) else None

        def fn(*values):
            _, pull = linearize(kernel, values[:n_in], diff, only)
            grads = pull(which, values[n_in:])
            return (sum_of(grads),) if summed else grads

        parent = ("pullback", kernel, diff, which, n_in)
        attrs = {"summed": True} if summed else None
        found = kernel._derived[key] = Kernel(f"{kernel.name}Grad", fn, attrs, parent=parent)
    return found


def pushforward(kernel: Kernel, moving: tuple[int, ...], n_in: int) -> Kernel:
    """The kernel `(inputs..., tangents of those moving...) -> tangents of the float outputs`."""

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


def transposed(kernel: Kernel, linear: tuple, n_out: int) -> Kernel:
    """The transpose of a captured linear kernel.

    Args:
      kernel: a kernel that is linear in its first inputs.
      linear: avals of those inputs.
      n_out: number of outputs of the kernel.

    Returns:
      The kernel `(captured inputs..., one value per output of `kernel`) -> one per linear input`.
    """

    def make() -> Kernel:
        def fn(*values):
            captured, outs = values[: len(values) - n_out], values[len(values) - n_out :]
            pull = jax.linear_transpose(
                lambda *xs: kernel.call([*xs, *captured]), *[a.struct for a in linear]
            )
            return tuple(pull(tuple(outs)))

        return Kernel(f"{kernel.name}Transpose", fn)

    return kernel.derived(("transpose", linear, n_out), make)
