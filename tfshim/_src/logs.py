"""The `tensorflow` logger: the same name, so that users' filters work here too."""

from __future__ import annotations

import logging

logger = logging.getLogger("tensorflow")
if not logger.handlers:
    _handler = logging.StreamHandler()
    _handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
    logger.addHandler(_handler)
    logger.propagate = False

_seen: dict[str, int] = {}


def warn(message: str, *args) -> None:
    logger.warning(message, *args)


def warn_first(message: str, *args, times: int = 5) -> None:
    """Logs a warning the first few times that it comes up."""
    count = _seen[message] = _seen.get(message, 0) + 1
    if count <= times:
        logger.warning(message, *args)
