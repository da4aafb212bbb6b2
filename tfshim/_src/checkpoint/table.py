"""Sorted tables of byte strings: the file format of LevelDB, uncompressed.

A file is blocks of entries, an index of the blocks, and a footer. An entry shares the first bytes
of its key with the one before. Each block ends with a byte for its compression and a checksum.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tfshim._src.checkpoint.crc32c import extend, masked
from tfshim._src.ops.io_raw import read_varint, varint

_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48
_RESTART = 16  # entries until a key is whole again


class Damaged(Exception):
    """A file that is no table, or not the one that was written."""


def _block(entries: list[tuple[bytes, bytes]]) -> bytes:
    out, restarts, last = bytearray(), [], b""
    for i, (key, value) in enumerate(entries):
        shared = 0
        if i % _RESTART == 0:
            restarts.append(len(out))
        else:
            while shared < min(len(key), len(last)) and key[shared] == last[shared]:
                shared += 1
        out += varint(shared) + varint(len(key) - shared) + varint(len(value))
        out += key[shared:] + value
        last = key
    restarts = restarts or [0]
    return bytes(out) + struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts))


def write(entries: dict[bytes, bytes]) -> bytes:
    """The file of a table."""
    out = bytearray()

    def add(block: bytes) -> bytes:
        handle = varint(len(out)) + varint(len(block))
        block += b"\0"  # not compressed
        out.extend(block + struct.pack("<I", masked(extend(0, block))))
        return handle

    items = sorted(entries.items())
    data = add(_block(items))
    meta = add(_block([]))
    index = add(_block([(items[-1][0] if items else b"", data)]))
    footer = (meta + index).ljust(_FOOTER - 8, b"\0")
    return bytes(out) + footer + struct.pack("<Q", _MAGIC)


def _entries(data: bytes, handle: bytes) -> Iterator[tuple[bytes, bytes]]:
    start, at = read_varint(handle, 0)
    size, _ = read_varint(handle, at)
    block, (crc,) = data[start : start + size + 1], struct.unpack_from("<I", data, start + size + 1)
    if masked(extend(0, block)) != crc:
        raise Damaged("a block's checksum is wrong")
    if block[-1]:
        raise Damaged("a block is compressed")
    (restarts,) = struct.unpack_from("<I", block, size - 4)
    at, end, key = 0, size - 4 - 4 * restarts, b""
    while at < end:
        shared, at = read_varint(block, at)
        rest, at = read_varint(block, at)
        length, at = read_varint(block, at)
        key = key[:shared] + block[at : at + rest]
        yield key, block[at + rest : at + rest + length]
        at += rest + length


def read(data: bytes) -> dict[bytes, bytes]:
    """The entries of a table's file.

    Raises:
      Damaged: if it is none.
    """
    try:
        if struct.unpack("<Q", data[-8:])[0] != _MAGIC:
            raise Damaged("not an sstable (bad magic number)")
        footer = data[-_FOOTER:]
        at = 0
        for _ in range(2):  # past the handle of the meta index
            _, at = read_varint(footer, at)
        found: dict[bytes, bytes] = {}
        for _, handle in _entries(data, footer[at:]):
            found.update(_entries(data, handle))
        return found
    except (IndexError, struct.error) as e:
        raise Damaged(str(e)) from None
