"""Conversion of what users pass into tensors, by TensorFlow's rules.

Python ints become int32 (int64 when large), floats float32, complex complex128; NumPy values keep
their dtype; a wanted dtype is strict for Python values and a cast for NumPy ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax.core import Tracer

from tfshim._src import dtypes, registry
from tfshim._src.dtypes import DType
from tfshim._src.engine.aval import make_aval
from tfshim._src.errors import dtype_mismatch, dtype_not_allowed, op_error
from tfshim._src.graph_values import graph_array
from tfshim._src.registry import Op
from tfshim._src.rules import Group, c_name
from tfshim._src.tensor import INLINE, STATE, EagerTensor, concrete, from_value

#: (priority, type, function(value, dtype, name, as_ref)), in order of priority; see conversions.py.
CONVERSIONS: list[tuple[float, Any, Callable]] = []
#: Called with a list that has tensors in it; ops/shape.py installs `stack`.
PACK: list[Callable] = []

LITERALS: dict[Any, EagerTensor] = {}
_PYTHON_KINDS = {bool: "b", int: "i", float: "f", complex: "c", str: "s", bytes: "s"}
#: Kinds of dtype that a Python value of each kind may become.
_FITS = {"b": "biufcq", "i": "iufcq", "u": "iufcq", "f": "fc", "c": "c", "s": "s"}
#: What True and False do not become, unlike the other numbers.
_NO_BOOLS = frozenset(
    {
        dtypes.int8, dtypes.int16, dtypes.uint8, dtypes.uint16, dtypes.uint32, dtypes.complex64,
        dtypes.bfloat16,
    }
)  # fmt: skip
#: What integers of any size can become.
_LARGE_FLOATS = frozenset({dtypes.float16, dtypes.float32, dtypes.float64})
_INT32 = range(-(2**31), 2**31)
_INT64 = range(-(2**63), 2**63)
_UINT64 = range(2**64)
_LARGEST = float(np.finfo(np.float32).max)


def literal(value: Any, dtype: DType) -> EagerTensor:
    """A scalar tensor of a Python number: an input of programs, never part of their key."""
    kind = type(value)
    # 0.0 and -0.0 are equal, and so are different numbers of two types
    key = (value, kind, id(dtype)) if value or kind is int else (repr(value), kind, id(dtype))
    found = LITERALS.get(key)
    if found is None:
        if kind is int and not _has_room(value, dtype):
            if STATE.trace.symbolic:
                return from_array(graph_array(value, dtype))
            raise _out_of_range()
        if len(LITERALS) > 4096:
            LITERALS.clear()
        found = concrete(_as_array(value, dtype), make_aval((), dtype))
        found._literal = True
        LITERALS[key] = found
    return found


def convert(value: Any, dtype: DType | None = None, hint: DType | None = None) -> EagerTensor:
    """A tensor of a value: the conversion behind every op's arguments.

    Args:
      value: tensor, variable, NumPy or JAX array, Python number, string, or nested lists of these.
      dtype: what the tensor must be.
      hint: what it should be, if the value allows it.

    Raises:
      TypeError, ValueError: as TensorFlow does, for what cannot be converted.
    """
    kind = type(value)
    if kind is EagerTensor:
        if dtype is not None and value.aval.dtype is not dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype "
                f"{value.dtype.name}: {value!r}"
            )
        return value
    if dtype is not None and dtype.kind == "q" and not hasattr(value, "_as_operand"):
        return _quantized(value, dtype)
    if kind is float or kind is int or kind is bool:
        wanted = dtype or hint
        if STATE.trace.symbolic and not _is_plain(value, wanted):
            return _graph_constant(value, dtype, hint)
        if kind is int and not _has_room(value, wanted):
            raise _out_of_range()
        if wanted is None:
            wanted = _scalar_dtype(value)
        elif wanted.kind not in _FITS[_PYTHON_KINDS[kind]] or (
            kind is bool and wanted in _NO_BOOLS
        ):
            if dtype is not None:
                raise _cannot(value, dtype)
            wanted = _scalar_dtype(value)
        return literal(value, wanted)
    read = getattr(value, "_as_operand", None)
    if read is not None:  # variables, IndexedSlices and other composites
        return read(dtype)
    method = getattr(value, "__tf_tensor__", None)
    if method is not None and not isinstance(value, type):
        return method(dtype, None)
    if CONVERSIONS:
        found = by_registered(value, dtype, hint)
        if found is not None:
            return found
    if isinstance(value, jax.Array) and not isinstance(value, Tracer):
        t = from_value(value)
        return t if dtype in (None, t.dtype) else from_value(value.astype(dtype.np))
    if isinstance(value, Tracer):
        t = from_value(value)
        t._trace = INLINE
        return t
    if STATE.trace.symbolic:
        if isinstance(value, (list, tuple)) and _has_tensor(value):
            return PACK[0](value, dtype or hint)
        return _graph_constant(value, dtype, hint)
    if dtype is None and hint is not None:
        try:
            return from_array(to_array(value, hint))
        except (TypeError, ValueError):
            pass
    if isinstance(value, (list, tuple)) and _has_tensor(value):
        return PACK[0](value, dtype or hint)
    return from_array(to_array(value, dtype))


def _is_plain(value: Any, wanted: DType | None) -> bool:
    """Whether a Python number becomes the same constant in a graph and outside of one."""
    kind = type(value)
    if kind is int and value not in _INT64 or kind is float and abs(value) > _LARGEST:
        return False
    return wanted is None or (kind is not bool and wanted.kind in _FITS[_PYTHON_KINDS[kind]])


def _has_room(value: int, wanted: DType | None) -> bool:
    """Whether TensorFlow can read an integer: of 64 bits, or any one where floats are wanted."""
    if value in _INT64 or wanted in _LARGE_FLOATS:
        return True
    return wanted is dtypes.uint64 and value in _UINT64


def _out_of_range() -> ValueError:
    return ValueError("Can't convert Python sequence with out-of-range integer to Tensor.")


def _graph_constant(value: Any, dtype: DType | None, hint: DType | None) -> EagerTensor:
    """A constant of the function that is being traced."""
    if dtype is None and hint is not None:
        try:
            return _graph_constant(value, hint, None)
        except (TypeError, ValueError):
            pass
    if hasattr(value, "__array__") and not isinstance(value, (list, tuple)):
        value = np.asarray(value)
    kind = value.dtype.kind if isinstance(value, (np.ndarray, np.generic)) else ""
    numeric = kind and kind not in "OUSmM" and (dtype is None or dtype.kind != "s")
    if not (numeric or isinstance(value, range) or hasattr(value, "as_list")):
        array = graph_array(value, dtype)
        if array.dtype.kind not in "USO":  # what is left reads strings
            return from_array(array)
    return from_array(to_array(value, dtype))


def _quantized(value: Any, dtype: DType) -> EagerTensor:
    """A quantized tensor of integers, or of an array of the dtype's elements."""
    if getattr(value, "dtype", None) == dtype.np:
        value = np.asarray(value).view(dtype.carrier)
    found = convert(value, dtypes.from_np(dtype.carrier))
    return concrete(found._raw(), make_aval(found.aval.shape, dtype))


