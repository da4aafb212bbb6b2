"""`tf.debugging`: assertions on values.

An assertion computes what it reads. In a function that is traced it becomes a check that the
program makes each time that it runs (assert_reports.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import ml_dtypes
import numpy as np

from tfshim._src import reports, static
from tfshim._src.convert import convert
from tfshim._src.errors import InvalidArgumentError, OpError, op_error
from tfshim._src.fold import static_value
from tfshim._src.ops import compare
from tfshim._src.ops.assert_reports import assert_later, name_of
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT, each
from tfshim._src.tensor import STATE, EagerTensor, Tensor

_ALL = 1_000_000_000


def _invalid(text: str) -> OpError:
    return InvalidArgumentError(None, None, text)


def _limit(summarize: int | None) -> int:
    if summarize is None:
        return 3
    return _ALL if summarize < 0 else summarize


def pretty(item: Any, summarize: int | None) -> str:
    """One item of an assertion's data, as TensorFlow prints it."""
    t = convert(item)
    value = static.host(t)
    if value.ndim == 0:
        return str(value[()])
    flat = value.reshape(-1)
    shown = [str(v) for v in flat[: _limit(summarize)]]
    if len(shown) < flat.size:
        shown.append("...")
    return ", ".join(shown)


def _checked_now(check: Callable[..., None], tensors: list[EagerTensor]) -> bool:
    """Calls `check(*values)` if the values are known; whether they are."""
    if any(t._is_symbolic() for t in tensors):
        return False  # even a value that is known here may stand in a branch that never runs
    check(*[t._host_value() for t in tensors])
    return True


@export("tf.debugging.Assert", "tf.Assert")
def Assert(condition, data, summarize=None, name=None) -> None:
    """Raises unless a condition holds.

    Args:
      condition: bool, or a tensor of one.
      data: list of tensors for the text.
      summarize: how many elements of each to print; 3 by default, -1 for all.
      name: ignored.

    Raises:
      InvalidArgumentError: if the condition is false.
    """
    if not isinstance(data, (list, tuple, str)):
        raise TypeError("values must be a sequence.")
    if STATE.trace.symbolic and not isinstance(condition, bool):
        tensor = convert(condition)
        if tensor._is_symbolic():
            assert_later(tensor, data, summarize)
            return
    if condition:  # as Python sees it: a list of anything holds
        return
    text = "\n".join([pretty(d, summarize) for d in data])
    raise _invalid(f"Expected '{condition!s}' to be true. Summarized data: {text}")


# -- two tensors ---------------------------------------------------------------------------------


