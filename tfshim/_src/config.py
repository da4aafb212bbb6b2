"""Switches: how calls are executed.

`TFSHIM_EXECUTION=eager` in the environment, or `tfshim.config.set_execution("eager")`, runs every
op at once, which puts a failure at its own line; results are the same within rounding.
`TFSHIM_HOT_AFTER=1` compiles every program the first time.
"""

from __future__ import annotations

import os

MODES = ("deferred", "eager")

#: So many pending values run though nobody looks: bounds memory and the length of a step.
MAX_PENDING = 4096

eager = os.environ.get("TFSHIM_EXECUTION", "deferred") == "eager"
#: Pending values at which a trace runs: 1 in eager mode.
limit = 1 if eager else MAX_PENDING

#: Compile every program at this run of it, whatever it costs; 0 lets the engine decide.
hot_after = int(os.environ.get("TFSHIM_HOT_AFTER", "0"))


def set_execution(mode: str) -> None:
    """Chooses how calls are executed from now on.

    Args:
      mode: "deferred" (collect, run when somebody looks) or "eager" (run each op at once).

    Raises:
      ValueError: for another mode.
    """
    global eager, limit
    if mode not in MODES:
        raise ValueError(f"execution mode must be one of {MODES}, got {mode!r}")
    eager = mode == "eager"
    limit = 1 if eager else MAX_PENDING


def execution() -> str:
    """The current mode."""
    return "eager" if eager else "deferred"
