"""`tf.debugging.enable_traceback_filtering` and its like: whether errors show JAX's own frames."""

from __future__ import annotations

import jax

from tfshim._src.registry import export

_OPTION = "jax_traceback_filtering"
_before: list[str] = []


@export("tf.debugging.is_traceback_filtering_enabled")
def is_traceback_filtering_enabled() -> bool:
    """Whether frames inside of JAX are left out of tracebacks."""
    return getattr(jax.config, _OPTION) != "off"


@export("tf.debugging.enable_traceback_filtering")
def enable_traceback_filtering() -> None:
    """Leaves frames inside of JAX out of tracebacks, as is the default."""
    if not is_traceback_filtering_enabled():
        jax.config.update(_OPTION, _before.pop() if _before else "auto")


@export("tf.debugging.disable_traceback_filtering")
def disable_traceback_filtering() -> None:
    """Shows frames inside of JAX in tracebacks, for those who look for an error there."""
    if is_traceback_filtering_enabled():
        _before[:] = [getattr(jax.config, _OPTION)]
        jax.config.update(_OPTION, "off")