def by_registered(value: Any, dtype: DType | None, hint: DType | None) -> EagerTensor | None:
    """What the functions of `tf.register_tensor_conversion_function` make of a value, or None."""
    # sequences have a conversion of their own at 100, every other object one at 200
    limit = 100 if isinstance(value, (list, tuple)) else 200
    for priority, base, function in CONVERSIONS:
        if priority >= limit or not isinstance(value, base):
            continue
        result: Any = None
        if dtype is None and hint is not None:
            try:
                result = function(value, dtype=hint, name=None, as_ref=False)
            except (TypeError, ValueError):
                pass
            if result is not None and result is not NotImplemented:
                _check_made(result.dtype, hint, function, base)
        if result is None:
            result = function(value, dtype=dtype, name=None, as_ref=False)
        if result is NotImplemented:
            continue
        if not isinstance(result, EagerTensor):
            if not hasattr(result, "_as_operand"):
                raise RuntimeError(
                    f"Conversion function {function!r} for type {base} returned non-Tensor: "
                    f"{result!r}"
                )
            result = convert(result)
        if dtype is not None:
            _check_made(result.dtype, dtype, function, base)
        return result
    return None


def _check_made(made: DType, wanted: DType, function: Callable, base: Any) -> None:
    if made is not wanted:
        raise RuntimeError(
            f"Conversion function {function!r} for type {base} returned incompatible dtype: "
            f"requested = {wanted.name}, actual = {made.name}"
        )


