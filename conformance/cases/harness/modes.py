"""The ways in which tfshim executes: eager, deferred, and compiled as one whole program."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

MODES = ("eager", "deferred", "compiled")


@contextlib.contextmanager
def execution(mode: str) -> Iterator[None]:
    """Runs what is inside in that mode and puts everything back.

    "eager" and "deferred" are cold: NumPy computes what is small. "kernels" is eager without NumPy,
    so that XLA runs every op by itself. In "compiled" every program is hot at once. Known programs
    are forgotten on the way in and out, since an entry decides when it is made at which run it
    becomes hot.
    """
    from tfshim._src import config
    from tfshim._src.engine import flush, kernel

    before, hot, on_host = config.execution(), config.hot_after, kernel.on_host
    config.set_execution("eager" if mode in ("eager", "kernels") else "deferred")
    config.hot_after = 1 if mode == "compiled" else 0
    if mode == "kernels":
        kernel.on_host = lambda values: False
    flush.programs.clear()
    try:
        yield
    finally:
        kernel.on_host = on_host
        config.set_execution(before)
        config.hot_after = hot
        flush.programs.clear()


@contextlib.contextmanager
def only_compiled() -> Iterator[list[str]]:
    """Yields a list that is not empty afterwards if a program inside could not be compiled.

    The engine falls back to interpreting then, and results would look right.
    """
    from tfshim._src.engine import flush
    from tfshim._src.engine.stats import stats

    problems: list[str] = []
    original = flush._run_compiled

    def watched(*args, **kwargs):
        try:
            return original(*args, **kwargs)
        except Exception as error:
            problems.append(f"{type(error).__name__}: {error}")
            raise

    interpreted = stats.interpreted_runs
    flush._run_compiled = watched
    try:
        yield problems
    finally:
        flush._run_compiled = original
        if stats.interpreted_runs != interpreted and not problems:
            problems.append("a program was interpreted")
