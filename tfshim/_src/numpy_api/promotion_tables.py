"""The dtype of an operation between two dtypes, in the modes "safe" and "all".

It is the lattice of JAX's promotion, with weak types (marked `*`) for what comes from Python's
numbers; "safe" has none where bits of a value could be lost. Observed in TensorFlow 2.21.
"""

from __future__ import annotations

from tfshim._src import dtypes
from tfshim._src.dtypes import DType

_SHORT = {
    "b": "bool", "i8": "int8", "i16": "int16", "i32": "int32", "i64": "int64", "u8": "uint8",
    "u16": "uint16", "u32": "uint32", "u64": "uint64", "f16": "float16", "bf": "bfloat16",
    "f32": "float32", "f64": "float64", "c": "complex64", "z": "complex128",
}  # fmt: skip

#: A dtype, and whether it is weak.
Kind = tuple[DType, bool]

_ALL = """
        b   i8  i16  i32  i64   u8  u16  u32  u64  f16   bf  f32  f64    c    z i32* f32* f64*   z*
   b    b   i8  i16  i32  i64   u8  u16  u32  u64  f16   bf  f32  f64    c    z i32* f32* f64*   z*
  i8   i8   i8  i16  i32  i64  i16  i32  i64 f64*  f16   bf  f32  f64    c    z   i8 f64* f64*   z*
 i16  i16  i16  i16  i32  i64  i16  i32  i64 f64*  f16   bf  f32  f64    c    z  i16 f64* f64*   z*
 i32  i32  i32  i32  i32  i64  i32  i32  i64 f64*  f16   bf  f32  f64    c    z  i32 f64* f64*   z*
 i64  i64  i64  i64  i64  i64  i64  i64  i64 f64*  f16   bf  f32  f64    c    z  i64 f64* f64*   z*
  u8   u8  i16  i16  i32  i64   u8  u16  u32  u64  f16   bf  f32  f64    c    z   u8 f64* f64*   z*
 u16  u16  i32  i32  i32  i64  u16  u16  u32  u64  f16   bf  f32  f64    c    z  u16 f64* f64*   z*
 u32  u32  i64  i64  i64  i64  u32  u32  u32  u64  f16   bf  f32  f64    c    z  u32 f64* f64*   z*
 u64  u64 f64* f64* f64* f64*  u64  u64  u64  u64  f16   bf  f32  f64    c    z  u64 f64* f64*   z*
 f16  f16  f16  f16  f16  f16  f16  f16  f16  f16  f16  f32  f32  f64    c    z  f16  f16  f16    c
  bf   bf   bf   bf   bf   bf   bf   bf   bf   bf  f32   bf  f32  f64    c    z   bf   bf   bf    c
 f32  f32  f32  f32  f32  f32  f32  f32  f32  f32  f32  f32  f32  f64    c    z  f32  f32  f32    c
 f64  f64  f64  f64  f64  f64  f64  f64  f64  f64  f64  f64  f64  f64    z    z  f64  f64  f64    z
   c    c    c    c    c    c    c    c    c    c    c    c    c    z    c    z    c    c    c    c
   z    z    z    z    z    z    z    z    z    z    z    z    z    z    z    z    z    z    z    z
i32* i32*   i8  i16  i32  i64   u8  u16  u32  u64  f16   bf  f32  f64    c    z i32* f32* f64*   z*
f32* f32* f64* f64* f64* f64* f64* f64* f64* f64*  f16   bf  f32  f64    c    z f32* f32* f64*   z*
f64* f64* f64* f64* f64* f64* f64* f64* f64* f64*  f16   bf  f32  f64    c    z f64* f64* f64*   z*
  z*   z*   z*   z*   z*   z*   z*   z*   z*   z*    c    c    c    z    c    z   z*   z*   z*   z*
"""

