"""`tf.debugging.enable_check_numerics`: an error as soon as an op gives infinity or NaN.

A checker is an observer: dispatch tells it of every node of its thread. Eagerly it looks at the
values at once; in a function being traced it adds an effect that looks whenever the function runs.
"""

from __future__ import annotations

import functools
import linecache
import threading
import traceback
from pathlib import Path

import numpy as np

from tfshim._src import logs
from tfshim._src.engine.kernel import Kernel
from tfshim._src.errors import InvalidArgumentError, op_error
from tfshim._src.function.effects import effect, raise_if_any
from tfshim._src.function.needs_value import user_place
from tfshim._src.registry import export
from tfshim._src.tensor import STATE

#: TensorFlow does not check ops that only move elements or choose among them.
_SAFE = frozenset(
    """Concat ConcatV2 ExpandDims Fill Gather Identity Maximum Minimum Reshape Slice Squeeze Stack
    StridedSlice StridedSliceGrad TensorListConcatV2 TensorListGather TensorListGetItem
    TensorListPopBack TensorListStack Transpose Unpack CheckNumerics CheckNumericsV2""".split()
)
_READ: dict[str, str] = dict.fromkeys(
    ("AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp"), "ReadVariableOp"
)
_BATCH_NORM = ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
_OURS = str(Path(__file__).parent)
_AUTOGRAPH = "/site-packages/malt/"


def _kinds(value: np.ndarray) -> tuple[dict[str, int], str]:
    """How many elements are infinite or NaN, and TensorFlow's list of these kinds."""
    wide = value.astype(np.float32) if value.dtype.itemsize < 4 else value
    if np.isfinite(wide).all():
        return {}, ""
    counts = {
        "-Inf": int(np.isneginf(wide).sum()),
        "+Inf": int(np.isposinf(wide).sum()),
        "NaN": int(np.isnan(wide).sum()),
    }
    found = [kind for kind, n in counts.items() if n]
    return counts, "-Inf, +Inf, and NaN" if len(found) == 3 else " and ".join(found)


def _user_frames() -> list[tuple[str, int, str]]:
    """File, line and function of the user's frames, outermost first."""
    found = []
    for frame in traceback.extract_stack():
        if frame.filename.startswith((_OURS, "<tfshim")) or _AUTOGRAPH in frame.filename:
            continue
        filename, _, line = user_place(frame.filename, frame.lineno or 0).rpartition(":")
        found.append((filename, int(line), frame.name.removeprefix("ag__")))
    return found


class Checker:
    """Looks at the float results of every op.

    Args:
      stack_height_limit: how many frames an error of a function shows.
      path_length_limit: how many characters of a file's path it shows.
    """

    def __init__(self, stack_height_limit: int | None, path_length_limit: int | None):
        self._height = stack_height_limit
        self._length = path_length_limit

    def record(self, kernel: Kernel, inputs: tuple, outputs: tuple) -> None:
        """Called by dispatch with every node."""
        if kernel.name in _SAFE:
            return
        for slot, out in enumerate(outputs):
            # the statistics of an empty batch are NaN, and no user sees them
            if out.aval.dtype.kind != "f" or (slot and kernel.name in _BATCH_NORM):
                continue
            if not out._is_symbolic():
                value = out._host_value()
                raise_if_any()  # what a function's own checks found comes first
                counts, found = _kinds(value)
                if found:
                    text = self._eager_text(kernel, slot, inputs, outputs, counts)
                    raise op_error("CheckNumericsV2", f"{text} : Tensor had {found} values")
            elif hasattr(STATE.trace, "effects"):
                text = self._graph_text(kernel, slot, inputs, outputs)
                node = f"{kernel.name}/CheckNumericsV2"
                effect("CheckNumericsV2", functools.partial(self._later, text, node), [out])

    def _later(self, text: str, node: str, value: np.ndarray) -> None:
        """What an effect does when the function runs."""
        found = _kinds(value)[1]
        if found:
            raise InvalidArgumentError(
                None,
                None,
                f"Graph execution error:\n\nDetected at node {node}{text} : Tensor had {found} "
                f"values\n\t [[{{{{node {node}}}}}]]",
            )

    @staticmethod
    def _head(qualifier: str, kernel: Kernel, slot: int, outputs: tuple) -> str:
        out = outputs[slot]
        name = _READ.get(kernel.name, kernel.name).replace("PartitionedCall:", "__inference_")
        return (
            f"\n\n!!! Detected Infinity or NaN in output {slot} of {qualifier} op "
            f'"{name}" (# of outputs: {len(outputs)}) !!!\n'
            f"  dtype: {out.dtype}\n  shape: {out.shape}\n"
        )

    @staticmethod
    def _inputs(inputs: tuple) -> str:
        if len(inputs) == 1:
            return f"\n  Input tensor: {inputs[0]!s}\n"
        if not inputs:
            return ""
        lines = "".join(f"         {i}: {t!s}\n" for i, t in enumerate(inputs))
        return f"\n  Input tensors ({len(inputs)}):\n{lines}"

    def _eager_text(
        self, kernel: Kernel, slot: int, inputs: tuple, outputs: tuple, counts: dict[str, int]
    ) -> str:
        shown = {"-Inf": "-Inf", "+Inf": "+Inf", "NaN": "+NaN"}
        lines = [f"  # of {shown[kind]} elements: {n}\n" for kind, n in counts.items() if n]
        head = self._head("eagerly-executing", kernel, slot, outputs)
        return f"{head}{''.join(lines)}{self._inputs(inputs)}\n"

    def _graph_text(self, kernel: Kernel, slot: int, inputs: tuple, outputs: tuple) -> str:
        text = self._head("graph", kernel, slot, outputs) + self._inputs(inputs)
        name = getattr(STATE.trace, "name", "")
        text += f'  Graph name: "{name}"\n' if name else ""
        frames = _user_frames()
        text += '\n  Stack trace of op\'s creation ("->": inferred user code):\n'
        if self._height is not None and len(frames) > self._height:
            text += f"    + ... (Omitted {len(frames) - self._height} frames)\n"
            frames = frames[-self._height :]
        for filename, line, name in frames:
            source = linecache.getline(filename, line).strip()
            text += f"    + {self._path(filename)} (L{line}) {name}\n ->|   {source}\n"
        return text + "\n"

    def _path(self, path: str) -> str:
        n = self._length
        return path if n is None or len(path) <= n else f"...{path[len(path) - n :]}"


@export("tf.debugging.enable_check_numerics")
def enable_check_numerics(stack_height_limit=30, path_length_limit=50) -> None:
    """From now on, ops of this thread raise where they give infinity or NaN.

    Functions traced from now on check too, for good; of those traced before only the results are
    checked. Each result is looked at as it is made, so that programs run op by op.

    Args:
      stack_height_limit: how many frames an error of a function shows; None for all.
      path_length_limit: how many characters of a file's path it shows; None for all.

    Raises:
      InvalidArgumentError: by ops, from now on.
    """
    if not any(isinstance(o, Checker) for o in STATE.observers):
        STATE.observe([*STATE.observers, Checker(stack_height_limit, path_length_limit)])
    logs.get_logger().info(
        "Enabled check-numerics callback in thread %s", threading.current_thread().name
    )


@export("tf.debugging.disable_check_numerics")
def disable_check_numerics() -> None:
    """Undoes `tf.debugging.enable_check_numerics` in this thread."""
    STATE.observe([o for o in STATE.observers if not isinstance(o, Checker)])
    logs.get_logger().info(
        "Disabled check-numerics callback in thread %s", threading.current_thread().name
    )
