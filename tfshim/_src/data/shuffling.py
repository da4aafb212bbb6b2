"""The order of `Dataset.shuffle`: TensorFlow's own numbers for the same seeds.

Each pass draws its two seeds from a Philox stream of the dataset; the pass has a stream of its own
from them. One number chooses which element of the buffer comes next; the place that it leaves is
filled by the oldest element, and the next element of the input is put at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tfshim._src.data.random_calls import is_aside
from tfshim._src.ops import philox

_BLOCKS = 64  # computed at once: four numbers each


class Samples:
    """The 32-bit numbers of one Philox stream, one after the other."""

    def __init__(self, seed: int, seed2: int):
        from tfshim._src.random_state import Stream  # draws of its own need ops

        self._stream = Stream(seed, seed2)
        self._ready: list[int] = []

    def __call__(self) -> int:
        if not self._ready:
            state = self._stream.take(_BLOCKS)
            words = philox.blocks_at(state, np.arange(_BLOCKS, dtype=np.uint64))
            self._ready = np.stack(words, 1).ravel()[::-1].tolist()
        return self._ready.pop()


def passes(seed: Any, reshuffle: bool) -> Callable[[], Samples]:
    """A function that gives the numbers of the next pass over a dataset.

    Args:
      seed: the dataset's `seed`, an integer or None; the global seed has its part in it.
      reshuffle: whether each pass has an order of its own.
    """
    from tfshim._src.random_state import op_seeds

    pair = op_seeds(seed)[:2]
    if not reshuffle:
        if pair == (0, 0):  # unseeded, and yet the same for each pass
            draw = Samples(*pair)
            pair = (draw(), draw())
        return lambda: Samples(*pair)
    parent = Samples(*pair)
    return lambda: Samples(0, 1) if is_aside() else Samples(parent(), parent())


def shuffled(items: Iterator, size: int, draw: Callable[[], int]) -> Iterator:
    """The items in the order that `draw` chooses from a buffer.

    Args:
      items: the input, in its own order.
      size: of the buffer; negative for as large as the input.
      draw: gives 32-bit numbers.
    """
    buffer: dict[int, Any] = {}  # by place in the input; the oldest place is `start`
    start = end = 0
    more = True
    while True:
        while more and (size < 0 or end - start < size):
            try:
                buffer[end] = next(items)
                end += 1
            except StopIteration:
                more = False
        if start == end:
            return
        chosen = start + draw() % (end - start)
        out = buffer[chosen]
        buffer[chosen] = buffer[start]
        del buffer[start]
        start += 1
        yield out
