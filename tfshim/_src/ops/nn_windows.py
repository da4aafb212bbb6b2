"""Strides, paddings and sizes of windows that slide over spatial axes."""

from __future__ import annotations

import threading
from typing import Any

import jax
import numpy as np

from tfshim._src.errors import InvalidArgumentError, op_error, require

Pairs = tuple[tuple[int, int], ...]


class Ints(tuple):
    """An attribute's ints. Not a plain tuple: TensorFlow words an error another way where an
    argument that becomes a tensor was given as a list, and a list of ints never does."""

    __slots__ = ()


#: Data formats with the channels at the end; None means the default.
LAST = frozenset({None, "NWC", "NHC", "NHWC", "NWHC", "NDHWC"})


def sequence(value: Any, n: int, channel_index: int, name: str) -> list[Any]:
    """A stride, size or dilation for every axis, from one of the forms that TensorFlow takes.

    Args:
      value: None for ones, an int, or 1, n or n + 2 of them.
      n: number of spatial axes.
      channel_index: 1 for channels first.
      name: of the argument, for the error.
    """
    if value is None:
        return [1] * (n + 2)
    if isinstance(value, int) or not hasattr(value, "__len__"):
        value = [value]
    else:
        value = list(value)
    if len(value) == n + 2:
        return value
    if len(value) == 1:
        value = value * n
    elif len(value) != n:
        raise ValueError(
            f"{name} should be of length 1, {n} or {n + 2}. Received: {name}={value} of length "
            f"{len(value)}"
        )
    return [1, 1, *value] if channel_index == 1 else [1, *value, 1]


def ints(
    values: Any, name: str, op_name: str = "", length: int | None = None, kernel: str = ""
) -> Ints:
    """A tuple of ints for a list attribute, with TensorFlow's errors."""
    if not isinstance(values, (list, tuple)):
        raise TypeError(f"Expected list for {name!r} argument to {op_name!r} Op, not {values!r}.")
    out = []
    for v in values:
        if isinstance(v, (str, bytes)) or v is None or not hasattr(v, "__int__"):
            raise TypeError(f"Expected int for argument {name!r} not {v!r}.")
        out.append(int(v))
    if length is not None and len(out) < length:
        raise op_error(
            kernel,
            f"Length for attr {name!r} of {len(out)} must be at least minimum {length}\n\t; "
            f"NodeDef: {{{{node {kernel}}}}}",
            ran=False,
        )
    return Ints(out)


def choice(kernel: str, attr: str, value: Any, allowed: tuple[str, ...]) -> str:
    """A string attribute, or the error for one that is not allowed."""
    if not isinstance(value, str):
        raise TypeError(f"Expected string for argument {attr!r} not {value!r}.")
    if value not in allowed:
        names = ", ".join(f'"{a}"' for a in allowed)
        raise op_error(
            kernel,
            f'Value for attr {attr!r} of "{value}" is not in the list of allowed values: {names}'
            f"\n\t; NodeDef: {{{{node {kernel}}}}}",
            ran=False,
        )
    return value


def explicit(padding: Any, length: int = 4) -> Any:
    """A padding: strings as they are, lists as a tuple of pairs, one for each axis."""
    if isinstance(padding, str) and padding == "EXPLICIT":
        raise ValueError(
            "'EXPLICIT' is not a valid value for `padding`. To use explicit padding, `padding` "
            "must be a list."
        )
    if not isinstance(padding, (list, tuple)):
        return padding
    for i, pair in enumerate(padding):
        got = None
        if not isinstance(pair, (list, tuple)):
            got = f"of type {type(pair)}"
        elif len(pair) != 2:
            got = f"of size {len(pair)}"
        if got:
            raise ValueError(
                "When `padding` is a list, each element of `padding` must be a list/tuple of size "
                f"2. Received: padding={padding} with element at index {i} {got}"
            )
    if len(padding) != length:
        raise ValueError(
            f"When padding is a list, it must be of size {length}. Received: padding={padding} of "
            f"size {len(padding)}"
        )
    return Ints((int(a), int(b)) for a, b in padding)


def spatial(values: tuple, channels_first: bool) -> tuple:
    """The entries of the spatial axes."""
    return tuple(values[2:] if channels_first else values[1:-1])


def check_explicit(padding: Pairs, channels_first: bool) -> None:
    """Explicit padding is not negative, and zero along batch and channels."""
    inner = spatial(padding, channels_first)
    outer = [
        p
        for i, p in enumerate(padding)
        if i == 0 or i == (1 if channels_first else -1 % len(padding))
    ]
    require(
        all(p == (0, 0) for p in outer),
        "Nonzero explicit padding in the batch or depth dimensions is not supported",
    )
    require(
        min(min(p) for p in inner) >= 0, "All elements of explicit_paddings must be nonnegative"
    )


def window(
    size: int, k: int, stride: int, dilation: int, padding: Any
) -> tuple[int, tuple[int, int]]:
    """The number of windows along an axis, and the padding.

    Args:
      size, k: of the axis and the window.
      stride, dilation: ints >= 1.
      padding: "SAME", "VALID" or a pair.

    Raises:
      InvalidArgumentError: where the window does not fit.
    """
    effective = (k - 1) * dilation + 1
    if padding == "SAME":
        out = -(-size // stride)
        pad = max((out - 1) * stride + effective - size, 0)
        return out, (pad // 2, pad - pad // 2)
    pads = (0, 0) if padding == "VALID" else padding
    padded = size + sum(pads)
    out = int(np.trunc((padded - effective + stride) / stride))
    if _INFERRING.shapes:
        fits, size = padded >= effective, padded
    else:
        fits = out >= 0
    require(
        fits,
        f"Computed output size would be negative: {out} [input_size: {size}, "
        f"effective_filter_size: {effective}, stride: {stride}]",
    )
    return out, pads


class _Inferring(threading.local):
    """Whether windows are looked at by shape inference, for which all must be in the image."""

    shapes = False


_INFERRING = _Inferring()
_KERNELS = frozenset(
    """Conv2D Conv3D DepthwiseConv2dNative MaxPool AvgPool MaxPool3D AvgPool3D
    MaxPoolWithArgmax""".split()
)


def check_in_graph(kernel: Any, avals: list) -> None:
    """What shape inference says of a call that has no window along some axis.

    Raises:
      InvalidArgumentError: if that is because the window is larger than the padded image.
    """
    if kernel.name not in _KERNELS:
        return
    _INFERRING.shapes = True
    try:
        jax.eval_shape(lambda *arrays: kernel.fn(*arrays), *[a.struct for a in avals])
    except InvalidArgumentError as e:
        raise op_error(kernel.name, e.message) from None
    finally:
        _INFERRING.shapes = False


def windows(sizes, ks, strides, dilations, padding) -> tuple[tuple[int, ...], Pairs]:
    """`window` for every spatial axis; `padding` is a string or pairs of the spatial axes."""
    each = [padding] * len(sizes) if isinstance(padding, str) else padding
    found = [window(*args) for args in zip(sizes, ks, strides, dilations, each, strict=True)]
    return tuple(o for o, _ in found), tuple(p for _, p in found)
