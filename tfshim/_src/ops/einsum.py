"""`tf.einsum` and `tf.tensordot`: products summed over named or numbered axes."""

from __future__ import annotations

import collections
import functools
import math
import re
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import static
from tfshim._src.convert import convert
from tfshim._src.errors import fail, op_error, require
from tfshim._src.ops.common import brackets
from tfshim._src.ops.linalg_basic import no_kernel
from tfshim._src.registry import export, op
from tfshim._src.rules import same

_MAT_MUL = (
    "bfloat16", "half", "float", "double", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "complex64", "complex128",
)  # fmt: skip

#: Dtypes of TensorFlow's kernels on CPU.
_EINSUM = frozenset(
    ("bfloat16", "float16", "float32", "float64", "int32", "int64", "complex64", "complex128")
)
#: `optimize` as opt_einsum takes it, which both TensorFlow and JAX use.
_OPTIMIZERS = (
    "auto", "auto-hq", "branch-1", "branch-2", "branch-all", "dp", "dynamic-programming", "eager",
    "greedy", "opportunistic", "optimal", "random-greedy", "random-greedy-128",
)  # fmt: skip


@functools.lru_cache(maxsize=1024)
def _parse(equation: str, count: int) -> tuple[tuple[str, ...], str]:
    """The subscripts of inputs and output, '0' standing for an ellipsis; checked as TensorFlow."""
    resolved = equation.replace(" ", "")
    dots = "..." in equation
    if dots:
        if "0" in resolved:
            raise ValueError(f'Invalid character "0" in equation: {equation}.')
        resolved = resolved.replace("...", "0")
    letters = "a-zA-Z0" if dots else "a-zA-Z"
    match = re.match(f"^([{letters},]*)(->[{letters}]*)?$", resolved)
    if not match:
        raise ValueError(f"Subscripts have incorrect format: {resolved}")
    inputs = match.group(1).split(",")
    if count != len(inputs):
        raise ValueError(f'Got {count} inputs for equation "{equation}", expecting {len(inputs)}')
    if match.group(2) is None:
        counts = collections.Counter("".join(inputs))
        output = "".join(x for x in sorted(counts) if counts[x] == 1)
    else:
        output = match.group(2)[2:]
    if len(set(output)) != len(output):
        raise ValueError(f"Output subscripts contain a label appearing more than once: {equation}")
    for label in output:
        if label != "0" and label not in inputs[0] + "".join(inputs[1:]):
            raise ValueError(
                f"Output subscripts contain the label {label} not present in the input subscripts."
            )
    return tuple(inputs), output


def _check_shapes(labels: list[str], output: str, shapes: list[tuple[int, ...]]) -> None:
    sizes: dict[str, int] = {}
    broadcast: list[tuple[int, ...]] = []
    for i, (names, shape) in enumerate(zip(labels, shapes, strict=True)):
        require(names.count("0") <= 1, "Multiple ellipses in an input.")
        named = len(names) - names.count("0")
        if "0" in names:
            require(
                len(shape) >= named,
                f"Expected input {i} to have rank at least {named} but got: {len(shape)}",
            )
        else:
            require(
                len(shape) == named,
                f"Expected input {i} to have rank {named} but got: {len(shape)}",
            )
        before = names.find("0") if "0" in names else len(names)
        extra = len(shape) - named
        if extra:
            broadcast.append(tuple(shape[before : before + extra]))
        for p, label in enumerate(names):
            if label == "0":
                continue
            axis = p if p < before else p - 1 + extra
            known = sizes.setdefault(label, shape[axis])
            if known != shape[axis]:
                fail(
                    f"Expected dimension {known} at axis {axis} of the input shaped "
                    f"{brackets(shape)} but got dimension {shape[axis]}"
                )
    if broadcast:
        if "0" not in output:
            rank = max(len(b) for b in broadcast)
            fail(
                f"Output contains {rank} broadcasting dimension(s) but no ellipsis (...) was "
                "found in the output subscripts."
            )
        for other in broadcast[1:]:
            for m, n in zip(broadcast[0][::-1], other[::-1], strict=False):
                if m != n and 1 not in (m, n):
                    shown = " vs. ".join(brackets((*b, 1)) for b in broadcast[:2])
                    fail(f"Invalid broadcasting dimensions: {shown}")