def from_array(value: np.ndarray) -> EagerTensor:
    """A tensor of a NumPy array that nobody else writes to."""
    dtype = dtypes.from_np(value.dtype)
    if dtype.kind == "q":
        value = value.view(dtype.carrier)
    return concrete(value, make_aval(value.shape, dtype))


def to_array(value: Any, dtype: DType | None = None) -> np.ndarray:
    """A NumPy array of its own of a Python or NumPy value, by TensorFlow's rules."""
    if isinstance(value, (np.ndarray, np.generic)):
        return _from_numpy(value, dtype)
    if hasattr(value, "__array__") and not isinstance(value, (list, tuple)):
        return _from_numpy(np.asarray(value), dtype)
    kind = _PYTHON_KINDS.get(type(value))
    if kind is None and isinstance(value, (bool, int, float, complex, str, bytes)):
        kind = next(k for t, k in _PYTHON_KINDS.items() if isinstance(value, t))
    if kind is not None:
        if dtype is dtypes.uint64 and isinstance(value, int) and value in _UINT64:
            return np.array(value, np.uint64)
        if dtype is None:
            return _as_array(value, _scalar_dtype(value))
        if dtype.kind not in _FITS[kind] or (kind == "b" and dtype in _NO_BOOLS):
            raise _cannot(value, dtype)
        return _as_array(value, dtype)
    as_list = getattr(value, "as_list", None)
    if as_list is not None:
        sizes = as_list() if getattr(value, "rank", 0) is not None else [None]
        if dtype is not None and dtype.name not in ("int32", "int64"):
            raise TypeError(
                f"Cannot convert TensorShape {value} to dtype {dtype}. Allowed dtypes are "
                "tf.int32 and tf.int64."
            )
        if any(s is None for s in sizes):
            raise ValueError(f"Cannot convert a partially known TensorShape {value} to a Tensor.")
        small = all(s in _INT32 for s in sizes)
        return np.array(sizes, dtype.np if dtype else (np.int32 if small else np.int64))
    if isinstance(value, (list, tuple, range)) or _is_sequence(value):
        return _from_sequence(list(value), dtype, value)  # pyright: ignore[reportArgumentType]
    raise ValueError(
        f"Attempt to convert a value ({value!r}) with an unsupported type ({type(value)}) to a "
        "Tensor."
    )


def _is_sequence(value: Any) -> bool:
    return (
        hasattr(value, "__len__")
        and hasattr(value, "__getitem__")
        and not isinstance(value, (dict, set, str, bytes))
    )


def _scalar_dtype(value: Any) -> DType:
    if isinstance(value, bool):
        return dtypes.bool
    if isinstance(value, int):
        if value in _INT32:
            return dtypes.int32
        if value in _INT64:
            return dtypes.int64
        raise _out_of_range()
    if isinstance(value, float):
        if abs(value) > _LARGEST and np.isfinite(value):
            raise ValueError(
                "Can't convert Python sequence with a value out of range for a "
                "double-precision float."
            )
        return dtypes.float32
    if isinstance(value, complex):
        return dtypes.complex128
    return dtypes.string


def _as_array(value: Any, dtype: DType) -> np.ndarray:
    if dtype.kind == "s":
        out = np.empty((), object)
        out[()] = value.encode() if isinstance(value, str) else value
        return out
    if isinstance(value, int) and dtype.kind in "iu":
        wide = np.array(value, np.uint64 if value >= 2**63 else np.int64)
        return wide.astype(dtype.np)
    return np.array(value, dtype.np)


def _from_numpy(value: Any, dtype: DType | None) -> np.ndarray:
    value = np.asarray(value)
    if value.dtype.kind in "USO":
        return _string_array(value, dtype)
    if value.dtype.kind in "mMV" and not _is_extension(value.dtype):
        kind = {"m": "TIMEDELTA", "M": "DATETIME"}.get(value.dtype.kind, "VOID")
        raise ValueError(
            f"Failed to convert a NumPy array to a Tensor (Unsupported numpy type: NPY_{kind})."
        )
    if dtype is None:
        if value.dtype.byteorder == ">":
            return value.astype(value.dtype.newbyteorder("="))
        return np.array(value, order="C")
    if dtype.kind == "s":
        if not value.size:
            return value.astype(object)
        raise ValueError(
            "Failed to convert a NumPy array to a Tensor (Unsupported object type "
            f"{type(value.reshape(-1)[0].item()).__name__})."
        )
    if value.dtype.kind == "c" and dtype.kind != "c":
        value = value != 0 if dtype.kind == "b" else value.real
    with np.errstate(all="ignore"):
        return np.array(value, order="C").astype(dtype.np)


