"""How many bits of an integer are set."""

from __future__ import annotations

import numpy as np
from jax import lax

from tfshim._src.registry import op
from tfshim._src.rules import same

__all__ = ["population_count"]

_WHOLE = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


@op(kernel="PopulationCount", inputs=same("x", of=_WHOLE), grad=None)
def population_count(x):
    """The number of bits that are set, as uint8, element by element."""
    return lax.population_count(x).astype(np.uint8)
