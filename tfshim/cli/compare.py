"""Compare two runs of a notebook: printed text and the values that cells bound.

Values come in the plain form of `runner.values`. Dtype and shape compare exactly, numbers to the
tolerance of their dtype (tolerance.py), NaN equals NaN in the same place. Every function returns
what differs as lines of text; an empty list means that nothing does.
"""

import base64
import math
import re

import ml_dtypes
import numpy as np

from .tolerance import tolerance

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}\b")
_TIMING = re.compile(
    r"\b\d+(\.\d+)?(e-?\d+)? ?"
    r"(ns|µs|μs|us|ms|s|sec|secs|seconds?|mins?|minutes?)\b"
)
# A file or folder that the module tempfile named, and where it lies.
_TEMPORARY = re.compile(r"(?:/[\w.-]+)*/tmp[a-z0-9_]{8}(?![a-z0-9_])")
# A frame of a printed traceback: the place, then the line of code and its marks. Frames of the
# libraries differ; what was raised, and its message, is compared.
_FRAME = re.compile(r'^( *)File ".*", line \d+, in .*\n?(?:^\1  .*\n?)*', re.MULTILINE)
# The earlier ones of a chain of exceptions: how a library came to raise its last one.
_CAUSE = re.compile(
    r"^Traceback \(most recent call last\):\n(?:(?!Traceback ).*\n)*?\n"
    r"(?:The above exception was the direct cause|During handling of the above exception).*\n\n",
    re.MULTILINE,
)
# Where a library defines a class: `pkg.module.NameError: ...` and `<class 'pkg.module.Name'>`.
_CLASS = re.compile(
    r"^(?:\w+\.)+(?=\w*(?:Error|Exception|Warning)\b)|(?<=<class ')(?:tensorflow|tfshim)\.[\w.]*\.",
    re.MULTILINE,
)
# TensorFlow tells the CPU kernel that it chose: MatMul may be _MklMatMul on some machines. An empty
# name at the end of an error is left out where an argument came as a list.
_KERNEL = re.compile(r"\{\{function_node \S+\}\} |\b_Mkl(?=[A-Z])|(?<=\]) name: *$", re.MULTILINE)
# What a cell with `timeit` prints is a duration, also where no unit says so.
_CLOCK = re.compile(r"\btimeit\.|\btime\.time\(|\bperf_counter\(")
_DURATION = re.compile(r"(?<![\w.])\d+\.\d{6,}(?:e-\d+)?(?!\w)|(?<![\w.])\d+(?:\.\d+)?e-\d+(?!\w)")
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?:(?=j\b)|(?!\w))")
# What libraries log is not the notebook's own output.
_LOGS = re.compile(
    r"^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|[IWEF]\d{4} |WARNING:|INFO:).*\n?"
    r"|^.*:\d+: \w*Warning: .*\n?(?:  .*\n?)?",  # warnings quote the line that caused them
    re.MULTILINE,
)


def compare_cells(got: dict, expected: dict) -> list[str]:
    """What differs between two runs of one cell: outcome, printed text, displayed value, values."""
    differences = _outcome(got, expected)
    if got["status"] != expected["status"]:
        return differences  # what the cell did not get to do would only repeat that
    for stream in ("stdout", "stderr", "display"):
        mine, theirs = got[stream] or "", expected[stream] or ""
        if stream == "stderr":
            mine, theirs = without_logs(mine), without_logs(theirs)
        if _CLOCK.search(got.get("source", "")):
            mine, theirs = (_DURATION.sub("<time>", text) for text in (mine, theirs))
        differences += [f"{stream}: {line}" for line in compare_text(mine, theirs)]
    mine, theirs = got["values"], expected["values"]
    for name in sorted(mine.keys() | theirs.keys()):
        if name not in mine or name not in theirs:
            where = "TensorFlow" if name not in mine else "tfshim"
            differences.append(f"{name}: bound only on {where}")
        else:
            differences += compare_values(mine[name], theirs[name], name)
    return differences


