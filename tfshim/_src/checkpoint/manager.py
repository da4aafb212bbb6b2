"""The checkpoints of a folder: which is the latest, which are kept, what is in one."""

from __future__ import annotations

import glob
import os
import re
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

from tfshim._src.checkpoint.bundle import Reader
from tfshim._src.protos.messages import message
from tfshim._src.registry import export
from tfshim._src.static import plain


def update_state(
    folder: str, latest: str, paths: list[str], stamps: list[float], preserved: float | None = None
) -> None:
    """Writes the file that says which checkpoints a folder has, by paths relative to it."""
    from google.protobuf import text_format

    state = message("CheckpointState")(
        model_checkpoint_path=_relative(latest, folder),
        all_model_checkpoint_paths=[_relative(p, folder) for p in paths],
        all_model_checkpoint_timestamps=stamps,
    )
    if preserved is not None:
        state.last_preserved_timestamp = preserved
    file = Path(folder, "checkpoint")
    part = file.with_name("checkpoint.tmp")
    part.write_text(text_format.MessageToString(state), encoding="utf-8")
    os.replace(part, file)


def _relative(path: str, folder: str) -> str:
    return os.path.relpath(path, folder or ".") if not os.path.isabs(path) or folder else path


@export("tf.train.get_checkpoint_state")
def get_checkpoint_state(checkpoint_dir, latest_filename=None) -> Any:
    """Which checkpoints a folder has, as a `CheckpointState` message; None if it does not say.

    Args:
      checkpoint_dir: the folder.
      latest_filename: name of the file that says so; "checkpoint" by default.
    """
    from google.protobuf import text_format

    folder = os.fspath(checkpoint_dir)
    try:
        text = Path(folder, latest_filename or "checkpoint").read_text(encoding="utf-8")
        state = text_format.Parse(text, message("CheckpointState")())
    except (OSError, text_format.ParseError):
        return None
    if not state.model_checkpoint_path:
        return None
    state.model_checkpoint_path = os.path.join(folder, state.model_checkpoint_path)
    paths = [os.path.join(folder, p) for p in state.all_model_checkpoint_paths]
    state.all_model_checkpoint_paths[:] = paths
    return state


