"""One row: a public name, its arguments, and what of the outcome is compared.

Families import from here: `from conformance.cases.row import *` gives `row`, `method`, `code` and
the constructors of arrays.py.
"""

from __future__ import annotations

import dataclasses
import hashlib
import sys
from typing import Any

import numpy as np

from conformance.cases.arrays import (
    Array,
    Expr,
    Made,
    Ref,
    Var,
    array,
    b,
    bf16,
    c64,
    c128,
    draw,
    expr,
    f16,
    f32,
    f64,
    i8,
    i16,
    i32,
    i64,
    make,
    pairs,
    ref,
    s,
    special,
    u8,
    u16,
    u32,
    u64,
    var,
)

__all__ = [
    "array",
    "b",
    "bf16",
    "c128",
    "c64",
    "code",
    "draw",
    "expr",
    "f16",
    "f32",
    "f64",
    "i16",
    "i32",
    "i64",
    "i8",
    "make",
    "method",
    "pairs",
    "ref",
    "row",
    "s",
    "special",
    "u16",
    "u32",
    "u64",
    "u8",
    "var",
]

KINDS = ("ordinary", "boundary", "error")
MODES = ("eager", "deferred", "compiled", "tape")


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Row:
    """One case; see `row` for the fields."""

    op: str
    how: str
    source: str
    args: tuple
    kwargs: dict[str, Any]
    kind: str
    grad: Any
    second: bool
    tol: tuple[float, float] | None
    reason: str
    skip_modes: tuple[str, ...]
    set_seed: int | None
    signed_zeros: bool
    compare_values: bool
    text: str | None
    where: str

    @property
    def id(self) -> str:
        """The op and a hash of all that decides the outcome: a changed row is another row."""
        return f"{self.op}#{hashlib.sha256(self.describe().encode()).hexdigest()[:10]}"

    def describe(self) -> str:
        """The row as canonical text."""
        grad = self.grad if self.grad == "auto" else list(self.grad)
        parts = [self.how, self.op, self.source, _text(self.args), _text(self.kwargs)]
        parts += [str(self.kind == "error"), str(grad), str(self.second), str(self.set_seed)]
        return "|".join(parts)

    def __str__(self) -> str:
        shown = [_short(a) for a in self.args]
        shown += [f"{k}={_short(v)}" for k, v in self.kwargs.items()]
        return f"{self.id} ({self.where}) {self.op}({', '.join(shown)})"


def _row(
    op: str,
    args: tuple,
    attributes: dict[str, Any],
    *,
    how: str = "call",
    source: str = "",
    kind: str = "ordinary",
    grad: Any = "auto",
    second: bool = False,
    tol: Any = None,
    reason: str = "",
    skip_modes: Any = (),
    set_seed: int | None = None,
    signed_zeros: bool | None = None,
    compare_values: bool = True,
    text: str | None = None,
    kw: dict[str, Any] | None = None,
) -> Row:
    frame = sys._getframe(2)
    where = f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno}"
    if not op.startswith("tf."):
        raise ValueError(f"{where}: {op!r} is no full public name such as tf.math.add")
    if kind not in KINDS:
        raise ValueError(f"{where}: kind is {kind!r}, not one of {KINDS}")
    skip_modes = (skip_modes,) if isinstance(skip_modes, str) else tuple(skip_modes)
    if unknown := set(skip_modes) - set(MODES):
        raise ValueError(f"{where}: unknown modes {sorted(unknown)}")
    if tol is not None:
        tol = tuple(tol) if isinstance(tol, (tuple, list)) else (tol, tol)
    loosened = tol is not None or skip_modes or not compare_values or text is not None
    if loosened and not reason.strip():
        raise ValueError(f"{where}: tol, skip_modes, compare_values and text need a reason")
    if signed_zeros is None:
        marked = [a for a in args if isinstance(a, Array) and a.special]
        signed_zeros = bool(marked) and not any(a.dtype.startswith("complex") for a in marked)
    if kind == "error":
        grad = ()
    if grad != "auto":
        grad = tuple(grad) if isinstance(grad, (tuple, list)) else (grad,)
    return Row(
        op=op,
        how=how,
        source=source,
        args=args,
        kwargs={**attributes, **(kw or {})},
        kind=kind,
        grad=grad,
        second=second,
        tol=tol,
        reason=reason,
        skip_modes=skip_modes,
        set_seed=set_seed,
        signed_zeros=signed_zeros,
        compare_values=compare_values,
        text=text,
        where=where,
    )