def _outcome(got: dict, expected: dict) -> list[str]:
    mine, theirs = got["error"], expected["error"]
    if got["status"] == expected["status"]:
        if mine and theirs and mine["type"] != theirs["type"]:
            return [f"raises {mine['type']}, expected {theirs['type']}: {theirs['message']}"]
        return []
    texts = [
        run["status"]
        + (f" with {run['error']['type']}: {run['error']['message']}" if error else "")
        for run, error in ((got, mine), (expected, theirs))
    ]
    return [f"outcome: {texts[0]}, expected: {texts[1]}"]


def compare_values(got: dict, expected: dict, path: str) -> list[str]:
    """What differs between two values in plain form; `path` says where they stand."""
    if got["kind"] != expected["kind"]:
        return [f"{path}: is {_describe(got)}, expected {_describe(expected)}"]
    kind = expected["kind"]
    if kind in ("opaque", "none"):
        return []
    if kind in ("bool", "int", "str", "bytes", "text"):
        if kind in ("str", "text"):
            return [f"{path}: {line}" for line in compare_text(got["value"], expected["value"])]
        if got["value"] != expected["value"]:
            return [f"{path}: {got['value']}, expected {expected['value']}"]
        return []
    if kind in ("float", "complex"):
        number = float if kind == "float" else lambda parts: complex(*map(float, parts))
        mine, theirs = number(got["value"]), number(expected["value"])
        if not close(np.asarray(mine), np.asarray(theirs), tolerance("python")).all():
            return [f"{path}: {mine!r}, expected {theirs!r}"]
        return []
    if kind in ("tensor", "variable", "ndarray", "scalar"):
        return _compare_arrays(got, expected, path)
    return _compare_containers(got, expected, path)


def _compare_arrays(got: dict, expected: dict, path: str) -> list[str]:
    for key in ("dtype", "shape", "trainable", "name"):
        if got.get(key) != expected.get(key):
            return [f"{path}: {key} {got.get(key)}, expected {expected.get(key)}"]
    if "items" in expected:
        return _compare_sequences(got["items"], expected["items"], path)
    if "data" not in expected or "data" not in got:
        return []
    mine, theirs = _decode(got), _decode(expected)
    wrong = ~close(mine, theirs, tolerance(expected["dtype"]))
    if not wrong.any():
        return []
    count = int(wrong.sum())
    first = np.unravel_index(int(wrong.argmax()), wrong.shape)
    where = "[" + ", ".join(map(str, first)) + "]" if first else ""
    rest = f" ({count} of {wrong.size} elements differ)" if wrong.size > 1 else ""
    return [f"{path}{where}: {mine[first]}, expected {theirs[first]}{rest}"]


def _decode(entry: dict) -> np.ndarray:
    name = entry["dtype"]
    dtype = np.dtype(getattr(ml_dtypes, name, None) or name)
    return np.frombuffer(base64.b64decode(entry["data"]), dtype).reshape(entry["shape"])


