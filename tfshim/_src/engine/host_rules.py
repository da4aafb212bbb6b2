"""The table of host rules, and what rules share.

A rule is a builder: given an `Equation` (static parameters and avals) it returns the NumPy callable
that evaluates it, or None where it cannot. Builders run once per program, callables once per run.
The families beside this file (`host_rules_*.py`) add their rules to the same table.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import ml_dtypes
import numpy as np


class HostAval(NamedTuple):
    """What a rule may know about an operand: its static shape and dtype."""

    shape: tuple[int, ...]
    dtype: np.dtype


class Equation(NamedTuple):
    """One jaxpr equation as a rule sees it.

    `compile` turns a nested (closed) jaxpr into a callable from a list to a list of arrays.
    """

    name: str
    params: dict[str, Any]
    inputs: tuple[HostAval, ...]
    outputs: tuple[HostAval, ...]
    compile: Callable[[Any], Callable[[list], list]]


Kernel = Callable[..., Any]
Builder = Callable[[Equation], Kernel | None]


class Rule(NamedTuple):
    """A builder and what the program may do around it.

    elementwise: operands may stay unexpanded, the result is broadcast like a ufunc's.
    widen: narrow dtypes are computed in a wider one and cast back.
    scalar: a faster callable for operands that are all NumPy scalars.
    """

    build: Builder
    elementwise: bool
    widen: bool
    scalar: Kernel | None


RULES: dict[str, Rule] = {}


def rule(
    *names: str, elementwise: bool = False, widen: bool = False, scalar: Kernel | None = None
) -> Callable[[Builder], Builder]:
    """Register a builder for the primitives called `names`."""

    def register(build: Builder) -> Builder:
        for name in names:
            RULES[name] = Rule(build, elementwise, widen, scalar)
        return build

    return register


_FLOAT32 = np.dtype(np.float32)
_INT32 = np.dtype(np.int32)
# Arithmetic on these rounds (or wraps) after each operation from the wider dtype. For float16 and
# bfloat16 the double rounding is innocuous: float32 has more than twice their digits.
WIDER: dict[np.dtype, np.dtype] = {np.dtype(np.float16): _FLOAT32}
for _name in dir(ml_dtypes):
    _type = getattr(ml_dtypes, _name)
    if isinstance(_type, type) and issubclass(_type, np.generic):
        _dtype = np.dtype(_type)
        WIDER[_dtype] = _INT32 if _name.startswith(("int", "uint")) else _FLOAT32


def wider(dtype: np.dtype) -> np.dtype:
    """The dtype in which arithmetic on `dtype` is done."""
    return WIDER.get(dtype, dtype)


def is_narrow_integer(dtype: np.dtype) -> bool:
    """Whether `dtype` is an integer of fewer than eight bits."""
    return WIDER.get(dtype) is _INT32


def is_floating(dtype: np.dtype) -> bool:
    """Whether `dtype` is a real floating dtype, NumPy's own or an extension."""
    return dtype.kind == "f" or WIDER.get(dtype) is _FLOAT32


def is_integral(dtype: np.dtype) -> bool:
    """Whether `dtype` is an integer dtype, NumPy's own or an extension; bool is not."""
    return dtype.kind in "iu" or is_narrow_integer(dtype)


def widened(build: Builder, eqn: Equation) -> Kernel | None:
    """Build `eqn` in the wider dtypes of its narrow operands, with casts around it."""
    if not any(aval.dtype in WIDER for aval in eqn.inputs + eqn.outputs):
        return build(eqn)

    def widen(aval: HostAval) -> HostAval:
        return HostAval(aval.shape, wider(aval.dtype))

    wide = eqn._replace(
        inputs=tuple(map(widen, eqn.inputs)), outputs=tuple(map(widen, eqn.outputs))
    )
    kernel = build(wide)
    if kernel is None:
        return None
    entering = [WIDER.get(aval.dtype) for aval in eqn.inputs]
    leaving = [aval.dtype if aval.dtype in WIDER else None for aval in eqn.outputs]

    def call(*operands):
        results = kernel(
            *[
                x if dtype is None else x.astype(dtype)
                for x, dtype in zip(operands, entering, strict=True)
            ]
        )
        if len(leaving) == 1:
            return results if leaving[0] is None else results.astype(leaving[0])
        return [
            x if dtype is None else x.astype(dtype)
            for x, dtype in zip(results, leaving, strict=True)
        ]

    return call


def int_range(dtype: np.dtype) -> tuple[int, int]:
    """The smallest and the largest value of an integer dtype."""
    info = ml_dtypes.iinfo(dtype)
    return int(info.min), int(info.max)
