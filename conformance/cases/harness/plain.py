"""Results as plain data, the same for TensorFlow and tfshim, so that they can be stored.

Recognised by how they look and by the name of their class: neither library is imported here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from conformance.cases.arrays import np_dtype

#: Arrays of exact dtypes beyond this size are stored as a hash.
HASH_ABOVE = 2048

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}\b")


def plain(value: Any) -> Any:
    """A JSON-able tree that says all that is compared of a result."""
    kind = type(value).__name__
    if value is None:
        return None
    if isinstance(value, bool):
        return {"k": "bool", "v": value}
    if isinstance(value, (np.ndarray, np.generic)):
        name = "string" if value.dtype.kind in "OSU" else value.dtype.name
        return {"k": "scalar" if isinstance(value, np.generic) else "ndarray", **data(value, name)}
    if isinstance(value, int):
        return {"k": "int", "v": str(int(value))}
    if isinstance(value, float):
        return {"k": "float", "v": value.hex()}
    if isinstance(value, complex):
        return {"k": "complex", "v": [value.real.hex(), value.imag.hex()]}
    if isinstance(value, str):
        return {"k": "str", "v": _ADDRESS.sub("0x", str(value))}
    if isinstance(value, bytes):
        return {"k": "bytes", "v": value.decode("latin-1")}
    if kind == "DType":
        return {"k": "dtype", "v": value.name}
    if kind == "TensorShape":
        return {"k": "shape", "v": None if value.rank is None else value.as_list()}
    if kind == "Dimension":
        return {"k": "dimension", "v": value.value}
    if kind in _COMPOSITES:
        parts = [getattr(value, field) for field in _COMPOSITES[kind]]
        return {"k": kind, "items": [plain(p) for p in parts]}
    if "Variable" in kind and hasattr(value, "assign"):
        return {"k": "variable", **data(value.numpy(), value.dtype.name)}
    if hasattr(value, "numpy") and hasattr(value, "dtype"):
        return {"k": "tensor", **data(value.numpy(), value.dtype.name)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = list(value._fields)
        return {"k": "namedtuple", "type": kind, "keys": fields, "items": [plain(v) for v in value]}
    if isinstance(value, (list, tuple)):
        name = "tuple" if isinstance(value, tuple) else "list"
        return {"k": name, "items": [plain(v) for v in value]}
    if isinstance(value, Mapping):
        return {
            "k": "dict",
            "keys": [plain(k) for k in value],
            "items": list(map(plain, value.values())),
        }
    if isinstance(value, (set, frozenset)):
        return {"k": "set", "items": sorted((plain(v) for v in value), key=repr)}
    if isinstance(value, type) or callable(value):
        return {"k": "callable", "v": getattr(value, "__name__", kind)}
    return {"k": "object", "type": kind, "v": _ADDRESS.sub("0x", str(value))}


_COMPOSITES = {
    "IndexedSlices": ("values", "indices", "dense_shape"),
    "SparseTensor": ("indices", "values", "dense_shape"),
    "RaggedTensor": ("flat_values", "nested_row_splits"),
}


def data(value: Any, dtype: str) -> dict[str, Any]:
    """dtype, shape and content of an array."""
    array = np.asarray(value)
    found: dict[str, Any] = {"t": dtype, "s": list(array.shape)}
    if dtype == "string":
        flat = array.reshape(-1).tolist()
        found["d"] = [x.decode("latin-1") if isinstance(x, bytes) else str(x) for x in flat]
        return found
    content = np.ascontiguousarray(array).tobytes()
    if array.dtype.kind in "biu" and array.size > HASH_ABOVE:
        found["h"] = hashlib.sha256(content).hexdigest()
    else:
        found["d"] = base64.b64encode(content).decode()
    return found


def content(entry: dict[str, Any]) -> np.ndarray:
    """The array of an entry of `data` that is not stored as a hash."""
    raw = base64.b64decode(entry["d"])
    return np.frombuffer(raw, np_dtype(entry["t"])).reshape(entry["s"])


def error(problem: BaseException) -> dict[str, str]:
    """Class and core sentence of an exception."""
    return {"type": type(problem).__name__, "text": core(str(problem))}


def core(text: str) -> str:
    """An error's sentence without the parts that say where in TensorFlow it arose."""
    text = re.sub(r"\{\{function_node [^}]*\}\}\s*", "", text)
    for rest in ("\n\t; NodeDef", "\nAll kernels registered for op"):
        text = text.partition(rest)[0]
    text = re.sub(r"\s*\[Op:\w+\]( name: ?.*)?$", "", text, flags=re.DOTALL)
    return _ADDRESS.sub("0x", text).strip()
