"""What of TensorFlow's public API a package has: by looking at it, name by name."""

import enum
import inspect
from collections.abc import Iterable
from types import ModuleType
from typing import Any, NamedTuple

from tfshim._api import facts, signatures
from tfshim._api.facts import Symbol

PRESENT, DIFFERS, ABSENT = "present", "differs", "absent"
STATES: tuple[str, ...] = (PRESENT, DIFFERS, ABSENT)

_NOTHING: Any = object()
# What TensorFlow shows where a metaclass or a wrapper hides the parameters: no fact at all.
_HIDDEN = "*args, **kwargs"


class Entry(NamedTuple):
    """The verdict on one name.

    details: for DIFFERS, each difference in a phrase; reason: for ABSENT, why, or None: not yet.
    """

    name: str
    state: str
    details: tuple[str, ...] = ()
    reason: str | None = None


def compare(package: ModuleType, names: Iterable[str] | None = None) -> list[Entry]:
    """Hold `package`, imported as `tf`, against the facts.

    names: public names such as "tf.math.add"; all of them by default.
    """
    symbols = facts.symbols()
    return [_compare(package, name, symbols[name]) for name in names or symbols]


def group(name: str) -> str:
    """The namespace under which a name is counted: two parts, three below tf.experimental."""
    parts = name.split(".")[:-1]
    return ".".join(parts[: 3 if parts[:2] == ["tf", "experimental"] else 2])


def _compare(package: ModuleType, name: str, symbol: Symbol) -> Entry:
    found = _look_up(package, name)
    if found is _NOTHING:
        return Entry(name, ABSENT, reason=facts.reason_absent(name))
    details = list(_differences(found, symbol))
    if symbol.same_as is not None:
        twin = _look_up(package, symbol.same_as)
        if twin is not _NOTHING and twin is not found:
            details.append(f"is not the same object as {symbol.same_as}")
    return Entry(name, DIFFERS if details else PRESENT, tuple(details))


def _look_up(package: ModuleType, name: str) -> Any:
    found: Any = package
    for part in name.split(".")[1:]:
        # A namespace has to be a module: an attribute of some class does not count.
        if not isinstance(found, ModuleType):
            return _NOTHING
        found = getattr(found, part, _NOTHING)
    return found


def _differences(found: Any, symbol: Symbol):
    if symbol.kind == "value":
        if symbol.value is not None and str(getattr(found, "name", found)) != symbol.value:
            yield f"is {found!r}, in TensorFlow {symbol.value}"
        return
    if not callable(found):
        yield f"is not callable, in TensorFlow a {symbol.kind}"
        return
    if symbol.kind == "class":
        if not inspect.isclass(found):
            yield "is not a class"
            return
        lacking = [member for member in symbol.members if not _has_member(found, member)]
        if lacking:
            yield f"lacks {', '.join(lacking)}"
        if issubclass(found, enum.Enum):  # the parameters are Python's and change with it
            return
    if symbol.signature in (None, _HIDDEN):
        return
    signature = signatures.from_callable(found)
    if signature is None:
        yield f"has no signature to read, in TensorFlow ({symbol.signature})"
    elif signature != symbol.signature:
        yield f"takes ({signature}), in TensorFlow ({symbol.signature})"


def _has_member(cls: type, member: str) -> bool:
    """Whether instances have a member, one that the class only annotates included."""
    return hasattr(cls, member) or any(
        member in vars(c).get("__annotations__", ()) for c in cls.__mro__
    )
