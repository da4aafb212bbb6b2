"""Checks of indices inside functions: the reports, and the errors that they make.

What the same checks do at the call, outside of functions, is beside the ops.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import reports
from tfshim._src.ops.common import brackets
from tfshim._src.tensor import EagerTensor


def place_of(report: np.ndarray, shape: Sequence[int]) -> tuple[int, ...]:
    """Where the element stands that a report starts with."""
    return tuple(int(i) for i in np.unravel_index(int(report[0]) - 1, shape)) if shape else ()


def at(name: str, place: Sequence[int]) -> str:
    """`indices[2,1]`, or just `indices` of a scalar."""
    return f"{name}[{','.join(map(str, place))}]" if len(place) else name


@functools.lru_cache(1024)
def _range(kernel: str, below: bool, high: int):
    def body(indices):
        bad = reports.outside(indices, high) if below else indices >= high
        code, place = reports.first_true(bad)
        return code, jnp.reshape(indices, -1)[place]

    passes = functools.partial(reports.inside, size=high) if below else lambda i: i.max() < high
    return reports.checking(kernel, body, passes)


def check_elements(
    kernel: str, indices: EagerTensor, high: int, text: str, below: bool = True
) -> None:
    """Checks that all elements are in [0, high) when the program runs.

    Args:
      kernel: TensorFlow's name of the op.
      indices: integer tensor.
      high: see above.
      text: of the error; `{at}` and `{value}` tell of the first one that is not.
      below: whether elements below 0 are outside as well.
    """
    if not reports.collected() or not indices.aval.size or indices.aval.dtype.kind not in "iu":
        return
    shape = indices.aval.shape
    prefix, _, rest = text.partition("{at}")

    def explain(report: np.ndarray) -> Exception:
        shown = prefix + (at("", place_of(report, shape)) + rest if _ else "")
        return reports.failure(kernel, shown.replace("{value}", str(report[1])))

    reports.check(_range(kernel, below, high), [indices], explain)


@functools.lru_cache(1024)
def _vectors(kernel: str, sizes: tuple[int, ...]):
    def body(indices):
        bad = [reports.outside(indices[..., d], n) for d, n in enumerate(sizes)]
        code, place = reports.first_true(functools.reduce(jnp.logical_or, bad))
        return code, jnp.reshape(indices, (-1, len(sizes)))[place]

    return reports.checking(kernel, body)


def check_vectors(kernel: str, indices: EagerTensor, sizes: Sequence[int], text: str) -> None:
    """Checks that index vectors [..., depth] are inside a box when the program runs.

    Args:
      kernel: TensorFlow's name of the op.
      indices: integer tensor.
      sizes: of the box, one per element of a vector.
      text: of the error; `{at}`, `{place}` and `{value}` tell of the first vector that is outside.
    """
    if not reports.collected() or not indices.aval.size or indices.aval.dtype.kind not in "iu":
        return
    shape = indices.aval.shape[:-1]

    def explain(report: np.ndarray) -> Exception:
        place = place_of(report, shape)
        shown = text.replace("{at}", at("", place))
        shown = shown.replace("{place}", "".join(f"{p}, " for p in place))
        value = ", ".join(map(str, report[1:]))
        return reports.failure(kernel, shown.replace("{value}", value))

    reports.check(_vectors(kernel, tuple(sizes)), [indices], explain)


@functools.lru_cache(1024)
def _condition(kernel: str, holds: Any):
    return reports.checking(kernel, lambda *values: (jnp.any(holds(*values)),))


def check_none(kernel: str, holds: Any, inputs: Sequence[EagerTensor], error: Exception) -> None:
    """Checks that something holds nowhere when the program runs.

    Args:
      kernel: TensorFlow's name of the op.
      holds: a function of a module, from arrays to bools.
      inputs: its tensors.
      error: raised if it holds somewhere.
    """
    if reports.collected():
        reports.check(_condition(kernel, holds), inputs, lambda _: _again(error))


def _again(error: Exception) -> Exception:
    """A new exception like one that may have been raised before."""
    return type(error)(None, None, error.message)  # type: ignore[attr-defined, call-arg]


def not_in_box(shape: Sequence[int]) -> str:
    """The sentence of TensorFlow's scattering kernels."""
    return f"indices{{at}} = [{{value}}] does not index into shape {brackets(shape)}"
