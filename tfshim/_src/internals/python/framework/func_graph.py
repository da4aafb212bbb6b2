"""The graph of a function being traced."""

from tfshim._src.function.func_graph import FuncGraph

__all__ = ["FuncGraph"]