def _contract(equation: str, optimize: Any, *inputs):
    """The sum of products; in the equation '0' stands for an ellipsis, and `->` is there."""
    labels, _, output = equation.partition("->")
    _check_shapes(labels.split(","), output, [x.shape for x in inputs])
    result = jnp.einsum(equation.replace("0", "..."), *inputs, optimize=optimize)
    return result.astype(inputs[0].dtype)


# Of one and two factors apart: their calls are found without binding a list.


@op(kernel="Einsum", inputs=same("x"))
def _einsum_of_one(x, equation):
    return _contract(equation, "greedy", x)


@op(kernel="Einsum", inputs=same("x", "y"))
def _einsum_of_two(x, y, equation):
    return _contract(equation, "greedy", x, y)


@op(kernel="Einsum", inputs=same("*inputs"))
def _einsum(inputs, equation, optimize):
    return _contract(equation, optimize, *inputs)


@export("tf.einsum", "tf.linalg.einsum")
def einsum(equation, *inputs, **kwargs) -> Any:
    """Products of tensors, summed over the indices that the output does not name.

    Args:
      equation: subscripts, `"ij,jk->ik"`; `...` stands for axes that broadcast. Without `->` the
        output has every letter that occurs once, in the order of the alphabet.
      *inputs: tensors or arrays of one dtype, as many as the equation has subscripts.
      **kwargs: `optimize`, the way in which the order of three or more factors is searched for
        (default "greedy"); `name`, ignored.

    Raises:
      ValueError: for an equation that is none, or that does not fit the number of inputs.
      InvalidArgumentError: for shapes that do not fit the equation.
    """
    kwargs.pop("name", None)
    optimize = kwargs.pop("optimize", "greedy")
    if kwargs:
        raise TypeError(
            f"Invalid keyword arguments for einsum: {', '.join(kwargs)}. "
            "Valid arguments: name, optimize, greedy."
        )
    for x in inputs:
        _ = x.shape  # a list has none, which TensorFlow refuses in these words too
    labels, output = _parse(equation, len(inputs))
    if len(inputs) > 2:
        if not isinstance(optimize, bool) and optimize not in _OPTIMIZERS:
            raise KeyError(
                f"Path optimizer '{optimize}' not found, valid options are {set(_OPTIMIZERS)}."
            )
        if optimize is False:
            text = f"{','.join(labels)}->{output}".replace("0", "...")
            raise op_error(
                "Einsum",
                f"Expecting 1 or 2 input subscripts in equation '{text}' but got: {len(inputs)}",
            )
    tensors = [convert(x) for x in inputs]
    dtype = tensors[0].aval.dtype
    if dtype.name not in _EINSUM and all(t.aval.dtype is dtype for t in tensors):
        text = f"{','.join(labels)}->{output}".replace("0", "...")
        no_kernel("Einsum", f'N={len(tensors)}, T=DT_{dtype.name.upper()}, equation="{text}"')
    resolved = f"{','.join(labels)}->{output}"
    if len(tensors) == 1:
        return _einsum_of_one(tensors[0], resolved)
    if len(tensors) == 2:
        return _einsum_of_two(*tensors, resolved)
    return _einsum(tensors, resolved, optimize)


