"""What `restore` gives: what of a checkpoint found its object, and what is still to come."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from tfshim._src import module
from tfshim._src.checkpoint.bundle import OBJECT_GRAPH, Reader
from tfshim._src.checkpoint.objects import VALUE, children, held, identity, walk
from tfshim._src.convert import from_array
from tfshim._src.errors import InvalidArgumentError
from tfshim._src.protos.messages import message

_waiting: weakref.WeakKeyDictionary[Any, list[tuple[CheckpointLoadStatus, int]]]


class CheckpointLoadStatus:
    """The progress of one restoration.

    An object that is not there yet, because its owner makes it when it is first called, gets its
    value when it is assigned to an attribute.
    """

    __module__ = "tensorflow.python.checkpoint.checkpoint"

    def __init__(self, reader: Reader, root: Any):
        self._reader, self._root = reader, root
        raw = reader.value(OBJECT_GRAPH).item()
        self._nodes = message("TrackableObjectGraph").FromString(raw).nodes
        self._bound: dict[int, Any] = {}
        self._bind(root, 0)

    def _bind(self, thing: Any, number: int) -> None:
        """Gives an object, and all that it holds, its values."""
        stack = [(thing, number)]
        while stack:
            thing, number = stack.pop()
            if number in self._bound:
                continue
            self._bound[number] = thing
            node = self._nodes[number]
            variable = held(thing)
            if variable is not None:
                for attribute in node.attributes:
                    if attribute.name == VALUE:
                        self._restore(variable, attribute.checkpoint_key)
                continue
            have = children(thing)
            late = False
            for link in node.children:
                if link.local_name in have:
                    stack.append((have[link.local_name], link.node_id))
                else:
                    late = True
            if late:
                _wait(thing, self, number)

    def _restore(self, variable: Any, key: str) -> None:
        reader = self._reader
        if key not in reader.entries:
            return
        dtype = reader.dtype(key)
        if dtype is not variable.dtype:
            shown = "float" if dtype.name == "float32" else dtype.name
            text = (
                f"tensor_name = {key}; expected dtype {variable.dtype.name} does not equal "
                f"original dtype {shown} [Op:RestoreV2]"
            )
            raise InvalidArgumentError(None, None, text)
        shape = tuple(reader.shape(key))
        if not variable.shape.is_compatible_with(shape):
            raise ValueError(
                f"Received incompatible tensor with shape {shape} when attempting to restore "
                f"variable with shape {variable.shape} and name {variable.name}."
            )
        variable.assign(from_array(np.array(reader.value(key))), read_value=False)

    def _late(self, thing: Any, name: str, number: int) -> None:
        """An attribute was assigned whose value may be in the checkpoint."""
        for link in self._nodes[number].children:
            if link.local_name == name:
                self._bind(thing, link.node_id)

    def assert_consumed(self) -> CheckpointLoadStatus:
        """Asserts that every object has its value, and every value has found its object."""
        self.assert_existing_objects_matched()
        owners = {
            link.node_id: (i, link.local_name)
            for i, n in enumerate(self._nodes)
            for link in n.children
            if link.node_id > i
        }
        for number, node in enumerate(self._nodes):
            if number in self._bound or not node.attributes:
                continue
            path, at = "", number
            while at in owners:
                at, name = owners[at]
                path = f".{name}{path}"
            raise AssertionError(f"Unresolved object in checkpoint (root){path}: {node}")
        return self

    def assert_existing_objects_matched(self) -> CheckpointLoadStatus:
        """Asserts that every object that is there has its value."""
        found = {identity(t) for t in self._bound.values()}
        missing = [
            v for t, _, _ in walk(self._root) if (v := held(t)) is not None and id(v) not in found
        ]
        if missing:
            raise AssertionError(
                f"Found {len(missing)} Python objects that were not bound to checkpointed values, "
                "likely due to changes in the Python program. Showing "
                f"{min(10, len(missing))} of {len(missing)} unmatched objects: {missing[:10]}"
            )
        return self

    def assert_nontrivial_match(self) -> CheckpointLoadStatus:
        """Asserts that something besides the root was found."""
        if len(self._bound) < 2:
            raise AssertionError(
                "Nothing except the root object matched a checkpointed value. Typically this means "
                f"that the checkpoint does not match the Python program: {self._root}"
            )
        return self

    def expect_partial(self) -> CheckpointLoadStatus:
        """Says that values without an object are expected; here nothing warns of them."""
        return self

    def initialize_or_restore(self, session=None) -> None:
        """Nothing: values were restored at once."""

    run_restore_ops = initialize_or_restore


class InitializationOnlyStatus(CheckpointLoadStatus):
    """What restoring from None gives: nothing was restored."""

    def __init__(self) -> None:
        pass

    def assert_consumed(self):
        raise AssertionError("No checkpoint specified (save_path=None); nothing is being restored.")

    assert_existing_objects_matched = assert_nontrivial_match = assert_consumed


_waiting = weakref.WeakKeyDictionary()


def _wait(thing: Any, status: CheckpointLoadStatus, number: int) -> None:
    try:
        known = _waiting.setdefault(thing, [])
    except TypeError:  # lists and dicts: what they get later is not restored
        return
    known[:] = [(status, number)]  # the newest restoration counts
    module.on_attribute = _assigned


def _assigned(owner: Any, name: str, value: Any) -> None:
    """Called by modules for each attribute that they get, once something waits."""
    for status, number in _waiting.get(owner, ()):
        status._late(value, name, number)
