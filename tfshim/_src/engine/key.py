"""Keys of what is remembered about a list of nodes: hashed once, compared as a whole."""

from __future__ import annotations

from typing import Any

from tfshim._src.engine import speed
from tfshim._src.engine.trace import Node


def _digest_in_python(nodes: list[Node]) -> int:
    return hash(tuple(nodes))


_digest = _digest_in_python if speed.core is None else speed.core.digest


class Key:
    """Nodes and whatever else tells two programs apart; never values.

    Args:
      nodes: a list that nobody changes any more.
      rest: hashable.
    """

    __slots__ = ("nodes", "rest", "_hash")

    def __init__(self, nodes: list[Node], rest: tuple):
        self.nodes = nodes
        self.rest = rest
        self._hash = hash((_digest(nodes), rest))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: Any) -> bool:
        return self.rest == other.rest and self.nodes == other.nodes

    def __repr__(self) -> str:
        return f"<key {self.nodes} {self.rest}>"
