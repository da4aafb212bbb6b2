"""tf.strings: words of several alphabets, numbers as text."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.cases.arrays import Array, ref
from conformance.cases.row import Row, row
from conformance.fuzz.draws import FLOATS, INTS, Draw

_PIECES = ["", "a", "B", " ", "é", "日本", "😀", "\n", "-", "12", "3.5", "xyz", "\t", "ß", "A b"]
_NUMBERS = ["1", "-2", "3.5", "1e3", " 7", "nan", "inf", "-0", "", "x", "+4", "0x10", "1_0"]


def words(d: Draw, shape: tuple[int, ...], pieces: Any = _PIECES, most: int = 4) -> Array:
    """An array of strings."""
    made = np.empty(shape, object)
    for index in np.ndindex(shape):
        made[index] = "".join(d.pick(pieces) for _ in range(d.whole(0, most))).encode()
    return Array(made, "string")


def simple(d: Draw, op: str) -> Row:
    x = words(d, d.shape())
    units = {}
    if op.endswith("length") and d.chance(0.5):
        units = {"unit": d.pick(["BYTE", "UTF8_CHAR"])}
    elif op.endswith(("upper", "lower")) and d.chance(0.5):
        units = {"encoding": "utf-8"}
    return row(op, x, **units)


def substr(d: Draw, op: str) -> Row:
    shapes = d.broadcastable() if d.chance(0.3) else [d.shape(), ()]
    shape = shapes[1]
    pos, count = d.ids(shape, 3, -3, "int32"), d.ids(shape, 5, 0, "int32")
    units = {"unit": d.pick(["BYTE", "UTF8_CHAR"])} if d.chance(0.5) else {}
    return row(op, words(d, shapes[0]), pos, count, **units)


def join(d: Draw, op: str) -> Row:
    shape = d.shape()
    parts = [words(d, shape if d.chance(0.7) else ()) for _ in range(d.whole(1, 3))]
    return row(op, parts, separator=d.pick(["", ", ", "é"]))


def reduce_join(d: Draw, op: str) -> Row:
    shape = d.shape()
    keep = d.chance(0.4)
    return row(op, words(d, shape), axis=d.axes(len(shape)), keepdims=keep, separator=d.pick("-, "))


def to_number(d: Draw, op: str) -> Row:
    x = words(d, d.shape(0, 2), _NUMBERS[:4] if d.chance(0.7) else _NUMBERS, 1)
    if d.chance(0.7):
        x.value[x.value == b""] = b"5"
    return row(op, x, ref(f"tf.{d.pick(['float32', 'float64', 'int32', 'int64'])}"))


def as_string(d: Draw, op: str) -> Row:
    dtype = d.pick((*FLOATS, *INTS, "bool", "complex64"))
    kwargs: dict[str, Any] = {}
    if d.chance(0.3):
        kwargs["width"] = d.whole(0, 9)
        kwargs["fill"] = d.pick(["", "0", " "])
    if dtype.startswith("float") and d.chance(0.4):
        kwargs["precision"] = d.whole(0, 5)
        kwargs["scientific"] = d.chance(0.3)
    return row(op, d.array(d.shape(0, 2), dtype, -99, 99), **kwargs)


def regex(d: Draw, op: str) -> Row:
    pattern = d.pick(["a", "[a-z]+", "^.", r"\d+", r"\s*", "(a|B)", "x?y", ".*", "é", "b*$"])
    if op.endswith("match"):
        return row(op, words(d, d.shape()), pattern)
    more = {"replace_global": d.chance(0.5)}
    return row(op, words(d, d.shape()), pattern, d.pick(["", "-", r"<\0>", "zz"]), **more)


def pieces(d: Draw, op: str) -> Row:
    x = words(d, d.shape(0, 2))
    if op.endswith(".split"):
        sep = d.pick([None, " ", "a", "-"])
        return row(op, x, sep=sep, **({"maxsplit": d.whole(0, 2)} if d.chance(0.3) else {}))
    return row(op, x)


CALLS = {
    **{f"tf.strings.{n}": simple for n in "upper lower strip length".split()},
    "tf.strings.substr": substr,
    "tf.strings.join": join,
    "tf.strings.reduce_join": reduce_join,
    "tf.strings.to_number": to_number,
    "tf.strings.as_string": as_string,
    "tf.strings.regex_replace": regex,
    "tf.strings.regex_full_match": regex,
    "tf.strings.split": pieces,
    "tf.strings.bytes_split": pieces,
}
