"""Whether two outcomes differ, and whether rounding or a known difference explains it.

Rounding is judged by TensorFlow itself. It is asked again with every float of the arguments moved
by a few units in its last place (equal numbers alike, so that ties stay; small whole numbers and
special ones not at all). Where its own answer moves, ours may be off by a few times as much: the
number is ill-conditioned there, and no tolerance by dtype would say so. Whole numbers are moved in
a second round, of which only small movements count, not the jumps of what has ties.
"""

from __future__ import annotations

import dataclasses
import re
import zlib
from typing import Any

import numpy as np

from conformance.cases.arrays import Array, np_dtype
from conformance.cases.harness.check import differences
from conformance.cases.harness.execute import Outcome
from conformance.cases.harness.plain import content
from conformance.cases.row import Row
from conformance.fuzz.catalogue import elementwise, operators
from conformance.fuzz.known import reason
from conformance.fuzz.mutate import arrays_of, changed
from conformance.fuzz.sides import Reference, run_here
from conformance.tolerance import EXACT, tolerance
from tfshim._src.engine import speed
from tfshim.cli.compare import close

#: How much more than TensorFlow's own movement a result may be off.
SLACK = 8.0
#: Movements up to this, relative to the largest number of the result, are no jumps.
SMOOTH = {"float16": 0.03, "bfloat16": 0.1}
_FLOAT_NAMES = ("float", "bfloat", "complex")


@dataclasses.dataclass
class Difference:
    """A row whose outcome differs in one mode.

    Attributes:
      row: as drawn, or made smaller.
      mode: "eager", "deferred" or "compiled".
      lines: what differs.
      why: the reason, if it is a known difference.
    """

    row: Row
    mode: str
    lines: list[str]
    why: str = ""

    @property
    def kind(self) -> str:
        """The first line without its numbers: what makes two differences alike."""
        text = re.sub(r"0x[0-9a-f]+|[-+]?\d[\d.]*(e[-+]?\d+)?j?|\b(nan|inf)\b", "#", self.lines[0])
        return re.sub(r"[(\[][-+#, ]*[)\]]", "#", text)[:160]


def judge(
    row: Row, mode: str, got: Outcome, expected: Outcome, asked: Reference
) -> Difference | None:
    """The difference between two outcomes of a row, or None if there is none but rounding."""
    lines = raw_lines(row, got, expected)
    if not lines:
        return None
    if known := reason(row, mode, lines, got, expected):
        return Difference(row, mode, lines, known)
    if only_values(lines) and rounding(row, got, expected, asked):
        return None
    why = subnormal(row, mode, asked)
    if not why and only_values(lines):
        why = undefined(row, expected, asked) or overflow(row, mode, asked)
    return Difference(row, mode, lines, why)


def raw_lines(row: Row, got: Outcome, expected: Outcome) -> list[str]:
    """What differs, of errors the class only."""
    return differences(dataclasses.replace(row, text=""), got, expected)


def only_values(lines: list[str]) -> bool:
    """Whether nothing but numbers differs."""
    words = (": dtype ", ": shape ", " raise", ": is ", " items, ", ": type ", ": keys ", "compile")
    return not any(word in line for line in lines for word in words)


def rounding(row: Row, got: Outcome, expected: Outcome, asked: Reference) -> bool:
    """Whether ours differs by no more than TensorFlow's own answer moves with its arguments."""
    if not any(a.dtype.startswith(_FLOAT_NAMES) for a in arrays_of(row)):
        return False
    for whole in (False, True):
        moved = [m for m in asked.begin([nudged(row, salt, whole) for salt in range(6)])() if m]
        if all(
            _near(got[part], expected[part], [m[part] for m in moved if part in m], row.tol, whole)
            for part in ("result", "vars", "grads", "second")
            if part in expected and part in got
        ):
            return True
    return False


def nudged(row: Row, salt: int, whole: bool = False) -> Row:
    """A row with its floats moved by up to four units in the last place, or its whole numbers."""

    def change(leaf: Any) -> Any:
        if isinstance(leaf, Array) and leaf.dtype.startswith(_FLOAT_NAMES):
            return Array(_nudge(leaf.value, leaf.dtype, salt, whole), leaf.dtype, leaf.special)
        return leaf

    return changed(row, change)


def _nudge(values: np.ndarray, dtype: str, salt: int, whole: bool) -> np.ndarray:
    if dtype.startswith("complex"):
        half = "float32" if dtype == "complex64" else "float64"
        real, imag = (_nudge(np.asarray(p), half, salt, whole) for p in (values.real, values.imag))
        return np.asarray(real + 1j * imag).astype(values.dtype)
    eps = {"float64": 2.0**-52, "float32": 2.0**-23, "float16": 2.0**-10}.get(dtype, 2.0**-7)
    wide = values.astype("float64").ravel()
    factors = np.ones(wide.size)
    for i, x in enumerate(wide):
        plain = np.isfinite(x) and (whole or abs(x) >= 1000 or not float(x * 2).is_integer())
        if plain and abs(x) < 1e300:
            factors[i] += eps * 4 * (zlib.crc32(f"{x!r}/{salt}".encode()) / 2**31 - 1)
    with np.errstate(all="ignore"):
        return np.asarray((wide * factors).reshape(values.shape)).astype(np_dtype(dtype))