def _is_extension(dtype: np.dtype) -> bool:
    try:
        dtypes.from_np(dtype)
    except (KeyError, TypeError):
        return False
    return True


def _string_array(value: np.ndarray, dtype: DType | None) -> np.ndarray:
    if dtype is not None and dtype.kind != "s":
        raise _cannot(value, dtype)
    out = np.empty(value.shape, object)
    for index, item in np.ndenumerate(value):
        if isinstance(item, str):
            item = item.encode()
        elif not isinstance(item, bytes):
            raise ValueError(
                "Failed to convert a NumPy array to a Tensor (Unsupported object type "
                f"{type(item).__name__})."
            )
        out[index] = bytes(item)  # not np.bytes_
    return out


def _from_sequence(value: list, dtype: DType | None, original: Any) -> np.ndarray:
    first = _first_leaf(value)
    if isinstance(first, (str, bytes)):
        return _strings(value, dtype, original)
    try:
        array = np.array(value)
    except OverflowError:
        raise ValueError(
            "Can't convert Python sequence with out-of-range integer to Tensor."
        ) from None
    except ValueError:
        raise _not_rectangular(value) from None
    kind = array.dtype.kind
    if kind == "f" and dtype is dtypes.uint64 and type(first) is int and _has_huge_int(value):
        try:
            array, kind = np.array(value, np.uint64), "u"
        except (OverflowError, ValueError, TypeError):
            pass
    if kind in "OUS":
        _explain_objects(value)
    if isinstance(first, int) and (
        (kind == "u" and dtype is not dtypes.uint64) or (kind == "f" and _has_huge_int(value))
    ):
        raise _out_of_range()
    of_bools = isinstance(first, np.ndarray) and first.dtype.kind == "b"
    if (of_bools or isinstance(first, (bool, np.bool_))) and kind != "b":
        raise ValueError("Can't convert Python sequence with mixed types to Tensor.")
    if (
        kind == "c"
        and dtype is not dtypes.complex128
        and not isinstance(first, (complex, np.complexfloating, np.ndarray))
    ):
        raise ValueError("Can't convert Python sequence with mixed types to Tensor.")
    if dtype is None and kind == "f" and type(first) in (int, float):
        largest = abs(array[np.isfinite(array)])
        if largest.size and largest.max() > _LARGEST:
            raise ValueError(
                "Can't convert Python sequence with a value out of range for a double-precision "
                "float."
            )
    if dtype is not None:
        if dtype in _NO_BOOLS and isinstance(first, bool):
            raise _cannot(original, dtype)
        if array.size and dtype.kind not in _FITS.get(kind, ""):
            if isinstance(first, (np.ndarray, np.generic)) and kind in "iufb" and dtype.kind != "s":
                pass  # NumPy values inside a list are cast, as they are alone
            else:
                raise _cannot(original, dtype)
        with np.errstate(all="ignore"):
            return array.astype(dtype.np)
    if array.size == 0 and first is None:
        return array.astype(np.float32)
    own = first.dtype if isinstance(first, (np.ndarray, np.generic)) else None
    lead = "" if own is None else own.kind
    if kind == "f" and (lead in ("i", "u") or type(first) is int):
        # NumPy makes floats of uint64 beside other integers
        exact = np.array(value, object)
        if all(isinstance(x, (int, np.integer)) for x in exact.flat):
            array, kind = exact, "i"
    if kind in "iu":
        least, most = (int(array.min()), int(array.max())) if array.size else (0, 0)
        if most not in _INT64:
            raise _out_of_range()
        return array.astype(np.int32 if least in _INT32 and most in _INT32 else np.int64)
    if kind == "f":  # the first NumPy value decides, where it is a float
        return array.astype(own if lead == "f" else np.float32)
    if kind == "V" or (lead and lead not in "iufcb"):
        return array  # bfloat16 and the like
    return array.astype(np.complex128) if kind == "c" else array


