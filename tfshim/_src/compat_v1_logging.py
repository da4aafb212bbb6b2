"""`tf.compat.v1.logging`: functions that write to the logger "tensorflow"."""

from __future__ import annotations

import collections
import logging
import sys

from tfshim._src.logs import get_logger
from tfshim._src.registry import export, publish

DEBUG, INFO, WARN = logging.DEBUG, logging.INFO, logging.WARNING
ERROR, FATAL = logging.ERROR, logging.FATAL

for _name in ("DEBUG", "INFO", "WARN", "ERROR", "FATAL"):
    publish(f"tf.compat.v1.logging.{_name}", globals()[_name], __name__, _name)

_counts: collections.Counter[tuple[str, int]] = collections.Counter()


@export("tf.compat.v1.logging.log")
def log(level, msg, *args, **kwargs) -> None:
    """Logs a message at a level; arguments as for `logging.Logger.log`."""
    get_logger().log(level, msg, *args, **kwargs)


@export("tf.compat.v1.logging.vlog")
def vlog(level, msg, *args, **kwargs) -> None:
    """The same as `log`."""
    get_logger().log(level, msg, *args, **kwargs)


@export("tf.compat.v1.logging.debug")
def debug(msg, *args, **kwargs) -> None:
    """Logs a message at level DEBUG."""
    get_logger().debug(msg, *args, **kwargs)


@export("tf.compat.v1.logging.info")
def info(msg, *args, **kwargs) -> None:
    """Logs a message at level INFO."""
    get_logger().info(msg, *args, **kwargs)


@export("tf.compat.v1.logging.warning")
def warning(msg, *args, **kwargs) -> None:
    """Logs a message at level WARN."""
    get_logger().warning(msg, *args, **kwargs)


@export("tf.compat.v1.logging.warn")
def warn(msg, *args, **kwargs) -> None:
    """Logs a message at level WARN."""
    get_logger().warning(msg, *args, **kwargs)


@export("tf.compat.v1.logging.error")
def error(msg, *args, **kwargs) -> None:
    """Logs a message at level ERROR."""
    get_logger().error(msg, *args, **kwargs)


@export("tf.compat.v1.logging.fatal")
def fatal(msg, *args, **kwargs) -> None:
    """Logs a message at level FATAL; the program goes on."""
    get_logger().fatal(msg, *args, **kwargs)


@export("tf.compat.v1.logging.TaskLevelStatusMessage")
def TaskLevelStatusMessage(msg) -> None:
    """Logs a message at level ERROR."""
    error(msg)


@export("tf.compat.v1.logging.log_if")
def log_if(level, msg, condition, *args) -> None:
    """Logs a message where a condition holds."""
    if condition:
        vlog(level, msg, *args)


def _count(depth: int = 2) -> int:
    """How often the caller's caller called from this line before."""
    frame = sys._getframe(depth)
    line = frame.f_code.co_filename, frame.f_lineno
    _counts[line] += 1
    return _counts[line] - 1


@export("tf.compat.v1.logging.log_every_n")
def log_every_n(level, msg, n, *args) -> None:
    """Logs a message at every n-th call from the same line, the first included."""
    log_if(level, msg, _count() % n == 0, *args)


@export("tf.compat.v1.logging.log_first_n")
def log_first_n(level, msg, n, *args) -> None:
    """Logs a message at the first n calls from the same line."""
    log_if(level, msg, _count() < n, *args)


@export("tf.compat.v1.logging.get_verbosity")
def get_verbosity() -> int:
    """The level below which messages are dropped."""
    return get_logger().getEffectiveLevel()


@export("tf.compat.v1.logging.set_verbosity")
def set_verbosity(v) -> None:
    """Sets the level below which messages are dropped.

    Args:
      v: a level, `tf.compat.v1.logging.ERROR` say, or its name.
    """
    get_logger().setLevel(v)