def _near(got: Any, expected: Any, moved: list[Any], tol: Any, whole: bool) -> bool:
    """Whether every number lies within the tolerance widened by what it moved."""
    if not isinstance(expected, dict) or not isinstance(got, dict):
        return got is expected
    if "items" in expected:
        others = [m["items"] for m in moved if isinstance(m, dict) and "items" in m]
        pairs = zip(got["items"], expected["items"], strict=True)
        return all(
            _near(mine, theirs, [o[i] for o in others if i < len(o)], tol, whole)
            for i, (mine, theirs) in enumerate(pairs)
        )
    if "t" not in expected or "d" not in expected or expected["t"] == "string":
        return got == expected
    mine, theirs = content(got), content(expected)
    limits = tolerance(expected["t"])
    limits = limits if tol is None or limits == EXACT else tol
    good = np.asarray(close(mine, theirs, limits))
    others = [content(m) for m in moved if isinstance(m, dict) and m.get("s") == expected["s"]]
    if good.all() or not others:
        return bool(good.all())
    wide = np.complex128 if mine.dtype.kind == "c" else np.float64
    with np.errstate(all="ignore"):
        theirs = theirs.astype(wide)
        gaps = [np.abs(o.astype(wide) - theirs) for o in others]
        unstable = np.any([np.isnan(g) != np.isnan(theirs - theirs) for g in gaps], axis=0)
        if whole:
            scale = np.max(np.abs(theirs), initial=1e-300, where=np.isfinite(theirs))
            gaps = [np.where(g < SMOOTH.get(expected["t"], 1e-3) * scale, g, 0) for g in gaps]
            unstable = np.zeros_like(unstable)
        spread = np.max([np.nan_to_num(g, nan=0.0) for g in gaps], axis=0)
        slack = SLACK * spread + limits[1] + limits[0] * np.abs(theirs)
        if expected["t"] in SMOOTH:  # 16 bits: a sum is as exact as its largest terms
            finite = np.abs(theirs[np.isfinite(theirs)])
            slack = slack + 2 * limits[0] * np.max(finite, initial=0.0)
        good = good | unstable | (np.abs(mine.astype(wide) - theirs) <= slack)
    return bool(np.asarray(good).all())


def subnormal(row: Row, mode: str, asked: Reference) -> str:
    """The reason, if a row with subnormal numbers is right without them."""
    if speed.core is not None or not any(_has_subnormal(a) for a in arrays_of(row)):
        return ""

    def change(leaf: Any) -> Any:
        if isinstance(leaf, Array) and _has_subnormal(leaf):
            small = np.abs(leaf.value.astype("float64")) < _near_subnormal(leaf.dtype)
            value = np.where(small, np.zeros_like(leaf.value), leaf.value)
            return Array(np.asarray(value), leaf.dtype, leaf.special)
        return leaf

    flushed = changed(row, change)
    (expected,), (got,) = asked.begin([flushed])(), run_here([flushed], mode)
    if expected is None or not raw_lines(flushed, got, expected):
        return "subnormal numbers: NumPy keeps them where there is no C core"
    return ""


def _near_subnormal(dtype: str) -> float:
    """Numbers below this are subnormal, or can easily make a result that is."""
    return {"float16": 2.0**-12, "float64": 2.0**-990}.get(dtype, 2.0**-100)


def _has_subnormal(array: Array) -> bool:
    if not array.dtype.startswith(("float", "bfloat")):
        return False
    values = np.abs(array.value.astype("float64"))
    return bool(((values != 0) & (values < _near_subnormal(array.dtype))).any())


def overflow(row: Row, mode: str, asked: Reference) -> str:
    """The reason, if a sum or product that overflows is right without the huge numbers in it.

    Functions of one element or two are held to TensorFlow's answer there too.
    """
    if row.op in elementwise.CALLS or row.op in operators.CALLS:
        return ""

    def change(leaf: Any) -> Any:
        if not isinstance(leaf, Array) or not leaf.dtype.startswith(_FLOAT_NAMES):
            return leaf
        huge = 100 if leaf.dtype == "float16" else 2.0 ** (400 if "64" in leaf.dtype[5:] else 50)
        with np.errstate(all="ignore"):
            big = np.isfinite(leaf.value) & (np.abs(leaf.value) > huge)
            value = np.where(big, np.sign(leaf.value) * 10, leaf.value).astype(leaf.value.dtype)
        return Array(np.asarray(value), leaf.dtype, leaf.special)

    smaller = changed(row, change)
    pairs = zip(arrays_of(row), arrays_of(smaller), strict=True)
    if all(np.array_equal(a.value, b.value, equal_nan=a.dtype != "string") for a, b in pairs):
        return ""
    (expected,), (got,) = asked.begin([smaller])(), run_here([smaller], mode)
    lines = [] if expected is None else raw_lines(smaller, got, expected)
    if not lines or (only_values(lines) and expected and rounding(smaller, got, expected, asked)):
        return "sums and products that overflow: their order decides between infinity, NaN and more"
    return ""


def undefined(row: Row, expected: Outcome, asked: Reference) -> str:
    """The reason, if TensorFlow itself gives another answer when it is asked again."""
    again = asked.begin([nudged(row, 9), row, nudged(row, 10, True), row])()[1::2]
    if any(other is not None and raw_lines(row, other, expected) for other in again):
        return "TensorFlow's own answer changes from call to call: it reads memory that is not set"
    return ""
