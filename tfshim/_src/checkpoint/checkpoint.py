"""`tf.train.Checkpoint`: variables on disk by the path to them from the objects that hold them."""

from __future__ import annotations

import os
from typing import Any

from tfshim._src import dtypes
from tfshim._src.checkpoint import bundle
from tfshim._src.checkpoint.manager import latest_checkpoint, update_state
from tfshim._src.checkpoint.objects import VALUE, children, held, is_trackable, walk
from tfshim._src.checkpoint.status import CheckpointLoadStatus, InitializationOnlyStatus
from tfshim._src.convert import from_array
from tfshim._src.errors import NotFoundError
from tfshim._src.protos.messages import message
from tfshim._src.registry import export
from tfshim._src.variable import Variable

np = bundle.np


@export("tf.train.CheckpointOptions")
class CheckpointOptions:
    """Options of `tf.train.Checkpoint`; what belongs to TensorFlow's runtime raises ValueError."""

    def __init__(
        self,
        experimental_io_device=None,
        experimental_enable_async_checkpoint=False,
        experimental_write_callbacks=None,
        enable_async=False,
        experimental_skip_slot_variables=False,
        experimental_sharding_callback=None,
    ):
        given = {k: v for k, v in locals().items() if k != "self"}
        for name, value in given.items():
            if value and name != "experimental_write_callbacks":
                raise ValueError(f"{name}={value!r}: checkpoints are written at once, in one piece")
            setattr(self, name, value)

    def called_back(self, path: str) -> str:
        """Tells the callbacks what was written."""
        for callback in self.experimental_write_callbacks or ():  # type: ignore[attr-defined]
            callback(path)
        return path


@export("tf.train.Checkpoint")
class Checkpoint:
    """Saves and restores what objects hold, in TensorFlow's own files.

    Args:
      root: an object whose own attributes are saved, besides those given by name.
      **kwargs: modules, variables, optimizers, and nests of them, by the name to save them under.

    Raises:
      ValueError: for what holds no variables.
    """

    __module__ = "tensorflow.python.checkpoint.checkpoint"

    def __init__(self, root=None, **kwargs):
        self._root = None
        for name, value in {**({} if root is None else {"root": root}), **kwargs}.items():
            if not is_trackable(value) and not isinstance(value, (list, dict, tuple)):
                raise ValueError(
                    f"`Checkpoint` was expecting {name} to be a trackable object (an object "
                    f"derived from `Trackable`), got {value}. If you believe this object should be "
                    "trackable (i.e. it is part of the TensorFlow Python API and manages state), "
                    "please open an issue."
                )
            if name == "root":
                self._root = value
            else:
                setattr(self, name, value)
        self._counter: Variable | None = None

    def _trackable_children(self) -> dict[str, Any]:
        own = {k: v for k, v in vars(self).items() if k not in ("_root", "_counter")}
        if self._root is not None:
            own = {**children(self._root), **own}
        if self._counter is not None:
            own["save_counter"] = self._counter
        return own

    @property
    def save_counter(self) -> Variable:
        """How often `save` was called, an int64 variable that is saved as well."""
        if self._counter is None:
            zero = from_array(np.array(0, np.int64))
            self._counter = Variable(zero, trainable=False, name="save_counter")
        return self._counter

    def write(self, file_prefix, options=None) -> str:
        """Writes the values under a path of their own, without a counter.

        Args:
          file_prefix: the path; files get endings.
          options: None or `tf.train.CheckpointOptions`.

        Returns:
          The path.
        """
        prefix = os.fspath(file_prefix)
        graph = message("TrackableObjectGraph")()
        tensors: list[tuple[str, Any, Any]] = []
        for thing, path, links in walk(_Root(self)):
            node = graph.nodes.add()
            for name, number in links:
                node.children.add(node_id=number, local_name=name)
            variable = held(thing)
            if variable is not None:
                key = f"{path}/.ATTRIBUTES/{VALUE}"
                name = variable._shared_name
                node.attributes.add(name=VALUE, full_name=name, checkpoint_key=key)
                tensors.append((key, variable.dtype, variable._current()._host_value()))
            node.has_checkpoint_values.value = True
        content = np.empty((), object)
        content[()] = graph.SerializeToString()
        tensors.append((bundle.OBJECT_GRAPH, dtypes.string, content))
        bundle.write(prefix, tensors)
        return (options or CheckpointOptions()).called_back(prefix)

    def save(self, file_prefix, options=None) -> str:
        """Writes the values under `file_prefix-N`, and remembers it as the folder's latest.

        Args:
          file_prefix: path without the number.
          options: None or `tf.train.CheckpointOptions`.

        Returns:
          The path with the number.
        """
        number = int(self.save_counter.assign_add(1))
        path = self.write(f"{os.fspath(file_prefix)}-{number}", options)
        update_state(os.path.dirname(path), path, [path], [])
        return path

    def read(self, save_path, options=None) -> CheckpointLoadStatus:
        """Restores what `write` wrote.

        Args:
          save_path: the path.
          options: None or `tf.train.CheckpointOptions`.

        Raises:
          NotFoundError: if there is no checkpoint.
          ValueError: if a variable has another shape.
        """
        return CheckpointLoadStatus(bundle.Reader(os.fspath(save_path)), _Root(self))

    def restore(self, save_path, options=None) -> CheckpointLoadStatus:
        """Restores what `save` or `write` wrote, the counter included.

        Args:
          save_path: the path with its number; None restores nothing.
          options: None or `tf.train.CheckpointOptions`.

        Raises:
          NotFoundError: if there is no checkpoint.
          ValueError: if a variable has another shape.
        """
        self.save_counter  # noqa: B018 - made, so that it is restored
        if save_path is None:
            return InitializationOnlyStatus()
        path = os.fspath(save_path)
        if os.path.isdir(path):
            path = latest_checkpoint(path) or path
        try:
            return self.read(path)
        except NotFoundError as e:
            raise NotFoundError(
                None,
                None,
                f"Error when restoring from checkpoint or SavedModel at {save_path}: {e}\nPlease "
                "double-check that the path is correct. You may be missing the checkpoint suffix "
                "(e.g. the '-1' in 'path/to/ckpt-1').",
            ) from None

    def sync(self) -> None:
        """Nothing: checkpoints are written at once."""


class _Root:
    """A checkpoint as the root of the objects: it gives what it was given, and no more."""

    def __init__(self, checkpoint: Checkpoint):
        self._trackable_children = checkpoint._trackable_children