@export("tf.train.latest_checkpoint")
def latest_checkpoint(checkpoint_dir, latest_filename=None) -> str | None:
    """Path of a folder's latest checkpoint, None if it has none.

    Args:
      checkpoint_dir: the folder.
      latest_filename: as in `get_checkpoint_state`.
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None or not os.path.exists(f"{state.model_checkpoint_path}.index"):
        return None
    return state.model_checkpoint_path


class CheckpointReader(Reader):
    """Reads the tensors of a checkpoint by name."""

    __module__ = "tensorflow"

    def get_tensor(self, tensor_str):
        """The value of a tensor, as a NumPy array.

        Raises:
          NotFoundError: if there is none of that name.
        """
        value = self.value(tensor_str)
        return value if value.shape else value[()]

    def has_tensor(self, tensor_str) -> bool:
        """Whether there is a tensor of that name."""
        return tensor_str in self.entries

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """Shapes by name."""
        return {name: self.shape(name) for name in self.entries}

    def get_variable_to_dtype_map(self) -> dict[str, Any]:
        """Dtypes by name."""
        return {name: self.dtype(name) for name in self.entries}


@export("tf.train.load_checkpoint")
def load_checkpoint(ckpt_dir_or_file) -> CheckpointReader:
    """A reader of a checkpoint.

    Args:
      ckpt_dir_or_file: its path, or a folder, whose latest one is read.

    Raises:
      NotFoundError: if there is none.
      ValueError: if the folder has none.
    """
    path = os.fspath(ckpt_dir_or_file)
    if os.path.isdir(path):
        found = latest_checkpoint(path)
        if found is None:
            raise ValueError(
                f"Couldn't find 'checkpoint' file or checkpoints in given directory {path}"
            )
        path = found
    return CheckpointReader(path)


@export("tf.train.load_variable")
def load_variable(ckpt_dir_or_file, name):
    """The value of one tensor of a checkpoint.

    Args:
      ckpt_dir_or_file: as in `load_checkpoint`.
      name: of the tensor.
    """
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


@export("tf.train.list_variables")
def list_variables(ckpt_dir_or_file) -> list[tuple[str, list[int]]]:
    """Names and shapes of all tensors of a checkpoint, sorted.

    Args:
      ckpt_dir_or_file: as in `load_checkpoint`.
    """
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


@export("tf.train.CheckpointManager")
class CheckpointManager:
    """Numbers the checkpoints of a folder and deletes the old ones.

    Args:
      checkpoint: the `tf.train.Checkpoint`.
      directory: the folder; made if it is not there.
      max_to_keep: how many are kept; None keeps all.
      keep_checkpoint_every_n_hours: one that old is kept for good; None for none.
      checkpoint_name: path of the files in the folder, without the number.
      step_counter: a variable that numbers the checkpoints instead.
      checkpoint_interval: `save` does nothing until `step_counter` has grown by so much.
      init_fn: called by `restore_or_initialize` when there is no checkpoint.
      last_checkpoint_step: the step at which the last one was saved.

    Raises:
      ValueError: for a `max_to_keep` that is not positive, or an interval without a counter.
    """

    __module__ = "tensorflow.python.checkpoint.checkpoint_management"

    def __init__(
        self,
        checkpoint,
        directory,
        max_to_keep,
        keep_checkpoint_every_n_hours=None,
        checkpoint_name="ckpt",
        step_counter=None,
        checkpoint_interval=None,
        init_fn=None,
        last_checkpoint_step=None,
    ):
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(
                f"Expected a positive integer or `None` for `max_to_keep`, got {max_to_keep}."
            )
        if checkpoint_interval is not None and step_counter is None:
            raise ValueError("`step_counter` should be passed if `checkpoint_interval` is passed.")
        self._checkpoint, self._directory = checkpoint, os.fspath(directory)
        self._keep, self._hours = max_to_keep, keep_checkpoint_every_n_hours
        self._prefix = os.path.join(self._directory, checkpoint_name)
        self._step_counter, self._interval = step_counter, checkpoint_interval
        self._init_fn, self._last_step = init_fn, last_checkpoint_step
        state = get_checkpoint_state(self._directory)
        self._latest = None if state is None else state.model_checkpoint_path
        self._known: OrderedDict[str, float] = OrderedDict()
        self._preserved = time.time()
        if state is not None:
            self._preserved = state.last_preserved_timestamp or self._preserved
            stamps = list(state.all_model_checkpoint_timestamps)
            paths = list(state.all_model_checkpoint_paths)
            for path, stamp in zip(paths, stamps or [time.time()] * len(paths)):
                if os.path.exists(f"{path}.index"):
                    self._known[path] = stamp

    @property
    def directory(self) -> str:
        """The folder."""
        return self._directory

    @property
    def checkpoint(self):
        """The `tf.train.Checkpoint`."""
        return self._checkpoint

    @property
    def checkpoint_interval(self):
        """How many steps lie between two checkpoints, or None."""
        return self._interval

    @property
    def latest_checkpoint(self) -> str | None:
        """Path of the latest one."""
        return self._latest

    @property
    def checkpoints(self) -> list[str]:
        """Paths of those that are kept, the oldest first."""
        return list(self._known)

    def save(self, checkpoint_number=None, check_interval=True, options=None) -> str | None:
        """Writes a checkpoint, and deletes what is too many.

        Args:
          checkpoint_number: its number; by default that of the step counter, or one more.
          check_interval: whether to do nothing while `checkpoint_interval` is not over.
          options: None or `tf.train.CheckpointOptions`.

        Returns:
          The path, or None if nothing was written.
        """
        step = None if self._step_counter is None else int(self._step_counter)
        if self._interval is not None and check_interval and self._last_step is not None:
            if step is not None and step - self._last_step < self._interval:
                return None
        self._last_step = step
        counter = self._checkpoint.save_counter.assign_add(1)
        number = plain(checkpoint_number)
        number = (int(counter) if step is None else step) if number is None else int(number)
        path = self._checkpoint.write(f"{self._prefix}-{number}", options)
        self._known.pop(path, None)
        self._known[path] = time.time()
        self._latest = path
        self._sweep()
        known = self._known
        update_state(self._directory, path, list(known), list(known.values()), self._preserved)
        return path

    def _sweep(self) -> None:
        while self._keep is not None and len(self._known) > self._keep:
            path, stamp = self._known.popitem(last=False)
            if self._hours is not None and stamp - self._hours * 3600 >= self._preserved:
                self._preserved = stamp
                continue
            for file in glob.glob(f"{glob.escape(path)}.*"):
                if re.fullmatch(r"\.index|\.data-\d+-of-\d+", file[len(path) :]):
                    os.remove(file)

    def restore_or_initialize(self) -> str | None:
        """Restores the latest checkpoint; without one, calls `init_fn` and gives None."""
        if self._latest is not None:
            self._checkpoint.restore(self._latest)
            self._last_step = None if self._step_counter is None else int(self._step_counter)
            return self._latest
        if self._init_fn is not None:
            self._init_fn()
        return None

    def sync(self) -> None:
        """Nothing: checkpoints are written at once."""
