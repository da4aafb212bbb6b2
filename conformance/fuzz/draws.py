"""A seeded source of shapes, arrays and choices: the same numbers for the same seed and index."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from conformance.cases.arrays import Array, np_dtype, special
from conformance.cases.row import Row

T = TypeVar("T")

FLOATS = ("float32", "float64", "float16", "bfloat16")
COMPLEX = ("complex64", "complex128")
INTS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
REAL = FLOATS + INTS
NUMBERS = REAL + COMPLEX
ALL = (*NUMBERS, "bool")

#: What a catalogue has for an op: writes a row of it.
Writer = Callable[["Draw", str], Row]


class Draw:
    """The choices of one row."""

    def __init__(self, seed: int, index: int) -> None:
        self.random = random.Random(f"{seed}/{index}")
        self.state = np.random.RandomState(self.random.randrange(2**32))

    def chance(self, share: float) -> bool:
        """True in this share of all draws."""
        return self.random.random() < share

    def pick(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.random.randrange(len(choices))]

    def whole(self, low: int, high: int) -> int:
        """An integer in [low, high]."""
        return self.random.randint(low, high)

    def dtype(self, usual: Sequence[str], others: Sequence[str] = ALL) -> str:
        """One of the usual dtypes; now and then another one, which the op may refuse."""
        return self.pick(others) if self.chance(0.06) else self.pick(usual)

    def shape(self, low: int = 0, high: int = 4, least: int = 0) -> tuple[int, ...]:
        """A shape of rank low to high; sizes are small, 0 and 1 among them unless under `least`."""
        rank = self.whole(low, min(high, 3) if self.chance(0.8) else high)
        sizes = [n for n in (0, 1, 1, 2, 2, 3, 3, 4, 5) if n >= least]
        if not self.chance(0.25):
            sizes = [n for n in sizes if n] or sizes
        return tuple(self.pick(sizes) for _ in range(rank))

    def broadcastable(self, count: int = 2) -> list[tuple[int, ...]]:
        """Shapes that broadcast together; now and then ones that do not."""
        whole = self.shape()
        found = []
        for _ in range(count):
            kept = whole[self.whole(0, len(whole)) if self.chance(0.4) else 0 :]
            found.append(tuple(1 if self.chance(0.2) else n for n in kept))
        if self.chance(0.03):
            found[-1] = self.shape()
        return found

    def axis(self, rank: int) -> int:
        """An axis in range, from either end; now and then one out of range."""
        if rank == 0 or self.chance(0.03):
            return self.pick([-rank - 1, rank, 0])
        return self.whole(-rank, rank - 1)

    def axes(self, rank: int) -> Any:
        """What reductions take: None, one axis, several, none of them."""
        if self.chance(0.3):
            return None
        if rank == 0 or self.chance(0.5):
            return self.axis(rank)
        chosen = self.random.sample(range(rank), self.whole(0, rank))
        return [a - rank if self.chance(0.5) else a for a in chosen]

    def array(
        self,
        shape: Sequence[int],
        dtype: str,
        low: float = -3.0,
        high: float = 3.0,
        specials: bool = True,
    ) -> Array:
        """An array with values in [low, high]: uniform, or whole (so that there are ties).

        With `specials`, some have zeros of both signs, infinities, NaN, extremes, subnormal and
        very large or small numbers among them.
        """
        shape = tuple(shape)
        if dtype == "bool":
            return Array(np.asarray(self.state.randint(0, 2, shape)).astype(bool), dtype)
        if dtype in INTS:
            lowest = max(int(low), 0) if dtype.startswith("u") else int(low)
            values = np.asarray(self.state.randint(lowest, int(high) + 1, shape)).astype(dtype)
        else:
            values = self._floats(shape, dtype, low, high)
        if not (specials and values.size and self.chance(0.3)):
            return Array(values, dtype)
        return Array(self._sprinkled(values, dtype), dtype, True)

    def _floats(self, shape: tuple, dtype: str, low: float, high: float) -> np.ndarray:
        values = np.asarray(self.state.uniform(low, high, shape))
        if dtype in COMPLEX:
            values = values + 1j * np.asarray(self.state.uniform(low, high, shape))
        if self.chance(0.25):
            values = np.asarray(np.round(values))
        return np.asarray(values).astype(np_dtype(dtype))

    def _sprinkled(self, values: np.ndarray, dtype: str) -> np.ndarray:
        pool = special(dtype, denormals=self.chance(0.15)).value
        if dtype in COMPLEX:
            pool = pool[np.isfinite(pool)]
        elif dtype not in INTS and self.chance(0.4):
            pool = pool[np.isfinite(pool)]
        chosen = pool[self.state.randint(0, pool.size, values.shape)]
        where = self.state.uniform(size=values.shape) < self.pick([0.2, 0.5, 1.0])
        return np.asarray(np.where(where, chosen, values)).astype(values.dtype)

    def ids(self, shape: Sequence[int], high: int, low: int = 0, dtype: str = "") -> Array:
        """Indices in [low, high); now and then one too large."""
        high = high + 1 if self.chance(0.03) else high
        values = np.asarray(self.state.randint(low, max(high, low + 1), tuple(shape)))
        dtype = dtype or self.pick(["int32", "int64"])
        return Array(values.astype(dtype), dtype)

    def operand(self, x: Array) -> Any:
        """The array as what users pass: mostly a tensor, else NumPy, or a Python list or number."""
        if self.chance(0.85) or x.dtype in ("bfloat16", "string"):
            return x
        return x.value if self.chance(0.6) else x.value.tolist()
