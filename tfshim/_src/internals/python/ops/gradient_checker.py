"""Gradients of graphs against differences, for which a graph is needed."""

from __future__ import annotations

from typing import Any

from tfshim._src.internals.graphs import no_graph

__all__ = ["compute_gradient", "compute_gradient_error"]


def compute_gradient(
    x, x_shape, y, y_shape, x_init_value=None, delta=1e-3, init_targets=None, extra_feed_dict=None
) -> Any:
    """Raises: `tf.test.compute_gradient` needs no graph.

    Raises:
      NotImplementedError: always; a test is skipped.
    """
    raise no_graph("gradient_checker.compute_gradient")


def compute_gradient_error(
    x, x_shape, y, y_shape, x_init_value=None, delta=1e-3, init_targets=None, extra_feed_dict=None
) -> Any:
    """Raises, as `compute_gradient`.

    Raises:
      NotImplementedError: always; a test is skipped.
    """
    raise no_graph("gradient_checker.compute_gradient_error")
