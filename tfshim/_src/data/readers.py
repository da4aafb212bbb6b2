"""Datasets of files: the lines of text files."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert, from_array
from tfshim._src.data.dataset import DatasetV2
from tfshim._src.data.recipe import UNKNOWN
from tfshim._src.errors import NotFoundError, op_error
from tfshim._src.registry import export
from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import Tensor


def _names(filenames: Any) -> list[str]:
    t = convert(filenames, None if isinstance(filenames, Tensor) else dtypes.string)
    return [name.decode() for name in static.host(t).reshape(-1)]


def _content(name: str, compression: str) -> bytes:
    try:
        with open(name, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        raise op_error(
            "IteratorGetNext", f"{name}; No such file or directory", NotFoundError
        ) from None
    if compression == "GZIP":
        return gzip.decompress(data)
    return zlib.decompress(data) if compression == "ZLIB" else data


@export("tf.data.TextLineDataset")
class TextLineDatasetV2(DatasetV2):
    """The lines of text files, without their ends.

    Args:
      filenames: a string or a tensor or list of them, or a dataset of strings.
      compression_type: "", "ZLIB" or "GZIP".
      buffer_size, num_parallel_reads: how TensorFlow reads ahead.
      name: ignored.
    """

    def __init__(
        self,
        filenames,
        compression_type=None,
        buffer_size=None,
        num_parallel_reads=None,
        name=None,
    ):
        compression = compression_type or ""
        if compression not in ("", "ZLIB", "GZIP"):
            raise op_error("TextLineDataset", f"Unsupported compression_type: {compression}.")
        given = filenames if isinstance(filenames, DatasetV2) else _names(filenames)

        def make() -> Iterator:
            if isinstance(given, DatasetV2):
                elements = given._iterate()  # pyright: ignore
                names = [n for e in elements for n in _names(e)]
            else:
                names = given
            for name_ in names:
                for line in _content(name_, compression).splitlines():
                    out = np.empty((), object)
                    out[()] = line
                    yield from_array(out)

        self._kind, self._make, self._rows = "TextLineDatasetV2", make, None
        self._specs, self._count = TensorSpec((), dtypes.string), UNKNOWN
