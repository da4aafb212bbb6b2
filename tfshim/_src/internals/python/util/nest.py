"""Structures: what TensorFlow has besides `tf.nest`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tfshim._src.nest import (
    assert_same_structure,
    flatten,
    is_nested,
    map_structure,
    pack_sequence_as,
)  # fmt: skip

__all__ = [
    "assert_same_structure", "flatten", "flatten_dict_items", "flatten_up_to",
    "flatten_with_joined_string_paths", "flatten_with_tuple_paths", "is_namedtuple", "is_nested",
    "is_nested_or_composite", "is_sequence", "list_to_tuple", "map_structure",
    "map_structure_up_to", "map_structure_with_paths", "map_structure_with_tuple_paths",
    "pack_sequence_as", "yield_flat_paths",
]  # fmt: skip

is_sequence = is_nested


def is_nested_or_composite(seq: Any) -> bool:
    """Whether something has parts: a structure, or a tensor made of several."""
    return is_nested(seq) or hasattr(type(seq), "_flatten_components")


def is_namedtuple(instance: Any, strict: bool = False) -> bool:
    """Whether something is a named tuple."""
    return isinstance(instance, tuple) and hasattr(instance, "_fields")


def _children(value: Any) -> list[tuple[Any, Any]]:
    """(key, child) in the order of `flatten`."""
    if isinstance(value, dict):
        return [(k, value[k]) for k in sorted(value)]
    if is_namedtuple(value):
        return list(zip(value._fields, value, strict=True))
    return list(enumerate(value))


def yield_flat_paths(nest: Any, expand_composites: bool = False) -> Iterator[tuple]:
    """The path of keys to each leaf."""
    for path, _ in _walk(nest, nest):
        yield path


def _walk(shallow: Any, value: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    """(path, what stands in `value` there) for each leaf of `shallow`."""
    if not is_nested(shallow):
        yield path, value
        return
    if not is_nested(value):
        raise TypeError(
            f"If shallow structure is a sequence, input must also be a sequence. Input has type: "
            f"{type(value)}."
        )
    parts = dict(_children(value))
    if len(parts) != len(_children(shallow)):
        raise ValueError(
            "The two structures don't have the same sequence length. Input structure has length "
            f"{len(parts)}, while shallow structure has length {len(_children(shallow))}."
        )
    for key, child in _children(shallow):
        if key not in parts:
            raise ValueError(
                "The shallow_tree's keys are not a subset of the input_tree's keys. The "
                f"shallow_tree has the following keys that are not in the input_tree: {[key]}."
            )
        yield from _walk(child, parts[key], (*path, key))


def flatten_up_to(shallow_tree, input_tree, check_types=True, expand_composites=False) -> list:
    """What stands in `input_tree` where `shallow_tree` has leaves."""
    return [value for _, value in _walk(shallow_tree, input_tree)]


def map_structure_up_to(shallow_tree, func: Callable, *inputs: Any, **kwargs: Any) -> Any:
    """`func` of what stands in each input where `shallow_tree` has leaves."""
    columns = [flatten_up_to(shallow_tree, one) for one in inputs]
    return pack_sequence_as(shallow_tree, [func(*row) for row in zip(*columns, strict=True)])


def flatten_with_tuple_paths(structure: Any, expand_composites: bool = False) -> list:
    """(path, leaf) of every leaf."""
    return list(_walk(structure, structure))


def flatten_with_joined_string_paths(structure, separator="/", expand_composites=False) -> list:
    """(path as text, leaf) of every leaf."""
    return [(separator.join(map(str, path)), leaf) for path, leaf in _walk(structure, structure)]


def map_structure_with_tuple_paths(func: Callable, *structure: Any, **kwargs: Any) -> Any:
    """`func(path, leaf, ...)` of the leaves of structures that are alike."""
    for other in structure[1:]:
        assert_same_structure(structure[0], other)
    columns = [flatten(one) for one in structure]
    paths = list(yield_flat_paths(structure[0]))
    leaves = [func(p, *row) for p, *row in zip(paths, *columns, strict=True)]
    return pack_sequence_as(structure[0], leaves)


def map_structure_with_paths(func: Callable, *structure: Any, **kwargs: Any) -> Any:
    """The same with paths as text, joined by slashes."""
    return map_structure_with_tuple_paths(
        lambda path, *leaves: func("/".join(map(str, path)), *leaves), *structure
    )


def flatten_dict_items(dictionary: dict) -> dict:
    """A dict with structures as keys and values, taken apart.

    Raises:
      TypeError: for what is no dict.
      ValueError: for a key and a value of different lengths, or a key that is there twice.
    """
    if not isinstance(dictionary, dict):
        raise TypeError("input must be a dictionary")
    found: dict = {}
    for key, value in dictionary.items():
        keys, values = (flatten(key), flatten(value)) if is_nested(key) else ([key], [value])
        if len(keys) != len(values):
            raise ValueError(
                f"Could not flatten dictionary. Key had {len(keys)} elements, but value had "
                f"{len(values)} elements. Key: {keys}, value: {values}."
            )
        for k, v in zip(keys, values, strict=True):
            if k in found:
                raise ValueError(f"Could not flatten dictionary: key {k} is not unique.")
            found[k] = v
    return found


def list_to_tuple(structure: Any) -> Any:
    """The same structure with tuples for lists."""
    if isinstance(structure, (list, tuple)) and not is_namedtuple(structure):
        return tuple(list_to_tuple(x) for x in structure)
    return structure
