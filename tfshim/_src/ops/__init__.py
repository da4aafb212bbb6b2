"""Op bodies by family: pure functions of raw arrays, and the functions written upon them."""

from tfshim._src import convert, dispatch  # noqa: F401  (they give generated functions their runtime)
from tfshim._src.ops import (  # noqa: F401
    arithmetic,
    array,
    bessel,
    bitwise,
    clip,
    compare,
    complex_ops,
    elementwise,
    linalg_basic,
    logical,
    reduction,
    scan_ops,
    segment,
    sparse_segment,
    special,
    statistics,
)
