"""Gradients beside numeric ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src.testing.gradients import compute_gradient

__all__ = ["compute_gradient", "max_error"]


def max_error(grad1: Any, grad2: Any) -> float:
    """The largest difference between two lists of Jacobians; NaN where one has a NaN alone."""
    error = 0.0
    for a, b in zip(grad1, grad2, strict=True):
        if a.size or b.size:
            error = np.maximum(error, np.max(np.fabs(a - b)))
    return error
