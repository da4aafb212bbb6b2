"""Functions."""

from tfshim._src.function.polymorphic import Function, function

__all__ = ["Function", "function", "functions_run_eagerly", "run_functions_eagerly"]

from tfshim._src.function.mode import functions_run_eagerly, run_functions_eagerly
