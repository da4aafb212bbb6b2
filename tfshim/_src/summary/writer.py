"""Writers, the default writer with its step, and `tf.summary.write`."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.convert import convert
from tfshim._src.errors import NotFoundError
from tfshim._src.name_scope import current_prefix, name_scope
from tfshim._src.protos.messages import message
from tfshim._src.registry import export
from tfshim._src.summary import values
from tfshim._src.summary.event_file import EventFile
from tfshim._src.tensor import STATE


class _State(threading.local):
    """What a thread writes to, from which step on, and whether at all."""

    writer: Any = None
    step: Any = None
    recording: Any = True


CURRENT = _State()


@export("tf.summary.SummaryWriter")
class SummaryWriter:
    """What summaries are written with; `tf.summary.create_file_writer` makes one."""

    __module__ = "tensorflow.python.ops.summary_ops_v2"

    def set_as_default(self, step=None) -> None:
        """Makes this the default writer, and sets the default step, if one is given."""
        raise NotImplementedError()

    def as_default(self, step=None) -> Any:
        """A context in which this is the default writer."""
        raise NotImplementedError()

    def init(self) -> None:
        """Does nothing: a writer is ready when it is made."""
        raise NotImplementedError()

    def flush(self) -> None:
        """Writes what waits."""
        raise NotImplementedError()

    def close(self) -> None:
        """Writes what waits and closes the writer."""
        raise NotImplementedError()


class _Writer(SummaryWriter):
    def set_as_default(self, step=None) -> None:
        self._check_open()
        CURRENT.writer = self
        if step is not None:
            CURRENT.step = step

    @contextlib.contextmanager
    def as_default(self, step=None) -> Iterator[_Writer]:  # type: ignore[override]
        self._check_open()
        saved = CURRENT.writer, CURRENT.step
        CURRENT.writer = self
        if step is not None:
            CURRENT.step = step
        try:
            yield self
            self.flush()
        finally:
            CURRENT.writer = saved[0]
            if step is not None:
                CURRENT.step = saved[1]

    def _check_open(self) -> None:
        pass

    def init(self) -> None:
        pass

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def add(self, step: int, **content: Any) -> None:
        """Appends an event."""


class _ResourceSummaryWriter(_Writer):
    """A writer of an event file."""

    __module__ = SummaryWriter.__module__

    def __init__(self, file: EventFile):
        self._file = file
        self._closed = False

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError(f"SummaryWriter {self!r} is already closed")

    def flush(self) -> None:
        if not self._closed:
            self._file.flush()

    def close(self) -> None:
        if not self._closed:
            self._file.close()
            self._closed = True

    def add(self, step: int, **content: Any) -> None:
        if self._closed:
            raise NotFoundError(
                None,
                None,
                "Resource localhost/SummaryWriter/N10tensorflow22SummaryWriterInterfaceE does not "
                "exist. [Op:WriteSummary]",
            )
        self._file.add(step, **content)


class _NoopSummaryWriter(_Writer):
    """A writer that writes nothing, and leaves the default writer as it is."""

    __module__ = SummaryWriter.__module__

    def set_as_default(self, step=None) -> None:
        if step is not None:
            CURRENT.step = step

    @contextlib.contextmanager
    def as_default(self, step=None) -> Iterator[_Writer]:  # type: ignore[override]
        yield self


@export("tf.summary.create_file_writer")
def create_file_writer_v2(
    logdir,
    max_queue=None,
    flush_millis=None,
    filename_suffix=None,
    name=None,
    experimental_trackable=False,
    experimental_mesh=None,
) -> SummaryWriter:
    """A writer of a new event file in a folder.

    Args:
      logdir: the folder; it is made if need be.
      max_queue: so many events wait at most before they are written; 10 by default.
      flush_millis: so long they wait at most; two minutes by default.
      filename_suffix: the end of the file's name, ".v2" by default.
      name: ignored.
      experimental_trackable: has no meaning: a writer has no state that a checkpoint could keep.
      experimental_mesh: only None.

    Raises:
      ValueError: for no folder, or a mesh.
    """
    if logdir is None:
        raise ValueError("Argument `logdir` cannot be None")
    if experimental_mesh is not None:
        raise ValueError(f"experimental_mesh={experimental_mesh!r}: there are no meshes")
    suffix = ".v2" if filename_suffix is None else filename_suffix
    file = EventFile(
        _text(logdir),
        10 if max_queue is None else int(max_queue),
        120_000 if flush_millis is None else int(flush_millis),
        _text(suffix),
    )
    return _ResourceSummaryWriter(file)


def _text(value: Any) -> str:
    import os

    if hasattr(value, "numpy"):
        value = value.numpy()
    value = os.fspath(value)
    return value.decode() if isinstance(value, bytes) else value


@export("tf.summary.create_noop_writer")
def create_noop_writer() -> SummaryWriter:
    """A writer that writes nothing; as the default it leaves the one that there is."""
    return _NoopSummaryWriter()


@export("tf.summary.flush")
def flush(writer=None, name=None) -> None:
    """Writes what waits.

    Args:
      writer: the default writer, if None.
      name: ignored.

    Raises:
      ValueError: for what is no writer.
    """
    writer = CURRENT.writer if writer is None else writer
    if writer is None:
        return
    if not isinstance(writer, SummaryWriter):
        raise ValueError(f"Invalid argument to flush(): {writer!r}")
    writer.flush()


# -- the step --


@export("tf.summary.experimental.get_step")
def get_step() -> Any:
    """The default step of this thread, or None."""
    return CURRENT.step


@export("tf.summary.experimental.set_step")
def set_step(step) -> None:
    """Sets the default step of this thread: an int64 number, variable or tensor, or None."""
    CURRENT.step = step


# -- whether to write --


@export("tf.summary.record_if")
@contextlib.contextmanager
def record_if(condition) -> Iterator[None]:
    """Inside, summaries are written if the condition holds.

    Args:
      condition: a bool, a tensor, or a function without arguments that gives one.
    """
    saved = CURRENT.recording
    CURRENT.recording = condition
    try:
        yield
    finally:
        CURRENT.recording = saved


@export("tf.summary.should_record_summaries")
def should_record_summaries() -> Any:
    """Whether summaries are written now, as a bool tensor."""
    if CURRENT.writer is None:
        return convert(False)
    condition = CURRENT.recording
    return convert(condition() if callable(condition) else condition)


# -- writing --


@export("tf.summary.experimental.summary_scope")
@contextlib.contextmanager
def summary_scope(name, default_name="summary", values=None) -> Iterator[tuple[str, str]]:
    """A name scope, with the tag that a summary of that name has here.

    Args:
      name: of the summary.
      default_name: of the scope, where nothing of the name is left.
      values: ignored.

    Returns:
      A context that gives the tag and the scope.
    """
    name = name or default_name
    tag = f"{current_prefix()}{name}"
    cleaned = re.sub(r"[^A-Za-z0-9_.\-/]", "", name).lstrip("/") or default_name
    with name_scope(cleaned) as scope:
        yield tag, scope


def record(
    inputs: list,
    step: Any,
    write: Callable[..., None],
    kernel: str = "WriteSummary",
) -> Any:
    """Writes with the default writer, now or whenever the function being traced runs.

    Args:
      inputs: tensors.
      step: the step, the default one if None.
      write: `write(writer, step, *arrays)`.
      kernel: what TensorFlow calls it.

    Returns:
      Whether it was written, a bool tensor.

    Raises:
      ValueError: without any step.
    """
    writer = CURRENT.writer
    if writer is None:
        return convert(False)
    step = CURRENT.step if step is None else step
    if step is None:
        raise ValueError(
            "No step set. Please specify one either through the `step` argument or through "
            "tf.summary.experimental.set_step()"
        )
    wanted = should_record_summaries()
    step = convert(step, dtypes.int64)
    tensors = [convert(x) for x in inputs]

    def run(wanted: np.ndarray, step: np.ndarray, *arrays: np.ndarray) -> None:
        if wanted:
            write(writer, int(step), *arrays)

    if not STATE.trace.symbolic:
        run(*[t._host_value() for t in (wanted, step, *tensors)])
        return wanted
    from tfshim._src.function.effects import effect

    known = [t.aval.dtype.kind == "s" for t in tensors]  # strings of a trace are constants
    strings = [t._host_value() if k else None for t, k in zip(tensors, known, strict=True)]

    def rerun(wanted: np.ndarray, step: np.ndarray, *arrays: np.ndarray) -> None:
        rest = iter(arrays)
        run(wanted, step, *[next(rest) if s is None else s for s in strings])

    open_ = [t for t, k in zip(tensors, known, strict=True) if not k]
    effect(kernel, rerun, [wanted, step, *open_])
    return wanted


def write_value(tag: str, inputs: list, step: Any, make: Callable, about: Any) -> Any:
    """Writes one value.

    Args:
      tag: its tag.
      inputs: tensors.
      step: the step, or None.
      make: `make(*arrays)` gives the array to write.
      about: its `SummaryMetadata`, or None.
    """

    def write(writer: Any, step: int, *arrays: np.ndarray) -> None:
        summary = message("Summary")()
        value = summary.value.add(tag=tag, tensor=values.tensor_proto(np.asarray(make(*arrays))))
        if about is not None:
            value.metadata.CopyFrom(about)
        writer.add(step, summary=summary)

    return record(inputs, step, write)


@export("tf.summary.write")
def write(tag, tensor, step=None, metadata=None, name=None) -> Any:
    """Writes a tensor.

    Args:
      tag: what it is called.
      tensor: the tensor, or a function without arguments that gives it and is called if need be.
      step: an int64 step; the default one if None.
      metadata: a `SummaryMetadata` message (or bytes of one) that says which plugin it is for.
      name: ignored.

    Returns:
      Whether it was written, a bool tensor.

    Raises:
      ValueError: without any step.
    """
    if CURRENT.writer is None:
        return convert(False)
    about = None
    if metadata is not None:
        data = metadata if isinstance(metadata, bytes) else metadata.SerializeToString()
        about = message("SummaryMetadata").FromString(data)
    value = tensor() if callable(tensor) else tensor
    return write_value(_text(tag), [value], step, lambda a: a, about)


@export("tf.summary.experimental.write_raw_pb")
def write_raw_pb(tensor, step=None, name=None) -> Any:
    """Writes a `Summary` message.

    Args:
      tensor: its bytes, a string tensor.
      step: an int64 step; the default one if None.
      name: ignored.

    Returns:
      Whether it was written, a bool tensor.

    Raises:
      ValueError: without any step.
    """

    def write(writer: Any, step: int, data: np.ndarray) -> None:
        writer.add(step, summary=message("Summary").FromString(bytes(data[()])))

    return record([tensor], step, write, "WriteRawProtoSummary")