_OPTIONS = frozenset(
    "kind grad second tol reason skip_modes set_seed signed_zeros compare_values text kw".split()
)


def _split(named: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    options = {k: v for k, v in named.items() if k in _OPTIONS}
    return options, {k: v for k, v in named.items() if k not in _OPTIONS}


def row(op: str, *args: Any, **named: Any) -> Row:
    """A call of a public function or class.

    Args:
      op: full public name, "tf.math.maximum".
      *args: arguments; what arrays.py makes becomes a tensor, the rest is passed as it is.
      **named: keyword arguments of the call, and these options:
        kind: "ordinary", "boundary" or "error" (TensorFlow raises).
        grad: which arguments get gradients compared, by position or keyword; by default every
          argument that is a float or complex tensor or variable, also inside lists. () for none.
        second: also compare second derivatives.
        tol: (relative, absolute) tolerance, or one number for both, instead of the table's.
        skip_modes: modes in which the row cannot run.
        set_seed: `tf.random.set_seed` before each call.
        signed_zeros: whether 0 and -0 differ in results; by default where `special` values enter.
        compare_values: False compares only structure, dtype and shape.
        text: for error rows: a part of the message that is compared instead of all of it; "" for
          nothing but the class.
        reason: why, for tol, skip_modes, compare_values and text.
        kw: keyword arguments of the call that have the name of an option.
    """
    options, attributes = _split(named)
    return _row(op, args, attributes, **options)


def method(op: str, *args: Any, **named: Any) -> Row:
    """A method or property, "tf.Tensor.get_shape", of the first argument; options as in `row`."""
    options, attributes = _split(named)
    return _row(op, args, attributes, how="method", **options)


def code(op: str, source: str, *args: Any, **named: Any) -> Row:
    """An expression over `tf` and `np` whose value, a function, is called with the arguments.

        code("tf.Tensor.__getitem__", "lambda x: x[..., 1:]", draw((2, 3)))

    `op` says which public name this is a case of; options as in `row`.
    """
    options, attributes = _split(named)
    return _row(op, args, attributes, how="code", source=source, **options)


def _text(value: Any) -> str:
    """A value as text that is the same on every machine and NumPy version."""
    if isinstance(value, Array):
        if value.dtype == "string":
            content = repr(value.value.tolist()).encode()
        else:
            content = np.ascontiguousarray(value.value).tobytes()
        digest = hashlib.sha256(content).hexdigest()[:16]
        return f"{value.dtype}{list(value.value.shape)}:{digest}"
    if isinstance(value, Var):
        return f"var({_text(value.value)},{value.trainable})"
    if isinstance(value, Ref):
        return f"ref({value.name})"
    if isinstance(value, Expr):
        return f"expr({value.source})"
    if isinstance(value, Made):
        return f"make({value.name},{_text(value.args)},{_text(value.kwargs)})"
    if isinstance(value, (np.ndarray, np.generic)):
        value = np.asarray(value)
        if value.dtype.kind in "OUS":
            return f"np:{value.dtype.kind}{list(value.shape)}:{value.tolist()!r}"
        digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()[:16]
        return f"np:{value.dtype.str}{list(value.shape)}:{digest}"
    if isinstance(value, tuple):
        return f"{type(value).__name__}({','.join(map(_text, value))})"
    if isinstance(value, list):
        return f"[{','.join(map(_text, value))}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(k)}:{_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, type):
        return f"type({value.__module__}.{value.__name__})"
    if isinstance(value, slice):
        return f"slice({_text(value.start)},{_text(value.stop)},{_text(value.step)})"
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes, range)):
        return repr(value)
    if value is Ellipsis:
        return "..."
    raise TypeError(f"a row cannot hold {value!r}; use make, ref or expr")


def _short(value: Any) -> str:
    """A value for messages."""
    if isinstance(value, Array):
        if value.value.size <= 6:
            text = np.array2string(value.value, precision=4, separator=",").replace("\n", "")
            return f"{value.dtype} {text}"
        return f"{value.dtype}{list(value.value.shape)}"
    if isinstance(value, Var):
        return f"var({_short(value.value)})"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_short, value)) + "]"
    if isinstance(value, Made):
        return f"{value.name}(...)"
    if isinstance(value, (Ref, Expr)):
        return value.name if isinstance(value, Ref) else value.source
    return repr(value)
