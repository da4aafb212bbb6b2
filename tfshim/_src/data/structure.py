"""Elements: their specs, stacking and slicing, Python numbers made tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import nest, spec
from tfshim._src.convert import convert, from_array
from tfshim._src.errors import InvalidArgumentError, op_error
from tfshim._src.none_spec import NoneTensorSpec
from tfshim._src.ragged import RaggedTensor, public
from tfshim._src.shapes import TensorShape
from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import Tensor


def _atom(value: Any) -> Any:
    if (
        value is None
        or isinstance(value, (RaggedTensor, Dataset))
        or hasattr(value, "_composite_kind")
    ):
        return value
    return convert(value)


class Dataset:
    """Marks datasets, which may be elements themselves; recipe.py has the real ones."""


def normalized(value: Any) -> Any:
    """A nest of tensors: lists become tensors, as everything that is not a tuple or dict."""
    if isinstance(value, tuple):
        items = [normalized(v) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, dict):
        return type(value)((k, normalized(v)) for k, v in value.items())
    return _atom(value)


def specs_of(element: Any) -> Any:
    """The specs of a nest of tensors."""

    def one(value: Any) -> Any:
        if isinstance(value, Dataset):
            return DatasetSpec(value.element_spec)  # type: ignore[attr-defined]
        return spec.type_spec_from_value(value)

    return nest.map_structure(one, element)


class DatasetSpec(spec.TypeSpec):
    """The type of a dataset: the specs of its elements.

    Args:
      element_spec: nest of specs.
      dataset_shape: of a tensor of datasets; only ().
    """

    def __init__(self, element_spec, dataset_shape=()):
        self._element_spec = element_spec
        self._dataset_shape = TensorShape(dataset_shape)

    @property
    def element_spec(self):
        return self._element_spec

    @property
    def value_type(self):
        return Dataset

    def _serialize(self) -> tuple:
        return self._element_spec, self._dataset_shape

    @property
    def _component_specs(self):
        return [TensorSpec((), "variant")]

    def _to_components(self, value):
        return [value]

    def _from_components(self, components):
        return components[0]


spec.register_type_spec_from_value_converter(Dataset, lambda d: DatasetSpec(d.element_spec))


def batched(specs: Any, size: int | None) -> Any:
    """The specs of a batch."""
    return nest.map_structure(lambda s: s._batch(size), specs)


def unbatched(specs: Any) -> Any:
    """The specs of one row."""

    def one(s: Any) -> Any:
        if not isinstance(s, NoneTensorSpec) and s.shape.rank == 0:
            raise ValueError("Cannot unbatch an input with scalar components.")
        return s._unbatch()

    return nest.map_structure(one, specs)


def joined(a: Any, b: Any) -> Any:
    """The specs that describe elements of both."""

    def one(x: Any, y: Any) -> Any:
        found = x.most_specific_common_supertype([y])
        if found is None:
            raise TypeError(f"Incompatible types of datasets: {x} and {y}.")
        return found

    return nest.map_structure(one, a, b)


def stack(elements: list[Any]) -> Any:
    """A batch of elements of one structure.

    Raises:
      InvalidArgumentError: for shapes that differ.
    """

    def one(*values: Any) -> Any:
        if values[0] is None:
            return None
        if any(isinstance(v, RaggedTensor) for v in values):
            return public("stack")(list(values))
        shapes = [v.aval.shape for v in values]
        for i, shape in enumerate(shapes):
            if shape != shapes[0]:
                raise op_error(
                    "IteratorGetNext",
                    f"Cannot batch tensors with different shapes in component 0. First element had "
                    f"shape {list(shapes[0])} and element {i} had shape {list(shape)}.",
                )
        if not any(v._is_symbolic() for v in values) and all(
            v._trace is None and isinstance(v._value, np.ndarray) for v in values
        ):
            return from_array(np.stack([v._value for v in values]))
        return public("stack")(list(values))

    return nest.map_structure(one, *elements)


def row(value: Any, i: int) -> Any:
    """Element i of a nest of tensors."""
    return nest.map_structure(lambda t: None if t is None else t[i], value)


def rows_of(value: Any) -> int:
    """The common first size of a nest of tensors.

    Raises:
      ValueError: for a scalar, or sizes that differ.
    """
    sizes = []
    for t in nest.flatten(value):
        if t is None:
            continue
        if t.shape.rank == 0:
            raise ValueError("Unbatching a tensor is only supported for rank >= 1")
        sizes.append(t.shape[0])
    for n in sizes[1:]:
        if n != sizes[0]:
            raise ValueError(f"Dimensions {sizes[0]} and {n} are not compatible")
    return sizes[0]


def to_numpy(element: Any) -> Any:
    """The element with NumPy values in place of tensors."""

    def one(value: Any) -> Any:
        if isinstance(value, Dataset):
            return value.as_numpy_iterator()  # type: ignore[attr-defined]
        return value.numpy() if hasattr(value, "numpy") else value

    return nest.map_structure(one, element)


def call(fn: Callable, element: Any) -> Any:
    """A user's function of an element; a tuple is spread over its arguments."""
    return fn(*element) if type(element) is tuple else fn(element)


def pad(elements: list[Any], shapes: Any, values: Any) -> Any:
    """A batch of elements, each padded to the largest, or to given shapes."""

    def one(*parts: Any) -> Tensor:
        n = len(elements)
        tensors, shape, filler = parts[:n], parts[n], parts[n + 1]
        arrays = [t._host_value() for t in tensors]
        rank = arrays[0].ndim
        want = [None] * rank if shape is None else TensorShape(shape).as_list()
        sizes = [
            max(a.shape[d] for a in arrays) if w in (None, -1) else w for d, w in enumerate(want)
        ]
        for a in arrays:
            if any(have > size for have, size in zip(a.shape, sizes, strict=True)):
                raise InvalidArgumentError(
                    None,
                    None,
                    f"Attempted to pad to a smaller size than the input element: {list(sizes)} vs. "
                    f"{list(a.shape)}",
                )
        string = arrays[0].dtype == object
        fill = (b"" if string else 0) if filler is None else np.asarray(filler)
        if string and isinstance(fill, np.ndarray):
            fill = fill.item() if isinstance(fill.item(), bytes) else str(fill.item()).encode()
        out = np.empty((n, *sizes), arrays[0].dtype)
        out[...] = fill
        for i, a in enumerate(arrays):
            out[(i, *[slice(0, m) for m in a.shape])] = a
        return from_array(out)

    shape_nest, value_nest = spread_all(elements[0], shapes), spread_all(elements[0], values)
    flat = [nest.flatten(e) for e in elements]
    built = [one(*[f[k] for f in flat], shape_nest[k], value_nest[k]) for k in range(len(flat[0]))]
    return nest.pack_sequence_as(elements[0], built)


def spread_all(element: Any, value: Any) -> list[Any]:
    """What belongs to each tensor of an element: one thing for all, or a nest of things."""
    n = len(nest.flatten(element))
    if value is None:
        return [None] * n
    if not nest.is_nested(element):
        return [value]
    if isinstance(value, dict) and isinstance(element, dict):
        return [value[k] for k in sorted(element)]
    if isinstance(value, tuple) and isinstance(element, tuple) and len(value) == len(element):
        return list(value)
    return [value] * n