def close(got: np.ndarray, expected: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """Element by element, whether `got` is `expected` within (relative, absolute) `limits`.

    NaN is close to NaN, an infinity to itself; with limits of zero the two must be equal.
    """
    if got.dtype.kind in "biu" and expected.dtype.kind in "biu" and limits == (0.0, 0.0):
        return np.asarray(got == expected)
    wide = np.complex128 if np.iscomplexobj(got) or np.iscomplexobj(expected) else np.float64
    got, expected = got.astype(wide), expected.astype(wide)
    if wide is np.complex128:  # part by part, so that a NaN in one says nothing about the other
        return np.asarray(
            _close_real(np.real(got), np.real(expected), limits, np.abs(expected))
            & _close_real(np.imag(got), np.imag(expected), limits, np.abs(expected))
        )
    return _close_real(got, expected, limits, np.abs(expected))


def _close_real(got, expected, limits, scale) -> np.ndarray:
    relative, absolute = limits
    with np.errstate(all="ignore"):
        near = np.abs(got - expected) <= absolute + relative * scale
    finite = np.isfinite(got) & np.isfinite(expected)
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    return np.asarray(same | (finite & near))


def _compare_containers(got: dict, expected: dict, path: str) -> list[str]:
    for key in ("type", "length"):
        if got.get(key) != expected.get(key):
            return [f"{path}: {key} {got.get(key)}, expected {expected.get(key)}"]
    mine, theirs = got["items"], expected["items"]
    if expected["kind"] == "dict":
        differences = _compare_sequences(got["keys"], expected["keys"], f"{path} keys")
        if differences:
            return differences
        names = [key.get("value", "?") for key in expected["keys"]]
        return _compare_sequences(mine, theirs, path, names)
    if isinstance(theirs, dict):  # composites and named tuples
        if list(mine) != list(theirs):
            return [f"{path}: fields {list(mine)}, expected {list(theirs)}"]
        return _compare_sequences([*mine.values()], [*theirs.values()], path, [*theirs])
    return _compare_sequences(mine, theirs, path)


def _compare_sequences(got: list, expected: list, path: str, names: list | None = None):
    if len(got) != len(expected):
        return [f"{path}: {len(got)} items, expected {len(expected)}"]
    differences = []
    for i, (mine, theirs) in enumerate(zip(got, expected)):
        at = f"{path}[{names[i]!r}]" if names is not None else f"{path}[{i}]"
        differences += compare_values(mine, theirs, at)
    return differences


def _describe(entry: dict) -> str:
    words = [entry["kind"], entry.get("type"), entry.get("dtype"), entry.get("shape")]
    return " ".join(str(word) for word in words if word is not None)


def without_logs(text: str) -> str:
    """`text` less the lines that libraries log."""
    return _LOGS.sub("", text)


def compare_text(got: str, expected: str) -> list[str]:
    """What differs between two printed texts.

    Addresses, timings and temporary paths count as equal, and so does where a library's frames and
    classes are. Numbers with a fraction may differ by the tolerance for
    text; where one does, the spacing may differ too, since NumPy aligns columns by the digits
    shown.
    """
    got, expected = _normalise(got), _normalise(expected)
    if got == expected:
        return []
    if _equal_but_rounding(got, expected):
        return []
    mine, theirs = got.splitlines(), expected.splitlines()
    for i, (a, b) in enumerate(zip(mine, theirs), 1):
        if a != b and not _equal_but_rounding(a, b):
            a, b = _window(a, b)
            return [f"line {i}: {a!r}, expected {b!r}"]
    if len(mine) != len(theirs):
        side = mine if len(mine) > len(theirs) else theirs
        line = side[min(len(mine), len(theirs))]
        return [f"{len(mine)} lines, expected {len(theirs)}; the first without a pair: {line!r}"]
    return [f"{got!r}, expected {expected!r}"]


def _window(got: str, expected: str, width: int = 160) -> tuple[str, str]:
    """Two lines, or of long ones the part around the place where they begin to differ."""
    if max(len(got), len(expected)) <= width:
        return got, expected
    pairs = enumerate(zip(got, expected))
    first = next((i for i, (a, b) in pairs if a != b), min(len(got), len(expected)))
    start = max(first - width // 2, 0)
    texts = [text[start : start + width] for text in (got, expected)]
    return ("..." * (start > 0) + texts[0], "..." * (start > 0) + texts[1])


def _normalise(text: str) -> str:
    for pattern, instead in (
        (_ADDRESS, "0x<address>"),
        (_TIMING, "<time>"),
        (_TEMPORARY, "<temporary>"),
        (_CAUSE, ""),
        (_FRAME, ""),
        (_CLASS, ""),
        (_KERNEL, ""),
    ):
        text = pattern.sub(instead, text)
    return text


def _equal_but_rounding(got: str, expected: str) -> bool:
    """Whether the texts are the same but for at least one number that differs by rounding."""
    mine, theirs = _NUMBER.findall(got), _NUMBER.findall(expected)
    if len(mine) != len(theirs) or mine == theirs:
        return False
    between = ["".join(_NUMBER.sub("#", text).split()) for text in (got, expected)]
    if between[0] != between[1]:
        return False
    return all(_equal_numbers(a, b) for a, b in zip(mine, theirs))


def _equal_numbers(got: str, expected: str) -> bool:
    if got == expected:
        return True
    if not any(mark in got + expected for mark in ".eE"):
        return False  # integers are exact
    relative, absolute = tolerance("text")
    return math.isclose(float(got), float(expected), rel_tol=relative, abs_tol=absolute)
