"""Tensors by name, in two files: an index, and the bytes of all of them."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.checkpoint import table
from tfshim._src.checkpoint.crc32c import extend, masked
from tfshim._src.errors import DataLossError, NotFoundError
from tfshim._src.ops.io_raw import read_varint, varint
from tfshim._src.protos.messages import message
from tfshim._src.shapes import TensorShape

OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


def _string_bytes(value: np.ndarray) -> tuple[bytes, int]:
    """The lengths, their checksum, the strings; and the checksum of all of it."""
    items = [bytes(x) for x in value.ravel().tolist()]
    lengths = b"".join(varint(len(x)) for x in items)
    crc = extend(0, b"".join(struct.pack("<I", len(x)) for x in items))
    stamp = struct.pack("<I", masked(crc))
    rest = b"".join(items)
    return lengths + stamp + rest, extend(extend(crc, stamp), rest)


def _strings(data: bytes, count: int) -> list[bytes]:
    lengths, at = [], 0
    for _ in range(count):
        n, at = read_varint(data, at)
        lengths.append(n)
    at += 4
    out = []
    for n in lengths:
        out.append(data[at : at + n])
        at += n
    return out


def write(prefix: str, tensors: Iterable[tuple[str, Any, np.ndarray]]) -> None:
    """Writes `prefix.index` and `prefix.data-00000-of-00001`; folders are made.

    Args:
      prefix: path of both files.
      tensors: name, dtype and value of each.
    """
    Entry, Header = message("BundleEntryProto"), message("BundleHeaderProto")
    header = Header(num_shards=1)
    header.version.producer = 1
    entries = {b"": header.SerializeToString()}
    Path(prefix).parent.mkdir(parents=True, exist_ok=True)
    data, index = f"{prefix}.data-00000-of-00001", f"{prefix}.index"
    at = 0
    with open(f"{data}.tmp", "wb") as file:
        for name, dtype, value in sorted(tensors, key=lambda t: t[0].encode()):
            value = np.asarray(value)
            if dtype.kind == "s":
                content, crc = _string_bytes(value)
            else:
                content = np.ascontiguousarray(value).tobytes()
                crc = extend(0, content)
            shape = TensorShape(value.shape).as_proto()
            entry = Entry(
                dtype=dtype.as_datatype_enum, offset=at, size=len(content), crc32c=masked(crc)
            )
            entry.shape.SetInParent()
            entry.shape.ParseFromString(shape.SerializeToString())
            entries[name.encode()] = entry.SerializeToString()
            file.write(content)
            at += len(content)
    Path(f"{index}.tmp").write_bytes(table.write(entries))
    os.replace(f"{data}.tmp", data)
    os.replace(f"{index}.tmp", index)


class Reader:
    """The tensors of a checkpoint, by name.

    Args:
      prefix: path without `.index`.

    Raises:
      NotFoundError: if there is none.
      DataLossError: if its index is damaged.
    """

    def __init__(self, prefix: str):
        self.prefix = prefix
        try:
            content = Path(f"{prefix}.index").read_bytes()
        except OSError:
            raise NotFoundError(
                None,
                None,
                "Unsuccessful TensorSliceReader constructor: Failed to find any matching files for "
                f"{prefix}",
            ) from None
        try:
            raw = table.read(content)
            self._header = message("BundleHeaderProto").FromString(raw.pop(b"", b""))
        except table.Damaged as e:
            text = f"Unable to open table file {prefix}.index: DATA_LOSS: {e}"
            raise DataLossError(None, None, text) from None
        Entry = message("BundleEntryProto")
        self.entries = {k.decode(): Entry.FromString(v) for k, v in raw.items()}

    def shape(self, name: str) -> list[int]:
        """The shape of a tensor."""
        return [d.size for d in self.entries[name].shape.dim]

    def dtype(self, name: str) -> Any:
        """The dtype of a tensor."""
        return dtypes.as_dtype(self.entries[name].dtype)

    def value(self, name: str) -> np.ndarray:
        """The value of a tensor.

        Raises:
          NotFoundError: if there is none of that name.
          DataLossError: if the bytes are not those that were written.
        """
        if name not in self.entries:
            raise NotFoundError(None, None, f"Key {name} not found in checkpoint")
        entry, shape, dtype = self.entries[name], self.shape(name), self.dtype(name)
        part = f"{entry.shard_id:05d}-of-{self._header.num_shards:05d}"
        with open(f"{self.prefix}.data-{part}", "rb") as file:
            file.seek(entry.offset)
            data = file.read(entry.size)
        if dtype.kind == "s":
            items = _strings(data, int(np.prod(shape)))
            value = np.empty(len(items), object)
            value[:] = items
            return value.reshape(shape)
        if len(data) != entry.size or masked(extend(0, data)) != entry.crc32c:
            raise DataLossError(None, None, f"Checksum does not match: {name} in {self.prefix}")
        return np.frombuffer(data, dtype.np).reshape(shape)
