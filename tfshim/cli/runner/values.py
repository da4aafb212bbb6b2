"""Values of a notebook as plain JSON data, so that two processes can compare them.

Each value becomes a dict with a "kind"; what is of no kind below ("opaque") is not compared.
Tensors and variables are recognised by the classes of the module that the notebook knows as
`tensorflow`, whichever that is.
"""

import base64
import sys

MAX_BYTES = 32 << 20  # of one array; a larger one is recorded by dtype and shape only
MAX_ITEMS = 10_000  # of one container
_MAX_DEPTH = 30


def encode(value, depth: int = 0, above: tuple[int, ...] = ()) -> dict:
    """`value` as plain data. Reading it computes it, and may raise what computing raises."""
    if value is None:
        return {"kind": "none"}
    kind = type(value)
    if kind is bool:
        return {"kind": "bool", "value": value}
    if kind is int:
        return {"kind": "int", "value": str(value)}
    if kind is float:
        return {"kind": "float", "value": repr(value)}
    if kind is complex:
        return {"kind": "complex", "value": [repr(value.real), repr(value.imag)]}
    if isinstance(value, str):
        return {"kind": "str", "value": str(value)}
    if kind is bytes:
        return {"kind": "bytes", "value": value.hex()}
    if depth > _MAX_DEPTH or id(value) in above:
        return {"kind": "opaque", "type": kind.__name__}
    below = (depth + 1, (*above, id(value)))
    for encoder in (_encode_numpy, _encode_tensorflow, _encode_container):
        found = encoder(value, below)
        if found is not None:
            return found
    return {"kind": "opaque", "type": kind.__name__}


def _encode_numpy(value, below) -> dict | None:
    np = sys.modules.get("numpy")
    if np is None:
        return None
    if isinstance(value, np.ndarray):
        return _array("ndarray", value, below)
    if isinstance(value, np.generic):
        return _array("scalar", np.asarray(value), below)
    if isinstance(value, np.dtype):
        return {"kind": "text", "type": "np.dtype", "value": str(value)}
    return None


def _array(kind: str, value, below) -> dict:
    """An array: dtype and shape, and the values as raw bytes or, for objects, one by one."""
    entry = {"kind": kind, "dtype": value.dtype.name, "shape": list(value.shape)}
    if value.dtype.hasobject:
        flat = value.ravel().tolist()[:MAX_ITEMS]
        entry["items"] = [encode(item, *below) for item in flat]
    elif value.dtype.kind in "SU":
        entry["dtype"] = (
            "bytes" if value.dtype.kind == "S" else "str"
        )  # not the longest item's size
        entry["items"] = [encode(item, *below) for item in value.ravel().tolist()[:MAX_ITEMS]]
    elif value.nbytes <= MAX_BYTES:
        entry["data"] = base64.b64encode(value.tobytes()).decode("ascii")
    return entry


def _is(value, tf, *names: str) -> bool:
    for name in names:
        cls = tf
        for part in name.split("."):
            cls = getattr(cls, part, None)
        if isinstance(cls, type) and isinstance(value, cls):
            return True
    return False


def _encode_tensorflow(value, below) -> dict | None:
    tf = sys.modules.get("tensorflow")
    if tf is None:
        return None
    if _is(value, tf, "Variable"):
        entry = _tensor("variable", value, below)
        return {**entry, "trainable": bool(value.trainable), "name": str(value.name)}
    if _is(value, tf, "Tensor"):
        return _tensor("tensor", value, below)
    parts = {
        "IndexedSlices": ("values", "indices", "dense_shape"),
        "SparseTensor": ("values", "indices", "dense_shape"),
        "RaggedTensor": ("values", "row_splits"),
    }
    for name, attributes in parts.items():
        if _is(value, tf, name):
            items = {
                attribute: encode(getattr(value, attribute), *below) for attribute in attributes
            }
            return {"kind": "composite", "type": name, "items": items}
    for name in ("TensorShape", "DType", "dtypes.DType", "TensorSpec"):
        if _is(value, tf, name):
            return {"kind": "text", "type": name.rpartition(".")[2], "value": repr(value)}
    return None


def _tensor(kind: str, value, below) -> dict:
    numpy = getattr(value, "numpy", None)
    array = None if numpy is None else numpy()
    dtype = value.dtype.name
    if array is None:
        return {"kind": kind, "dtype": dtype, "shape": None}
    np = sys.modules["numpy"]
    if not isinstance(array, np.ndarray):  # a scalar: bytes for a string, else np.generic
        array = np.array(array, dtype=object if isinstance(array, bytes | str) else None)
    return {**_array(kind, array, below), "dtype": dtype}


def _encode_container(value, below) -> dict | None:
    fields = getattr(type(value), "_fields", None)
    if isinstance(value, tuple) and fields is not None:
        items = {name: encode(item, *below) for name, item in zip(fields, value)}
        return {"kind": "namedtuple", "type": type(value).__name__, "items": items}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {"kind": kind, "items": [encode(item, *below) for item in value[:MAX_ITEMS]],
                "length": len(value)}  # fmt: skip
    if isinstance(value, dict):
        pairs = list(value.items())[:MAX_ITEMS]
        keys = [encode(key, *below) for key, _ in pairs]
        items = [encode(item, *below) for _, item in pairs]
        return {"kind": "dict", "keys": keys, "items": items, "length": len(value)}
    if isinstance(value, set | frozenset):
        texts = [encode(item, *below) for item in list(value)[:MAX_ITEMS]]
        return {"kind": "set", "items": sorted(texts, key=repr), "length": len(value)}
    return None
