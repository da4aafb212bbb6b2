"""Which output of a program is written into which donated input.

JAX hands donated buffers to the outputs of their shape and dtype in order. A buffer that is still
read after an output was written there is copied first, which costs more than not donating. The
new value of a variable is made of its old one by few nodes (an assignment, a decay, an added
gradient), so each output takes the buffer that is nearest upstream, and is put where JAX will give
it that one.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable, Sequence
from typing import Any

from tfshim._src.engine.trace import Node


def output_order(
    nodes: Sequence[Node],
    widths: Sequence[int],
    wanted: Sequence[int],
    avals: Sequence[Any],
    donated: Sequence[int],
    ext_avals: Sequence[Any],
) -> list[int]:
    """The order in which to return outputs, so that each is written into the best buffer.

    Args:
      nodes, widths: the program, and the number of outputs of each node.
      wanted: refs of the outputs.
      avals: of the outputs.
      donated: indices of the external inputs that are donated, in the order of arguments.
      ext_avals: of all external inputs.

    Returns:
      A permutation of the places of `wanted`.
    """
    owner = [i for i, width in enumerate(widths) for _ in range(width)]
    free = {ext_avals[i] for i in donated}
    known = set(donated)
    near: list[tuple[int, int, int]] = []  # distance, output, donated input
    for place, (ref, aval) in enumerate(zip(wanted, avals, strict=True)):
        if aval in free:
            found = _upstream(nodes, owner, ref, known)
            near += [(d, place, i) for i, d in found if ext_avals[i] == aval]
    taken: dict[int, int] = {}  # donated input -> output
    placed: set[int] = set()
    for _, place, i in sorted(near):
        if i not in taken and place not in placed:
            taken[i] = place
            placed.add(place)
    first = [taken[i] for i in donated if i in taken]
    return first + [p for p in range(len(wanted)) if p not in placed]


def _upstream(
    nodes: Sequence[Node], owner: Sequence[int], ref: int, known: set[int]
) -> Iterable[tuple[int, int]]:
    """The donated inputs that a value depends on, with the number of nodes between."""
    seen = {ref}
    queue = collections.deque([(ref, 0)])
    while queue:
        at, distance = queue.popleft()
        if at < 0:
            if -1 - at in known:
                yield -1 - at, distance
            continue
        for r in nodes[owner[at]][1]:
            if r not in seen:
                seen.add(r)
                queue.append((r, distance + 1))
