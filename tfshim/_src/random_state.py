"""Seeds, and where each random op stands in its stream of numbers.

TensorFlow derives two seeds for every op from the global seed and the op's own. In eager mode each
kernel (op, dtypes and both seeds) keeps its place in its stream, so that a second call with the
same `seed=` goes on where the first one ended; `set_seed` starts all streams anew. In a function
being traced, each op of the function has a stream of its own, held in a variable: the place in the
stream enters and leaves the program, and is never part of it.
"""

from __future__ import annotations

import os
import random
import threading
import weakref
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from tfshim._src.convert import from_array
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.kernel import Kernel
from tfshim._src.ops import philox
from tfshim._src.random_graph import HELD, Place, numbering
from tfshim._src.registry import export
from tfshim._src.tensor import STATE, EagerTensor

DEFAULT_GRAPH_SEED = 87654321
MAXINT32 = 2**31 - 1
_WORD = 2**64
_COUNTER = 2**128

#: what `op_seeds` gives
OpSeeds: TypeAlias = tuple[int, int, "bool | Place"]

_SKIP = Kernel("RngReadAndSkip", philox.advance, differentiable=False)


class Stream:
    """A place in one Philox stream: a key, and a counter of 128 bits that only grows."""

    __slots__ = ("counter", "key")

    def __init__(self, seed: int, seed2: int):
        if seed == 0 and seed2 == 0:  # what TensorFlow's kernels take as "unseeded"
            seed, seed2 = (int.from_bytes(os.urandom(8), "little") for _ in range(2))
        self.key = seed % _WORD
        self.counter = (seed2 % _WORD) << 64

    def take(self, blocks: int) -> np.ndarray:
        """The state as it is, int64 [3]; the stream then moves on by so many blocks."""
        counter = self.counter
        self.counter = (counter + blocks) % _COUNTER
        return np.array([counter % _WORD, counter >> 64, self.key], np.uint64).view(np.int64)