_SAFE = """
        b   i8  i16  i32  i64   u8  u16  u32  u64  f16   bf  f32  f64    c    z i32* f32* f64*   z*
   b    b   i8  i16  i32  i64   u8  u16  u32  u64  f16   bf  f32  f64    c    z i32* f32* f64*   z*
  i8   i8   i8  i16  i32  i64    -    -    -    -  f16   bf  f32  f64    c    z   i8    - f64*   z*
 i16  i16  i16  i16  i32  i64  i16    -    -    -    -    -  f32  f64    c    z  i16    - f64*   z*
 i32  i32  i32  i32  i32  i64  i32  i32    -    -    -    -    -  f64    -    z  i32    - f64*   z*
 i64  i64  i64  i64  i64  i64  i64  i64  i64    -    -    -    -    -    -    -  i64    -    -    -
  u8   u8    -  i16  i32  i64   u8  u16  u32  u64  f16   bf  f32  f64    c    z   u8    - f64*   z*
 u16  u16    -    -  i32  i64  u16  u16  u32  u64    -    -  f32  f64    c    z  u16    - f64*   z*
 u32  u32    -    -    -  i64  u32  u32  u32  u64    -    -    -  f64    -    z  u32    - f64*   z*
 u64  u64    -    -    -    -  u64  u64  u64  u64    -    -    -    -    -    -  u64    -    -    -
 f16  f16  f16    -    -    -  f16    -    -    -  f16    -  f32  f64    c    z  f16  f16  f16    -
  bf   bf   bf    -    -    -   bf    -    -    -    -   bf  f32  f64    c    z   bf   bf   bf    -
 f32  f32  f32  f32    -    -  f32  f32    -    -  f32  f32  f32  f64    c    z  f32  f32  f32    -
 f64  f64  f64  f64  f64    -  f64  f64  f64    -  f64  f64  f64  f64    -    z  f64  f64  f64    z
   c    c    c    c    -    -    c    c    -    -    c    c    c    -    c    z    c    c    c    c
   z    z    z    z    z    -    z    z    z    -    z    z    z    z    z    z    z    z    z    z
i32* i32*   i8  i16  i32  i64   u8  u16  u32  u64  f16   bf  f32  f64    c    z i32* f32* f64*   z*
f32* f32*    -    -    -    -    -    -    -    -  f16   bf  f32  f64    c    z f32* f32* f64*   z*
f64* f64* f64* f64* f64*    - f64* f64* f64*    -  f16   bf  f32  f64    c    z f64* f64* f64*   z*
  z*   z*   z*   z*   z*    -   z*   z*   z*    -    -    -    -    z    c    z   z*   z*   z*   z*
"""


def _kind(short: str) -> Kind:
    return getattr(dtypes, _SHORT[short.rstrip("*")]), short.endswith("*")


def _table(text: str) -> dict[tuple[Kind, Kind], Kind]:
    head, *rows = [line.split() for line in text.strip("\n").splitlines()]
    return {
        (_kind(row[0]), _kind(column)): _kind(cell)
        for row in rows
        for column, cell in zip(head, row[1:], strict=True)
        if cell != "-"
    }


TABLES = {"safe": _table(_SAFE), "all": _table(_ALL)}
#: The kinds that take part; strings and quantized numbers do not.
KINDS = frozenset(kind for pair in TABLES["all"] for kind in pair)


def common(mode: str, x: Kind, y: Kind) -> Kind:
    """What an operation between two kinds computes in, and whether its result is weak.

    Raises:
      TypeError: where the mode has no such conversion.
    """
    found = TABLES[mode].get((x, y))
    if found is None:
        shown = " and ".join(f"({dtype!s}, weak={weak})" for dtype, weak in (x, y))
        raise TypeError(
            f"In promotion mode PromoMode.{mode.upper()}, implicit dtype promotion between {shown} "
            "is disallowed. You need to explicitly specify the dtype in your op, or relax your "
            "dtype promotion rules (such as from SAFE mode to ALL mode)."
        )
    return found
