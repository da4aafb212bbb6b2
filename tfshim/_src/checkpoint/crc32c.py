"""The checksum CRC-32C (Castagnoli, RFC 3720), and how TensorFlow's files mask it.

A long input is cut into lanes that NumPy takes one step further together; the lanes' sums are then
put together by the linear map that shifts a sum by a lane's length.
"""

from __future__ import annotations

import functools

import numpy as np

_POLYNOMIAL = 0x82F63B78
_LANES = 1024
_ONES = 0xFFFFFFFF


def _table() -> np.ndarray:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(_POLYNOMIAL), table >> 1)
    return table.astype(np.uint32)


_TABLE = _table()
_PLAIN = _TABLE.tolist()


def extend(crc: int, data: bytes | memoryview | np.ndarray) -> int:
    """The checksum of what `crc` is the checksum of, followed by `data`."""
    array = np.frombuffer(data, np.uint8)
    state = crc ^ _ONES
    length = len(array) // _LANES
    if length >= 16:
        lanes = array[: length * _LANES].reshape(_LANES, length)
        sums = np.zeros(_LANES, np.uint32)
        for column in np.ascontiguousarray(lanes.T):
            sums = _TABLE[(sums ^ column) & 0xFF] ^ (sums >> np.uint32(8))
        shift = _shift(length)
        for part in sums.tolist():
            state = _apply(shift, state) ^ part
        array = array[length * _LANES :]
    for byte in array.tolist():
        state = _PLAIN[(state ^ byte) & 0xFF] ^ (state >> 8)
    return state ^ _ONES


@functools.lru_cache(16)
def _shift(length: int) -> list[list[int]]:
    """What so many zero bytes do to a state, as a table for each of its four bytes."""
    bits = np.uint32(1) << np.arange(32, dtype=np.uint32)
    result, power = bits, bits  # columns of the identity, and of one zero byte
    power = _TABLE[power & 0xFF] ^ (power >> np.uint32(8))
    while length:
        if length & 1:
            result = _through(power, result)
        power = _through(power, power)
        length >>= 1
    columns = result.tolist()
    tables = []
    for i in range(4):
        table = [0]
        for bit in columns[8 * i : 8 * i + 8]:
            table += [entry ^ bit for entry in table]
        tables.append(table)
    return tables


def _through(matrix: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The columns of the product of two matrices over GF(2)."""
    out = np.zeros(32, np.uint32)
    for i in range(32):
        out ^= np.where((columns >> np.uint32(i)) & 1, matrix[i], np.uint32(0))
    return out


def _apply(tables: list[list[int]], state: int) -> int:
    a, b, c, d = tables
    return a[state & 255] ^ b[state >> 8 & 255] ^ c[state >> 16 & 255] ^ d[state >> 24]


def masked(crc: int) -> int:
    """The checksum as files hold it, so that sums of data with sums in it stay apart."""
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & _ONES
