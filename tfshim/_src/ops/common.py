"""What bodies of several families share: shape checks with TensorFlow's sentences."""

from __future__ import annotations

import functools
from collections.abc import Callable

import jax.numpy as jnp

from tfshim._src.engine.program import still
from tfshim._src.errors import require


def brackets(shape) -> str:
    """A shape as kernels print it: `[2,3]`."""
    return "[" + ",".join(map(str, shape)) + "]"


def check_broadcast(x, y) -> None:
    """Raises `Incompatible shapes: [2] vs. [3]` where x and y do not broadcast."""
    for a, b in zip(x.shape[::-1], y.shape[::-1], strict=False):
        require(
            a == b or a == 1 or b == 1,
            f"Incompatible shapes: {brackets(x.shape)} vs. {brackets(y.shape)}",
        )


def still_without_cotangent(attrs, inputs, outputs, cotangents, gradients):
    """For `op(settle=)` of functions of one element: where the cotangent is 0, so is the gradient,
    as in TensorFlow's SqrtGrad, RsqrtGrad and ReciprocalGrad: 0 times infinity is 0 there."""
    (cotangent,), (gradient,) = cotangents, gradients
    return (still(cotangent, gradient, jnp.zeros((), gradient.dtype)),)


def still_root(attrs, inputs, outputs, cotangents, gradients):
    """The same for the root of a sum of squares along `attrs["axis"]`, or over several arrays."""
    (cotangent,) = cotangents
    settled = []
    for x, gradient in zip(inputs, gradients, strict=True):
        moves = cotangent
        if moves.ndim and moves.ndim != x.ndim:
            axis = attrs["axis"]
            axes = axis if isinstance(axis, tuple) else (axis,)
            moves = jnp.expand_dims(moves, tuple([a % x.ndim for a in axes]))
        settled.append(still(moves, gradient, x * jnp.zeros((), x.dtype)))
    return tuple(settled)


def broadcasting(body: Callable) -> Callable:
    """Decorates a body of two arrays that broadcast, with TensorFlow's check."""

    @functools.wraps(body)
    def checked(x, y, **attrs):
        check_broadcast(x, y)
        return body(x, y, **attrs)

    return checked


def unbroadcast(grad, shape):
    """Sums a gradient over the axes along which its primal was broadcast."""
    extra = grad.ndim - len(shape)
    grad = jnp.sum(grad, axis=tuple(range(extra))) if extra else grad
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and grad.shape[i] != 1)
    return jnp.sum(grad, axis=axes, keepdims=True) if axes else grad
