"""Gradients in functions."""

from tfshim._src.function.gradients import gradients_v2, hessians
from tfshim._src.internals.v1_names import function

__all__ = ["HessiansV2", "gradients", "gradients_v2", "hessians"]

HessiansV2 = hessians
gradients = function("tf.compat.v1.gradients")
