"""When a function cannot be compiled: it needs a value while it is traced."""

from __future__ import annotations

from types import TracebackType

from tfshim._src import logs


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
            place, op = f"{code.co_filename}:{frame.tb_lineno}", ""
        frame = frame.tb_next
    return op or "an operation", place


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
