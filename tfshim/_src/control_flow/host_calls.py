"""`tf.py_function` and `tf.numpy_function`: Python code inside traced functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes, nest
from tfshim._src.convert import convert, from_array
from tfshim._src.function.hush import heard
from tfshim._src.registry import export
from tfshim._src.tensor import STATE, NeedsValue


@export("tf.py_function")
def eager_py_func(func=None, inp=None, Tout=None, name=None) -> Any:
    """Calls a Python function on eager tensors; tapes differentiate it.

    In a traced function its result must have a known shape, which here is found by running the
    whole function un-captured.

    Args:
      func: takes eager tensors.
      inp: a list of tensors.
      Tout: dtype of the result, or a list of them; an empty list or None for none.
      name: ignored.
    """
    if func is None:
        return lambda f: eager_py_func(f, inp, Tout)
    if STATE.trace.symbolic:
        raise NeedsValue("py_function: the shape of its result is not known")
    with heard():
        result = func(*[convert(x) for x in nest.flatten(inp, expand_composites=True)])
    return _typed(result, Tout)


def _typed(result: Any, Tout: Any) -> Any:
    from tfshim._src.ops import array

    def one(value: Any, dtype: Any) -> Any:
        t = convert(value) if not isinstance(value, (int, float)) else convert(value, dtype)
        return t if t.dtype is dtype else array.cast(t, dtype)

    if Tout is None or (isinstance(Tout, (list, tuple)) and not Tout):
        return [] if Tout is not None else None
    if isinstance(Tout, (list, tuple)):
        values = result if isinstance(result, (list, tuple)) else [result]
        return [one(v, dtypes.as_dtype(d)) for v, d in zip(values, Tout, strict=True)]
    value = result[0] if isinstance(result, (list, tuple)) and len(result) == 1 else result
    return one(value, dtypes.as_dtype(Tout))


@export("tf.numpy_function")
def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None) -> Any:
    """Calls a Python function on NumPy arrays; it has no gradient.

    Args:
      func: takes NumPy arrays.
      inp: a list of tensors.
      Tout: dtype of the result, or a list of them.
      stateful: False says that equal arguments give equal results, which changes nothing here.
      name: ignored.

    Raises:
      InvalidArgumentError: for a result of another dtype.
    """
    if func is None:
        return lambda f: numpy_function(f, inp, Tout, stateful)
    inputs = [convert(x) for x in nest.flatten(inp, expand_composites=True)]
    if STATE.trace.symbolic:
        raise NeedsValue("numpy_function: the shape of its result is not known")
    with heard():
        result = func(*[t.numpy() for t in inputs])
    many = isinstance(Tout, (list, tuple))
    values = list(result) if many and isinstance(result, (list, tuple)) else [result]
    wanted = [dtypes.as_dtype(d) for d in (Tout if many else [Tout])] if Tout is not None else []
    outs = []
    for i, (value, dtype) in enumerate(zip(values, wanted, strict=False)):
        array = np.asarray(value)
        if array.dtype.kind in "USO":
            outs.append(convert(value))
            continue
        if array.dtype != dtype.np:
            if isinstance(value, (np.ndarray, np.generic)):
                from tfshim._src.errors import InvalidArgumentError, runtime_name

                raise InvalidArgumentError(
                    None,
                    None,
                    f"{i}-th value returned by pyfunc_0 is "
                    f"{runtime_name(dtypes.as_dtype(array.dtype))}, "
                    f"but expects {runtime_name(dtype)}",
                )
            array = array.astype(dtype.np)
        outs.append(from_array(np.array(array)))
    return outs if many else (outs[0] if outs else None)
