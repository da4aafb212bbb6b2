"""The tensors that summaries hold, made of arrays: scalars, histograms, images, sounds.

TensorBoard's plugins say what they look like; a summary names its plugin.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.protos.messages import message

WAV = 11  # TensorBoard's number of this encoding


def metadata(plugin: str, description: str | None = None, content: bytes = b"") -> Any:
    """A `SummaryMetadata` message."""
    made = message("SummaryMetadata")(summary_description=description or "")
    made.plugin_data.plugin_name = plugin
    made.plugin_data.content = content
    return made


def tensor_proto(array: np.ndarray) -> Any:
    """An array as a message, its elements as bytes."""
    dtype = dtypes.string if array.dtype.kind in "OSU" else dtypes.as_dtype(array.dtype)
    made = message("TensorProto")(dtype=dtype.as_datatype_enum)
    made.tensor_shape.SetInParent()
    for n in array.shape:
        made.tensor_shape.dim.add(size=n)
    if dtype is dtypes.string:
        made.string_val.extend(
            [v.encode() if isinstance(v, str) else bytes(v) for v in array.reshape(-1)]
        )
    else:
        made.tensor_content = array.tobytes()
    return made


def histogram(data: np.ndarray, buckets: int) -> np.ndarray:
    """Rows of (left edge, right edge, count), float64 `[buckets, 3]`.

    Buckets are of equal width from the least value to the largest. If all values are one, it is
    both edges of all buckets, and the last one counts them.
    """
    data = np.asarray(data, np.float64).reshape(-1)
    made = np.zeros([buckets, 3])
    if not data.size or not buckets:
        return made
    low, high = data.min(), data.max()
    if low == high:
        made[:, :2] = low
        made[-1, 2] = data.size
        return made
    width = (high - low) / buckets
    places = np.minimum(np.floor((data - low) / width).astype(np.int64), buckets - 1)
    edges = np.linspace(low, high, buckets + 1)
    made[:, 0], made[:, 1] = edges[:-1], edges[1:]
    made[:, 2] = np.bincount(places, minlength=buckets)
    return made


def images(pixels: np.ndarray) -> np.ndarray:
    """Width, height and the PNG file of each image of uint8 `[n, height, width, channels]`."""
    _, height, width, _ = pixels.shape
    parts = [str(width).encode(), str(height).encode(), *map(png, pixels)]
    return np.array(parts, object)


def png(pixels: np.ndarray) -> bytes:
    """The PNG file (RFC 2083) of uint8 `[height, width, channels]` with 1 to 4 channels."""
    height, width, channels = pixels.shape
    color = {1: 0, 2: 4, 3: 2, 4: 6}[channels]  # grey, grey + alpha, RGB, RGBA
    rows = np.zeros([height, 1 + width * channels], np.uint8)  # 0: the row is not filtered
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def sounds(samples: np.ndarray, rate: int) -> np.ndarray:
    """The WAV file of each sound of float32 `[n, time, channels]`, beside an empty label."""
    made = np.empty([len(samples), 2], object)
    for i, sound in enumerate(samples):
        made[i] = wav(sound, rate), b""
    return made


def wav(samples: np.ndarray, rate: int) -> bytes:
    """The WAV file (RIFF, 16-bit PCM) of samples `[time, channels]` between -1 and 1."""
    channels = samples.shape[1]
    scaled = samples * np.float32(32768)
    rounded = np.trunc(scaled + np.copysign(np.float32(0.5), scaled))
    data = np.clip(rounded, -32768, 32767).astype("<i2").tobytes()
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2, channels * 2, 16)
    return b"".join(
        [
            struct.pack("<4sI4s", b"RIFF", 36 + len(data), b"WAVE"),
            struct.pack("<4sI", b"fmt ", len(form)),
            form,
            struct.pack("<4sI", b"data", len(data)),
            data,
        ]
    )