class Seeds:
    """All that `set_seed` sets; one for the process, as in TensorFlow's eager context."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.seed: Any = None
        self.rng = random.Random()
        self.streams: dict[Any, Stream] = {}
        self.kept: dict[Any, Any] = {}
        #: ops of graphs whose streams have begun
        self.places: weakref.WeakSet[Place] = weakref.WeakSet()

    def set(self, seed: Any) -> None:
        try:
            rng = random.Random(seed)
        except TypeError:  # NumPy integers and arrays
            rng = random.Random(int(np.array(seed)))
        with self.lock:
            self.seed = seed
            self.rng = rng
            self.streams.clear()
            self.kept.clear()
            places = list(self.places)
        for place in places:
            if not place.restarts:
                continue
            place.kept = None
            if place.stream is not None:
                place.stream = Stream(*_state_seeds(place.start))
            if place.variable is not None:
                place.variable.assign(place.start, read_value=False)


SEEDS = Seeds()


@export("tf.random.set_seed")
def set_seed(seed) -> None:
    """Sets the global seed, and starts every stream of random numbers anew.

    With a global seed, ops without a seed of their own draw one after the other from seeds that
    follow from it; the same program then draws the same numbers, which are TensorFlow's.

    Args:
      seed: an integer; None makes ops without a seed of their own unpredictable again.
    """
    run = numbering()
    if run is None:
        SEEDS.set(seed)
    else:
        run.seed = seed


def op_seeds(op_seed: Any) -> OpSeeds:
    """The two seeds of one op call.

    Args:
      op_seed: the op's `seed` argument, an integer or None.

    Returns:
      (seed, seed2, named): both 0 means unseeded; `named` says that the user gave `op_seed`, so
      that the same stream can be asked for again. In a graph it is the op's place there.
    """
    run = numbering()
    named = op_seed is not None
    if run is not None:
        place = run.place()
        if not named and run.seed is not None:
            op_seed = run.unnamed
            run.unnamed += 1
        pair = _pair(run.seed, op_seed)
        if place.seeds != pair:  # a new op, or code that took another way
            place.seeds, place.start, place.kept = pair, None, None
            place.stream = place.variable = None
        return (*pair, place)
    with SEEDS.lock:
        if not named and SEEDS.seed is not None:
            op_seed = SEEDS.rng.randint(0, MAXINT32)
        pair = _pair(SEEDS.seed, op_seed)
    return (*pair, named or pair == (0, 0))


def _pair(seed: Any, op_seed: Any) -> tuple[int, int]:
    """Both seeds as kernels take them; 0 and 0 if there is none."""
    if seed is None:
        if op_seed is None:
            return 0, 0
        seed = DEFAULT_GRAPH_SEED
    pair = int(seed % MAXINT32), int(op_seed % MAXINT32)
    return (0, MAXINT32) if pair == (0, 0) else pair


def next_state(kernel: str, attrs: tuple, seeds: OpSeeds, blocks: int) -> EagerTensor:
    """The state from which one op call draws; its stream then moves on.

    Args:
      kernel: TensorFlow's kernel name.
      attrs: the dtypes by which TensorFlow tells kernels apart.
      seeds: from `op_seeds`.
      blocks: by how many blocks of 128 bits the stream moves.

    Returns:
      An int64 tensor [3]; see ops/philox.py.
    """
    seed, seed2, named = seeds
    if isinstance(named, Place):
        return _state_at(named, blocks)
    with SEEDS.lock:
        if not named:  # a seed drawn for this call alone: nobody can come back to its stream
            return from_array(Stream(seed, seed2).take(blocks))
        key = (kernel, attrs, seed, seed2)
        stream = SEEDS.streams.get(key)
        if stream is None:
            stream = SEEDS.streams[key] = Stream(seed, seed2)
        return from_array(stream.take(blocks))


def kept(kernel: str, attrs: tuple, seeds: OpSeeds, make: Callable[[], Any]) -> Any:
    """What a kernel remembers from call to call besides its place in the stream.

    Args:
      kernel, attrs, seeds: as in `next_state`.
      make: called for what a new kernel starts with.
    """
    seed, seed2, named = seeds
    if isinstance(named, Place):
        if named.kept is None:
            named.kept = make()
            SEEDS.places.add(named)
        return named.kept
    if not named:
        return make()
    with SEEDS.lock:
        key = (kernel, attrs, seed, seed2)
        if key not in SEEDS.kept:
            SEEDS.kept[key] = make()
        return SEEDS.kept[key]


def _state_at(place: Place, blocks: int) -> EagerTensor:
    """The same for an op of a graph: in a program, its place in the stream is a variable."""
    assert place.seeds is not None
    start = Stream(*place.seeds).take(0) if place.start is None else place.start
    if STATE.trace.symbolic:
        if place.variable is None:
            hold(place, start)
        return read_and_skip(place.variable, blocks)
    if place.stream is None:
        place.start, place.stream = start, Stream(*_state_seeds(start))
        SEEDS.places.add(place)
    return from_array(place.stream.take(blocks))


def hold(place: Place, start: np.ndarray) -> None:
    """Makes the variable of a random op, outside of the function that is traced."""
    from tfshim._src.variable import Variable

    trace, state = STATE.trace, STATE
    state.trace = state.pending
    try:
        variable = Variable(start, trainable=False, name="RandomStream")
    finally:
        state.trace = trace
    place.start, place.variable = start, variable
    HELD[id(variable)] = place
    SEEDS.places.add(place)


def _state_seeds(start: np.ndarray) -> tuple[int, int]:
    """The seeds of a stream that starts there."""
    words = start.view(np.uint64)
    return int(words[2]), int(words[1])


def read_and_skip(variable: Any, blocks: Any) -> EagerTensor:
    """The state held in a variable; the variable then holds the one `blocks` further on."""
    current = variable._current()
    if not isinstance(blocks, EagerTensor):
        blocks = from_array(np.array(blocks % _WORD, np.uint64))
    variable._write(dispatch(_SKIP, (current, blocks)))
    return current
