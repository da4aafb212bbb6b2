"""Fixtures of the engine's tests: its switches and counters, put back afterwards."""

import contextlib

import tfshim as tf
from tfshim._src import config


@contextlib.contextmanager
def engine(hot_after=0, mode="deferred", limit=None):
    """Runs the engine with these switches, and with no program known.

    Args:
      hot_after: the run at which a program is compiled; 0 lets the engine decide.
      mode: "deferred" or "eager".
      limit: pending values at which a trace runs by itself, if not the mode's own.
    """
    saved = config.hot_after, config.eager, config.limit
    config.hot_after = hot_after
    config.set_execution(mode)
    config.limit = limit or config.limit
    tf.debug.clear_cache()
    tf.debug.reset_stats()
    try:
        yield
    finally:
        config.hot_after, config.eager, config.limit = saved
        tf.debug.clear_cache()


def counts(run):
    """What the engine counted while `run()` ran."""
    tf.debug.reset_stats()
    run()
    return tf.debug.stats()
