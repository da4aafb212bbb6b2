"""Closed forms of the commonest ops: see `engine/forms.py`."""

from tfshim._src.forms import (  # noqa: F401  (each module registers its forms)
    contraction,
    einsum,
    elementwise,
    indexing,
    joining,
    making,
    nn,
    norms,
    ordering,
    reduction,
    scattering,
    shaping,
    solving,
)
