"""Sets and dicts of objects, told apart by identity."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, MutableSet
from typing import Any

__all__ = ["ObjectIdentityDictionary", "ObjectIdentitySet", "Reference"]


class Reference:
    """An object by its identity: equal to another one of the same object only, and hashable.

    Args:
      wrapped: the object.
    """

    __slots__ = ("_wrapped",)

    def __init__(self, wrapped: Any):
        self._wrapped = wrapped

    def deref(self) -> Any:
        """The object."""
        return self._wrapped

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, Reference):
            raise TypeError(f"Cannot compare a reference with a value of type {type(other)}")
        return self._wrapped is other._wrapped

    def __hash__(self) -> int:
        return id(self._wrapped)


class ObjectIdentityDictionary(MutableMapping):
    """A dict whose keys are objects, not what they equal."""

    def __init__(self, *args: Any, **kwargs: Any):
        self._items: dict[int, tuple] = {}
        self.update(dict(*args, **kwargs))

    def __getitem__(self, key: Any) -> Any:
        return self._items[id(key)][1]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._items[id(key)] = (key, value)

    def __delitem__(self, key: Any) -> None:
        del self._items[id(key)]

    def __iter__(self) -> Iterator:
        return iter([key for key, _ in self._items.values()])

    def __len__(self) -> int:
        return len(self._items)


class ObjectIdentitySet(MutableSet):
    """A set of objects, not of what they equal."""

    def __init__(self, items: Any = ()):
        self._items = {id(x): x for x in items}

    def __contains__(self, item: Any) -> bool:
        return id(item) in self._items

    def __iter__(self) -> Iterator:
        return iter(list(self._items.values()))

    def __len__(self) -> int:
        return len(self._items)

    def add(self, value: Any) -> None:
        self._items[id(value)] = value

    def discard(self, value: Any) -> None:
        self._items.pop(id(value), None)
