"""`tf.py_function` and `tf.numpy_function`: Python code inside traced functions."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import dtypes, errors, nest
from tfshim._src.convert import convert
from tfshim._src.function.hush import heard
from tfshim._src.function.mode import OP_BY_OP
from tfshim._src.random_graph import numbered
from tfshim._src.registry import export
from tfshim._src.spec import TypeSpec
from tfshim._src.tensor import STATE, NeedsValue

#: What a kernel raises for an exception of Python code; UnknownError for any other.
_STATUS: tuple[tuple[Any, Any], ...] = (
    ((TypeError, ValueError), errors.InvalidArgumentError),
    (StopIteration, errors.OutOfRangeError),
    (MemoryError, errors.ResourceExhaustedError),
    (NotImplementedError, errors.UnimplementedError),
)


@export("tf.py_function")
def eager_py_func(func=None, inp: Any = None, Tout=None, name=None) -> Any:
    """Calls a Python function on eager tensors; tapes differentiate it.

    In a traced function its result must have a known shape, which here is found by running the
    whole function un-captured.

    Args:
      func: takes eager tensors; without it, a decorator is returned.
      inp: a list of tensors; ragged and sparse ones may be among them.
      Tout: dtype or spec of the result, or a list of them; an empty list for none.
      name: ignored.

    Raises:
      InvalidArgumentError: for too few results or one of another dtype; also for a TypeError or
        ValueError of the function. For other exceptions OutOfRangeError, ResourceExhaustedError,
        UnimplementedError or UnknownError.
    """
    if func is None:
        return functools.partial(_decorated, eager_py_func, Tout)
    if STATE.trace.symbolic:
        raise NeedsValue("py_function: the shape of its result is not known")
    inputs = [convert(x) if not hasattr(x, "_flatten_components") else x for x in inp]

    def call() -> list:
        result = func(*inputs)
        if result is None:
            return []
        values = result if isinstance(result, (list, tuple)) else [result]
        return [_typed(v, t) for v, t in zip(values, wanted, strict=False)]

    many = isinstance(Tout, (list, tuple))
    wanted = list(Tout) if isinstance(Tout, (list, tuple)) else [Tout]
    found = _run("EagerPyFunc", call)
    if len(found) < len(wanted):
        raise _miscounted("EagerPyFunc", len(found), len(wanted))
    return found if many else found[0]


def _decorated(host_function: Callable, Tout: Any, func: Callable) -> Callable:
    """A function of tensors that calls the decorated one on the host."""
    return functools.wraps(func)(lambda *args: host_function(func, args, Tout))


def _typed(value: Any, wanted: Any) -> Any:
    return value if isinstance(wanted, TypeSpec) else convert(value, dtypes.as_dtype(wanted))


def _run(kernel: str, call: Callable[[], list]) -> list:
    """What Python code gives; its exceptions are those of the kernel."""
    try:
        with heard(), numbered(None):
            return call()
    except Exception as e:
        kind = next((k for types, k in _STATUS if isinstance(e, types)), errors.UnknownError)
        lines = "".join(traceback.format_exception(e))
        text = f"{type(e).__name__}: {e}\n{lines}\n [Op:{kernel}]"
        raise kind(None, None, text) from e


def _miscounted(kernel: str, found: int, wanted: int) -> Exception:
    return errors.InvalidArgumentError(
        None,
        None,
        f"pyfunc_0 returns {found} values, but expects to see {wanted} values. [Op:{kernel}]",
    )


@export("tf.numpy_function")
def numpy_function(func=None, inp: Any = None, Tout=None, stateful=True, name=None) -> Any:
    """Calls a Python function on NumPy arrays; it has no gradient.

    Args:
      func: takes NumPy arrays; without it, a decorator is returned.
      inp: a list of tensors.
      Tout: dtype of the result, or a list of them; outside of functions the results' own count.
      stateful: False says that equal arguments give equal results, which changes nothing here.
      name: ignored.

    Raises:
      InvalidArgumentError: in functions, for results of another number or dtype, and as
        `tf.py_function` for exceptions.
    """
    if func is None:
        return functools.partial(_decorated, numpy_function, Tout)
    if STATE.trace.symbolic:
        raise NeedsValue("numpy_function: the shape of its result is not known")
    if not OP_BY_OP.depth:
        found = [v if v is None else convert(v) for v in nest.flatten(func(*map(np.array, inp)))]
        return found[0] if len(found) == 1 else found
    return _in_function(func, [convert(x).numpy() for x in nest.flatten(inp)], Tout)


def _in_function(func: Callable, arrays: list, Tout: Any) -> Any:
    """Results of the dtypes that a program of TensorFlow's would insist on."""
    many = isinstance(Tout, (list, tuple))
    wanted = [dtypes.as_dtype(d) for d in (Tout if isinstance(Tout, (list, tuple)) else [Tout])]

    def call() -> list:
        result = func(*arrays)
        values = [] if result is None else result if isinstance(result, (list, tuple)) else [result]
        if not many and isinstance(result, list):
            values = [np.asarray(result)]
        return [
            convert(v, d) if isinstance(v, (bool, int, float, complex)) else convert(v)
            for v, d in zip(values, [*wanted, *[None] * len(values)], strict=False)
        ]

    found = _run("PyFunc", call)
    if len(found) != len(wanted):
        raise _miscounted("PyFunc", len(found), len(wanted))
    for i, (t, dtype) in enumerate(zip(found, wanted, strict=True)):
        if t.dtype is not dtype:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"{i}-th value returned by pyfunc_0 is {errors.runtime_name(t.dtype)}, but expects "
                f"{errors.runtime_name(dtype)} [Op:PyFunc]",
            )
    return found if many else found[0]
