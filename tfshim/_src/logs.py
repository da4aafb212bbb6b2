"""The `tensorflow` logger: the same name, so that users' filters work here too."""

from __future__ import annotations

import logging
import sys

from tfshim._src.registry import export

logger = logging.getLogger("tensorflow")
_configured = False
_seen: dict[str, int] = {}


@export("tf.get_logger")
def get_logger() -> logging.Logger:
    """The logger that warnings go to, named "tensorflow".

    Its own handler is added when it is first needed, unless the root logger has handlers.
    """
    global _configured
    if not _configured:
        _configured = True
        if not logging.getLogger().handlers:
            interactive = hasattr(sys, "ps1")
            if interactive:
                logger.setLevel(logging.INFO)
            handler = logging.StreamHandler(sys.stdout if interactive else sys.stderr)
            handler.setFormatter(logging.Formatter(logging.BASIC_FORMAT))
            logger.addHandler(handler)
    return logger


def warn(message: str, *args) -> None:
    get_logger().warning(message, *args)


def warn_first(message: str, *args, times: int = 5) -> None:
    """Logs a warning the first few times that it comes up."""
    count = _seen[message] = _seen.get(message, 0) + 1
    if count <= times:
        warn(message, *args)
