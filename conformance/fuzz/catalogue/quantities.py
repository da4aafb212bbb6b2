"""Quantization in floats, and sets along the last axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.cases.arrays import Array, Made
from conformance.cases.row import Row, i64, make, row
from conformance.fuzz.draws import Draw


def _values(d: Draw, shape: tuple) -> Array:
    return d.array(shape, "float32", -8, 8, specials=d.chance(0.1))


def args_gradient(d: Draw, op: str) -> Row:
    shape = d.shape()
    options = [d.pick([-6.0, -1.0, 0.0]), d.pick([6.0, 2.5]), d.pick([2, 4, 8, 16]), d.chance(0.5)]
    return row(op, _values(d, shape), _values(d, shape), *options, grad=())


def limits(d: Draw, op: str) -> Row:
    """fake_quant_with_min_max_vars and its relatives: values, limits, bits."""
    channels = "per_channel" in op
    shape = d.shape(1, least=1) if channels else d.shape()
    size = shape[-1:] if channels else ()
    args = [_values(d, shape) for _ in range(2 if op.endswith("gradient") else 1)]
    args += [d.array(size, "float32", -7, -1, specials=False)]
    args += [d.array(size, "float32", 1, 7, specials=False)]
    if d.chance(0.6):
        args += [d.pick([2, 4, 8, 16]), d.chance(0.5)]
    return row(op, *args, grad=() if op.endswith("gradient") else "auto")


def round_trip(d: Draw, op: str) -> Row:
    """quantize_and_dequantize."""
    shape = d.shape(1, least=1)
    x = d.array(shape, d.pick(["float32", "float32", "float64"]), -4, 4, specials=False)
    kwargs: dict[str, Any] = {"range_given": d.chance(0.5)}
    for key, values in (
        ("signed_input", [True, False]),
        ("num_bits", [2, 4, 8, 12]),
        ("round_mode", ["HALF_TO_EVEN", "HALF_UP"]),
        ("narrow_range", [True, False]),
    ):
        if d.chance(0.4):
            kwargs[key] = d.pick(values)
    return row(op, x, d.pick([-1.0, -3.0]), d.pick([2.0, 3.5]), **kwargs)


_ELEMENTS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "string")


def _members(d: Draw, shape: tuple, dtype: str) -> Array:
    if dtype != "string":
        return d.array(shape, dtype, 0, 5, specials=False)
    values = np.empty(shape, object)
    values[...] = [b"a"]
    for at in np.ndindex(*shape):
        values[at] = d.pick([b"a", b"b", b"", b"ab"])
    return Array(values, "string")


def _ragged(d: Draw, rows: int, dtype: str, most: int) -> Made:
    """A SparseTensor with distinct numbers in each row."""
    places = [(r, c) for r in range(rows) for c in range(d.whole(0, most))]
    values = _members(d, (len(places),), dtype)
    at = i64(np.array(places, np.int64).reshape(-1, 2))
    return make("tf.SparseTensor", at, values, i64([rows, most]))


def algebra(d: Draw, op: str) -> Row:
    dtype = d.pick(_ELEMENTS)
    lead = d.shape(1, 2)
    if d.chance(0.4):
        rows = d.whole(1, 3)
        kinds = d.pick([(True, True), (False, True)])
        sides = [
            _ragged(d, rows, dtype, 3) if sparse else _members(d, (rows, d.whole(0, 3)), dtype)
            for sparse in kinds
        ]
        return row(op, *sides)
    sides = [_members(d, (*lead, d.whole(0, 4)), dtype) for _ in range(2)]
    turned = {"aminusb": d.chance(0.5)} if op.endswith("difference") and d.chance(0.4) else {}
    return row(op, *sides, **turned)


def size(d: Draw, op: str) -> Row:
    return row(op, _ragged(d, d.whole(1, 3), d.pick(_ELEMENTS), d.whole(1, 3)))


_FAKE = "tf.quantization.fake_quant_with_min_max"
CALLS = {
    f"{_FAKE}_args_gradient": args_gradient,
    **{
        f"{_FAKE}_vars{kind}{end}": limits
        for kind in ("", "_per_channel")
        for end in ("", "_gradient")
    },
    **{f"tf.quantization.quantize_and_dequantize{n}": round_trip for n in ("", "_v2")},
    **{f"tf.sets.{n}": algebra for n in ("union", "intersection", "difference")},
    "tf.sets.size": size,
}
