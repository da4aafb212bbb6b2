"""When a function cannot be compiled: it needs a value while it is traced."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from tfshim._src import logs

#: Name of a file that AutoGraph generated -> its lines' places in the user's own files.
SOURCE_MAPS: dict[str, Any] = {}


def user_place(filename: str, line: int) -> str:
    """`file:line` in the user's own code, also for code that AutoGraph generated."""
    for location, origin in SOURCE_MAPS.get(filename, {}).items():
        if location.lineno == line:
            return f"{origin.loc.filename}:{origin.loc.lineno}"
    return f"{filename}:{line}"


def describe(error: BaseException) -> tuple[str, str]:
    """The op that needed a value, and the user's file and line."""
    from tfshim._src.dispatch import _HERE

    op, place = "", ""
    frame: TracebackType | None = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        if code.co_filename.startswith("<tfshim op "):
            op = code.co_filename[len("<tfshim op ") : -1]
        elif code.co_filename.startswith(_HERE):
            if op == "" and place and code.co_name[0] != "_":
                op = code.co_name
        else:
            if "malt" not in code.co_filename:
                place, op = user_place(code.co_filename, frame.tb_lineno), ""
        frame = frame.tb_next
    return getattr(error, "op_name", None) or op or "an operation", place


def warn(function: str, error: BaseException) -> None:
    """The one warning of a function that runs un-captured."""
    op, place = describe(error)
    logs.warn(
        "tf.function %s runs op by op, not compiled: %s at %s needs a value while the function is "
        "traced (a shape that depends on data, or strings).",
        function,
        op,
        place,
    )