def _assert_pairs(sign: str, holds: Callable, x, y, message, summarize) -> None:
    first, second = _operands(x, y)
    result = convert(holds(first, second))

    def check(fine: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
        if not fine.all():
            raise _invalid(_pairs_text(sign, fine, a, b, message, _limit(summarize)))

    known = static_value(result)
    if known is not None and known.all():
        return
    if not _checked_now(check, [result, first, second]):
        data = [*_named("x", first), *_named("y", second)]
        prefix = [str(message)] if message else []
        text = f"Condition x {sign} y did not hold element-wise:"
        assert_later(result, [*prefix, text, *data], summarize)


def _named(label: str, t: EagerTensor) -> list:
    return [f"{label} ({name_of(t)}) = ", t]


def _pairs_text(sign: str, fine, a, b, message, limit: int) -> str:
    lines = [] if message is None or message == "" else [str(message)]
    lines.append(f"Condition x {sign} y did not hold.")
    if a.shape == b.shape and a.shape:
        where = np.argwhere(~fine)[:limit]
        at = tuple(where.T)
        lines += [
            f"Indices of first {len(where)} different values:",
            str(where),
            "Corresponding x values:",
            str(a[at]),
            "Corresponding y values:",
            str(b[at]),
        ]
    for label, value in (("x", a), ("y", b)):
        count = min(value.size, limit)
        lines += [f"First {count} elements of {label}:", str(value.reshape(-1)[:count])]
    return "\n".join(lines)


def _operands(x: Any, y: Any) -> tuple[Any, Any]:
    """Both as tensors, each on its own: a mismatch of dtypes is the kernel's to report."""
    return convert(x), convert(y)


@export("tf.debugging.assert_equal", "tf.assert_equal")
def assert_equal(x, y, message=None, summarize=None, name=None) -> None:
    """Raises unless x == y everywhere.

    Args:
      x, y: tensors of one dtype that broadcast.
      message: put before the text.
      summarize: how many elements to print; 3 by default, -1 for all.
      name: ignored.

    Raises:
      InvalidArgumentError: if it does not hold.
    """
    if x is y:
        return
    _assert_pairs("==", compare.equal, x, y, message, summarize)


@export("tf.debugging.assert_none_equal")
def assert_none_equal(x, y, summarize=None, message=None, name=None) -> None:
    """Raises unless x != y everywhere.

    Args:
      x, y: tensors of one dtype that broadcast.
      summarize: how many elements to print; 3 by default, -1 for all.
      message: put before the text.
      name: ignored.

    Raises:
      InvalidArgumentError: if it does not hold.
    """
    _assert_pairs("!=", compare.not_equal, x, y, message, summarize)


@export("tf.debugging.assert_less", "tf.assert_less")
def assert_less(x, y, message=None, summarize=None, name=None) -> None:
    """Raises unless x < y everywhere.

    Args:
      x, y: real tensors of one dtype that broadcast.
      message: put before the text.
      summarize: how many elements to print; 3 by default, -1 for all.
      name: ignored.

    Raises:
      InvalidArgumentError: if it does not hold.
    """
    _assert_pairs("<", compare.less, x, y, message, summarize)


@export("tf.debugging.assert_less_equal")
def assert_less_equal(x, y, message=None, summarize=None, name=None) -> None:
    """Raises unless x <= y everywhere.

    Args:
      x, y: real tensors of one dtype that broadcast.
      message: put before the text.
      summarize: how many elements to print; 3 by default, -1 for all.
      name: ignored.

    Raises:
      InvalidArgumentError: if it does not hold.
    """
    _assert_pairs("<=", compare.less_equal, x, y, message, summarize)


@export("tf.debugging.assert_greater", "tf.assert_greater")
def assert_greater(x, y, message=None, summarize=None, name=None) -> None:
    """Raises unless x > y everywhere.

    Args:
      x, y: real tensors of one dtype that broadcast.
      message: put before the text.
      summarize: how many elements to print; 3 by default, -1 for all.
      name: ignored.

    Raises:
      InvalidArgumentError: if it does not hold.
    """
    _assert_pairs(">", compare.greater, x, y, message, summarize)


@export("tf.debugging.assert_greater_equal")
def assert_greater_equal(x, y, message=None, summarize=None, name=None) -> None:
    """Raises unless x >= y everywhere.

    Args:
      x, y: real tensors of one dtype that broadcast.
      message: put before the text.
      summarize: how many elements to print; 3 by default, -1 for all.
      name: ignored.

    Raises:
      InvalidArgumentError: if it does not hold.
    """
    _assert_pairs(">=", compare.greater_equal, x, y, message, summarize)


@export("tf.debugging.assert_near")
def assert_near(x, y, rtol=None, atol=None, message=None, summarize=None, name=None) -> None:
    """Raises unless |x - y| <= atol + rtol * |y| everywhere.

    Args:
      x, y: float or complex tensors of one dtype that broadcast.
      rtol, atol: tolerances; ten times the dtype's epsilon by default.
      message: put before the text.
      summarize: how many elements to print; 3 by default, -1 for all.
      name: ignored.

    Raises:
      InvalidArgumentError: if it does not hold.
      ValueError: for integers.
    """
    a = convert(x)
    try:
        b = convert(y, a.aval.dtype)
    except ValueError as error:
        raise ValueError(f"y: {error}") from None
    base = a.aval.dtype
    if base.kind not in "fc" or base.np == ml_dtypes.bfloat16:
        raise ValueError(f"data type {base.as_numpy_dtype} not inexact")
    eps = 10 * np.finfo(base.np).eps
    real = base.real_dtype
    r = convert(eps if rtol is None else rtol, hint=real)
    t = convert(eps if atol is None else atol, hint=real)
    from tfshim._src.ops.arithmetic import subtract

    subtract(a, b)  # raises where dtypes or shapes do not fit

    def check(va: np.ndarray, vb: np.ndarray) -> None:
        with np.errstate(all="ignore"):
            fine = np.abs(va - vb) <= static.host(t) + static.host(r) * np.abs(vb)
        if fine.all():
            return
        data = [
            f"{message}.  " if message else "",
            f"x and y not equal to tolerance rtol = {r!s}, atol = {t!s}",
            f"x (shape={a.shape} dtype={base.name}) = ",
            va,
            f"y (shape={b.shape} dtype={b.dtype.name}) = ",
            vb,
        ]
        text = "\n".join([_near_item(d, summarize) for d in data])
        raise _invalid(
            f"Expected 'tf.Tensor(False, shape=(), dtype=bool)' to be true. Summarized data: {text}"
        )

    if not _checked_now(check, [a, b]):
        rate, least = (
            f'Tensor("assert_near/{label}:0", shape=(), dtype={real.name})'
            for label in ("rtol", "atol")
        )
        text = f"x and y not equal to tolerance rtol = {rate}, atol = {least}"
        prefix = f"{message}.  " if message else ""
        fine = compare.less_equal(abs(subtract(a, b)), t + r * abs(b))
        assert_later(fine, [prefix, text, *_named("x", a), *_named("y", b)], summarize)


def _near_item(item: Any, summarize: int | None) -> str:
    return str(item.encode()) if isinstance(item, str) else pretty(item, summarize)


# -- one tensor and zero ---------------------------------------------------------------------------


def _assert_sign(sign: str, holds: Callable, x, message, summarize, gap: str = "\n") -> None:
    t = convert(x)
    if t.aval.dtype.kind == "s":
        raise TypeError("Cannot convert 0 to EagerTensor of dtype string")

    def check(value: np.ndarray) -> None:
        if holds(value, value.dtype.type(0)).all():
            return
        prefix = f"{message}.  " if message else ""
        if value.ndim:
            flat = value.reshape(-1)
            shown: Any = [str(v) for v in flat[: _limit(summarize)]]
            if len(shown) < flat.size:
                shown.append("...")
        else:
            shown = value[()]
        raise _invalid(
            f"{prefix}\nCondition x {sign} 0 did not hold element-wise:{gap}x (shape={t.shape} "
            f"dtype={t.dtype.name}) = \n{shown}"
        )

    if not _checked_now(check, [t]):
        text = f"Condition x {sign} 0 did not hold element-wise:"
        name, value = _named("x", t)
        labels = [text, name] if gap else [text + name]
        prefix = f"{message}.  " if message else ""
        fine = _IN_GRAPHS[sign](t, 0)
        assert_later(fine, [prefix, *labels, value], summarize)


_IN_GRAPHS: dict[str, Callable] = {
    "<": compare.less,
    ">": compare.greater,
    ">=": compare.greater_equal,
    "<=": compare.less_equal,
}


@export("tf.debugging.assert_negative")
def assert_negative(x, message=None, summarize=None, name=None) -> None:
    """Raises unless x < 0 everywhere.

    Args:
      x: real tensor.
      message: put before the text.
      summarize: how many elements to print; 3 by default, -1 for all.
      name: ignored.

    Raises:
      InvalidArgumentError: if it does not hold.
    """
    _assert_sign("<", np.less, x, message, summarize)


@export("tf.debugging.assert_positive")
def assert_positive(x, message=None, summarize=None, name=None) -> None:
    """Raises unless x > 0 everywhere.

    Args:
      x: real tensor.
      message: put before the text.
      summarize: how many elements to print; 3 by default, -1 for all.
      name: ignored.

    Raises:
      InvalidArgumentError: if it does not hold.
    """
    _assert_sign(">", np.greater, x, message, summarize)


@export("tf.debugging.assert_non_negative")
def assert_non_negative(x, message=None, summarize=None, name=None) -> None:
    """Raises unless x >= 0 everywhere.

    Args:
      x: real tensor.
      message: put before the text.
      summarize: how many elements to print; 3 by default, -1 for all.
      name: ignored.

    Raises:
      InvalidArgumentError: if it does not hold.
    """
    _assert_sign(">=", np.greater_equal, x, message, summarize)


@export("tf.debugging.assert_non_positive")
def assert_non_positive(x, message=None, summarize=None, name=None) -> None:
    """Raises unless x <= 0 everywhere.

    Args:
      x: real tensor.
      message: put before the text.
      summarize: how many elements to print; 3 by default, -1 for all.
      name: ignored.

    Raises:
      InvalidArgumentError: if it does not hold.
    """
    _assert_sign("<=", np.less_equal, x, message, summarize, gap="")


# -- not finite ------------------------------------------------------------------------------------


@op(kernel="CheckNumerics", inputs=each("tensor", of=FLOAT))
def _finite(tensor):
    return tensor


@op(kernel="CheckNumerics", inputs=each("tensor", of=FLOAT), grad=None)
def _numerics(tensor):
    return jnp.any(jnp.isinf(tensor)), jnp.any(jnp.isnan(tensor))


@export("tf.debugging.check_numerics")
def check_numerics(tensor, message, name=None) -> Tensor:
    """The tensor itself, if all of it is finite.

    Args:
      tensor: float tensor.
      message: put before the text.
      name: ignored.

    Raises:
      InvalidArgumentError: if it has an infinity or a NaN.
    """
    t = _finite(tensor)

    def text(inf: Any, nan: Any) -> str:
        found = "Inf and NaN" if inf and nan else "Inf" if inf else "NaN"
        return f"{message} : Tensor had {found} values"

    def check(inf: np.ndarray, nan: np.ndarray) -> None:
        if inf or nan:
            raise op_error("CheckNumerics", text(inf, nan))

    if t._is_symbolic():

        def explain(report: np.ndarray) -> Exception:
            return reports.failure("CheckNumerics", text(report[0] & 1, report[0] & 2))

        reports.check(_NUMERICS, [t], explain, always=True)
    else:
        _checked_now(check, list(_numerics(t)))
    return t


_NUMERICS = reports.checking(
    "CheckNumerics", lambda x: (jnp.any(jnp.isinf(x)) + 2 * jnp.any(jnp.isnan(x)),)
)


@export("tf.debugging.assert_all_finite")
def assert_all_finite(x, message, name=None) -> Tensor:
    """The tensor itself, if all of it is finite.

    Args:
      x: float tensor.
      message: put before the text.
      name: ignored.

    Raises:
      InvalidArgumentError: if it has an infinity or a NaN.
    """
    return check_numerics(x, message)
