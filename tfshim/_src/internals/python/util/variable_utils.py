"""Variables in structures."""

from __future__ import annotations

from typing import Any

from tfshim._src import nest
from tfshim._src.convert import convert
from tfshim._src.internals.composite import CompositeTensor
from tfshim._src.variable import Variable

__all__ = ["convert_variables_to_tensors"]


def convert_variables_to_tensors(values: Any) -> Any:
    """The structure with the values of its variables in their place, those in composites too."""

    def replaced(value: Any) -> Any:
        if isinstance(value, Variable):
            return convert(value)
        if isinstance(value, CompositeTensor):
            own = getattr(value, "_convert_variables_to_tensors", None)
            return value if own is None else own()
        return value

    return nest.map_structure(replaced, values)