def _not_rectangular(value: list) -> ValueError:
    """The error for nested lists that are no array: where a number and a list meet, types mix."""
    sample: Any = value
    depth = 0
    while isinstance(sample, (list, tuple)) and sample:
        sample, depth = sample[0], depth + 1
    stack: list[tuple[Any, int]] = [(value, 1)]
    while stack:
        level, at = stack.pop()
        for item in level:
            nested = isinstance(item, (list, tuple))
            if nested and at >= depth and not isinstance(sample, (list, tuple)):
                return ValueError("Can't convert Python sequence with mixed types to Tensor.")
            if nested:
                stack.append((item, at + 1))
    return ValueError("Can't convert non-rectangular Python sequence to Tensor.")


def _has_huge_int(value: Any) -> bool:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, (list, tuple)):
            stack.extend(item)
        elif isinstance(item, int) and item not in _INT64:
            return True
    return False


def _first_leaf(value: Any) -> Any:
    while isinstance(value, (list, tuple)):
        for item in value:
            leaf = _first_leaf(item)
            if leaf is not None or item is None:
                return leaf
        return None
    return value


def _strings(value: list, dtype: DType | None, original: Any) -> np.ndarray:
    if dtype is not None and dtype.kind != "s":
        raise _cannot(original, dtype)
    shape, level = [], value
    while isinstance(level, (list, tuple)):
        shape.append(len(level))
        if not level:
            break
        level = level[0]
    out = np.empty(shape, object)
    leaves = list(_leaves(value, tuple(shape)))
    flat = out.reshape(-1)
    for i, leaf in enumerate(leaves):
        if not isinstance(leaf, (str, bytes)):
            raise ValueError("Can't convert Python sequence with mixed types to Tensor.")
        flat[i] = leaf.encode() if isinstance(leaf, str) else leaf
    return flat.reshape(shape)


def _leaves(value: Any, shape: tuple[int, ...]):
    if not shape:
        if isinstance(value, (list, tuple)):
            raise ValueError("Can't convert non-rectangular Python sequence to Tensor.")
        yield value
        return
    if not isinstance(value, (list, tuple)) or len(value) != shape[0]:
        raise ValueError("Can't convert non-rectangular Python sequence to Tensor.")
    for item in value:
        yield from _leaves(item, shape[1:])


def _explain_objects(value: Any) -> None:
    """Raises the right error for a list that NumPy could only make an object or string array of."""
    kinds = set()
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, (list, tuple)):
            stack.extend(item)
        else:
            kinds.add(_PYTHON_KINDS.get(type(item), "n" if isinstance(item, np.generic) else None))
            if None in kinds:
                if type(_first_leaf(value)) in _PYTHON_KINDS:
                    break
                raise ValueError(
                    f"Attempt to convert a value ({item!r}) with an unsupported type "
                    f"({type(item)}) to a Tensor."
                )
    if len(kinds) == 1 and kinds == {"i"}:
        raise _out_of_range()
    raise ValueError("Can't convert Python sequence with mixed types to Tensor.")


def _has_tensor(value: Any) -> bool:
    for item in value:
        if isinstance(item, EagerTensor) or hasattr(item, "_as_operand"):
            return True
        if isinstance(item, (list, tuple)) and _has_tensor(item):
            return True
        if isinstance(item, Tracer):
            return True
    return False


def _cannot(value: Any, dtype: DType) -> TypeError:
    return TypeError(f"Cannot convert {value!r} to EagerTensor of dtype {c_name(dtype)}")


# -- the arguments of ops --


def convert_inputs(op: Op, values: tuple) -> tuple:
    """The tensors of an op's arguments: one dtype per group, checked against its allowed ones."""
    out = list(values)
    if len(op.groups) > 1 and not STATE.trace.symbolic:  # a graph goes from input to input
        _convert_values(op, out)
    for group, members in op.groups:
        _convert_group(op, group, out, members)
    return tuple(out)