@op(kernel="MatMul", inputs=same("a", "b", of=_MAT_MUL))
def _tensordot(a, b, a_axes, b_axes):
    a_axes = [i % a.ndim for i in a_axes]
    b_axes = [i % b.ndim for i in b_axes]
    inner = [math.prod(x.shape[i] for i in axes) for x, axes in ((a, a_axes), (b, b_axes))]
    if inner[0] != inner[1]:
        outer = [a.size // inner[0] if inner[0] else _free(a, a_axes), _free(b, b_axes)]
        fail(
            f"Matrix size-incompatible: In[0]: {brackets((outer[0], inner[0]))}, "
            f"In[1]: {brackets((inner[1], outer[1]))}"
        )
    if all(a.shape[i] == b.shape[j] for i, j in zip(a_axes, b_axes, strict=True)):
        return lax.dot_general(a, b, ((tuple(a_axes), tuple(b_axes)), ((), ())))
    # sizes whose products agree are enough for TensorFlow, which multiplies reshaped matrices
    a_free = [i for i in range(a.ndim) if i not in a_axes]
    b_free = [i for i in range(b.ndim) if i not in b_axes]
    left = jnp.reshape(jnp.transpose(a, a_free + a_axes), (-1, inner[0]))
    right = jnp.reshape(jnp.transpose(b, b_axes + b_free), (inner[1], -1))
    shape = [a.shape[i] for i in a_free] + [b.shape[i] for i in b_free]
    return jnp.reshape(left @ right, shape)


def _free(x, axes) -> int:
    return math.prod(n for i, n in enumerate(x.shape) if i not in axes)


def _contracted(a, axes) -> tuple[Any, Any]:
    """The axes of both factors, by TensorFlow's rules for what `axes` may be."""
    whole = isinstance(axes, (int, np.integer))
    if not whole and not isinstance(axes, (list, tuple)):
        axes = static.host(axes)
        if isinstance(axes, (float, str, bytes)):
            raise TypeError(f"Cannot convert {axes!r} to EagerTensor of dtype int32")
        axes = np.asarray(axes)
        return axes[0].tolist(), axes[1].tolist()
    if whole:
        if axes < 0:
            raise ValueError(f"`axes` must be at least 0. Received: {axes}.")
        if axes > a.ndim:
            raise ValueError(
                "`axes` must not be larger than the number of dimensions of tensor "
                f"{a if a._is_symbolic() else a.numpy()}.  Received {axes}, vs tensor dimensions "
                f"{a.ndim}."
            )
        return list(range(a.ndim - axes, a.ndim)), list(range(axes))
    if len(axes) != 2:
        raise ValueError(f"`axes` must be an integer or have length 2. Received {axes}.")
    sides: list[Any] = list(axes)
    if all(isinstance(x, (int, np.integer)) for x in sides):
        sides = [[x] for x in sides]
    m, n = (len(x) for x in sides)
    if m != n:
        raise ValueError(f"Different number of contraction axes `a` and `b`, {m} != {n}.")
    return static.integers(sides[0]), static.integers(sides[1])


@export("tf.tensordot", "tf.linalg.tensordot")
def tensordot(a, b, axes, name=None) -> Any:
    """The product of two tensors, summed over pairs of axes.

    Args:
      a, b: tensors of one dtype.
      axes: the axes of `a` and those of `b`, pairwise of one size; or a number n, for the last n
        axes of `a` and the first n of `b`.
      name: ignored.

    Returns:
      A tensor whose axes are the other ones of `a`, then those of `b`.

    Raises:
      ValueError, IndexError: for axes that do not exist, or not as many on both sides.
      InvalidArgumentError: for sizes that do not fit.
    """
    a, b = convert(a), convert(b)
    a_axes, b_axes = _contracted(a, axes)
    for x, chosen in ((a, a_axes), (b, b_axes)):
        if any(not -x.ndim <= i < x.ndim for i in chosen):
            raise IndexError("list index out of range")
        if len({i % x.ndim for i in chosen}) != len(chosen):
            left = x.ndim - len({i % x.ndim for i in chosen}) + len(chosen)
            raise ValueError(
                f"operands could not be broadcast together with shapes ({x.ndim},) ({left},) "
            )
    dtype = a.aval.dtype
    if dtype.kind == "u" and dtype is b.aval.dtype:
        no_kernel(
            "MatMul",
            f"T=DT_{dtype.name.upper()}, grad_a=false, grad_b=false, transpose_a=false, "
            "transpose_b=false",
        )
    return _tensordot(a, b, tuple(a_axes), tuple(b_axes))