def towards(value: Any, default: DType) -> EagerTensor:
    """A tensor; what brings no dtype of a tensor along gets this one, if it can."""
    if _known_dtype(value) is None:
        if default.kind == "c" and not isinstance(value, (np.ndarray, np.generic)):
            own = convert(value)  # Python's complex numbers are complex128
            if own.aval.dtype.kind == "c":
                return own
        try:
            return convert(value, default)
        except (TypeError, ValueError):
            pass
    return convert(value)


_SCALARS = frozenset({int, float, bool, complex, str, bytes, list, tuple, type(None)})


def _known_dtype(value: Any) -> DType | None:
    """The dtype that an operand brings along, None for Python and NumPy values."""
    kind = type(value)
    if kind is EagerTensor:
        return value.aval.dtype
    return None if kind in _SCALARS else getattr(value, "_operand_dtype", None)


def _convert_group(op: Op, group: Group, out: list, members: list[int]) -> None:
    dtype, allowed, symbolic = group.dtype, group.allowed, STATE.trace.symbolic
    if dtype is None:
        if group.lenient:
            # such functions convert the first operand on its own, then the others to its dtype
            first = members[0]
            out[first] = convert(out[first])
            dtype = out[first].aval.dtype
        else:
            for i in members:
                dtype = _known_dtype(out[i])
                if dtype is not None:
                    break
            else:
                if group.default is not None:
                    out[members[0]] = towards(out[members[0]], group.default)
    for i in members:
        value = out[i]
        if type(value) is EagerTensor:
            t = value
        elif _known_dtype(value) is not None:
            t = out[i] = convert(value)
        elif group.lenient:
            t = out[i] = convert(value, hint=dtype)
        else:
            t = out[i] = convert(value, dtype)
        if t.aval.dtype is not dtype:
            if dtype is not None:
                if group.allowed is not None and dtype not in group.allowed:
                    raise dtype_not_allowed(op.kernel, dtype, group.ordered, group.attr)
                raise dtype_mismatch(op.kernel, i, dtype, t.aval.dtype)
            dtype = t.aval.dtype
        if symbolic and not group.lenient and allowed and dtype not in allowed:
            break  # a graph refuses the first input before it looks at the next
    if allowed is not None and dtype not in allowed:
        raise dtype_not_allowed(op.kernel, dtype, group.ordered, group.attr)


def _convert_values(op: Op, out: list) -> None:
    """Converts Python and NumPy values of the only dtype that they may have: they fail before the
    dtypes of tensors are looked at. Beside a list it is a conversion that refuses a tensor, too."""
    wanted = [(i, group.dtype) for group, members in op.groups if group.dtype for i in members]
    values = [(i, dtype) for i, dtype in wanted if _known_dtype(out[i]) is None]
    if any(hasattr(value, "_composite_kind") for value in out):
        return  # a composite, which has a handler of its own
    listed = any(type(out[i]) in (list, tuple) for i, _ in values)
    for i, dtype in wanted if listed else values:
        out[i] = convert(out[i], dtype)


def convert_layout(op: Op, values: tuple) -> tuple[tuple, tuple]:
    """The same for ops with optional inputs and lists: flat tensors, and how they are laid out."""
    flat: list[Any] = []
    layout: list[int | None] = []
    where: dict[str, list[int]] = {}
    for name, value in zip(op.inputs, values, strict=True):
        if value is None and name in op.optional:
            layout.append(None)
            where[name] = []
        elif name in op.lists:
            if isinstance(value, EagerTensor) and value.ndim:
                value = list(value)
            if not isinstance(value, (list, tuple)):
                value = [value]
            where[name] = list(range(len(flat), len(flat) + len(value)))
            flat.extend(value)
            layout.append(len(value))
        else:
            where[name] = [len(flat)]
            flat.append(value)
            layout.append(1)
    for group in op.rule.groups:
        members = [i for n in group.names for i in where[n.strip("*?")]]
        if members:
            _convert_group(op, group, flat, members)
    return tuple(flat), tuple(layout)


def fail(kernel: str, message: str):
    """Raises TensorFlow's InvalidArgumentError of a kernel."""
    raise op_error(kernel, message)


#: Kinds of dtype for which a plain number is simply a literal: no check is left to make.
_PLAIN_FITS = {float: "fc", int: "fc"}

registry.provide(
    T=EagerTensor,
    CONVERT=convert_inputs,
    CONVERT_LAYOUT=convert_layout,
    LITERAL=literal,
    FITS=_PLAIN_FITS,
)
