"""Structures: what TensorFlow has besides `tf.nest`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tfshim._src.nest import (
    assert_same_structure,
    flatten,
    is_nested,
    map_structure,
    pack_sequence_as,
)  # fmt: skip

__all__ = [
    "_is_namedtuple", "_yield_sorted_items", "_yield_value", "assert_same_structure",
    "assert_shallow_structure", "flatten", "flatten_dict_items", "flatten_up_to",
    "flatten_with_joined_string_paths", "flatten_with_tuple_paths",
    "get_traverse_shallow_structure", "is_attrs", "is_mapping", "is_namedtuple", "is_nested",
    "is_nested_or_composite", "is_sequence", "list_to_tuple", "map_structure",
    "map_structure_up_to", "map_structure_with_paths", "map_structure_with_tuple_paths",
    "map_structure_with_tuple_paths_up_to", "pack_sequence_as",
    "yield_flat_paths",
]  # fmt: skip

is_sequence = is_nested


def is_nested_or_composite(seq: Any) -> bool:
    """Whether something has parts: a structure, or a tensor made of several."""
    return is_nested(seq) or hasattr(type(seq), "_flatten_components")


def is_namedtuple(instance: Any, strict: bool = False) -> bool:
    """Whether something is a named tuple."""
    return isinstance(instance, tuple) and hasattr(instance, "_fields")


_is_namedtuple = is_namedtuple


def is_mapping(obj: Any) -> bool:
    """Whether something is a dict, or like one."""
    return isinstance(obj, Mapping)


def is_attrs(obj: Any) -> bool:
    """Whether something is an object of a class made by attrs."""
    return hasattr(type(obj), "__attrs_attrs__")


def _skeleton(instance: Any) -> Any:
    """`instance` with atoms for its parts."""
    return _with_parts(instance, [0] * len(instance))


def _yield_sorted_items(iterable: Any) -> Iterator[tuple]:
    """(key, part) of a structure of one level, in the order of `flatten`."""
    yield from _children(iterable)


def _yield_value(iterable: Any) -> Iterator:
    """The parts of a structure of one level, in the order of `flatten`."""
    for _, value in _children(iterable):
        yield value


def assert_shallow_structure(
    shallow_tree: Any, input_tree: Any, check_types: bool = True, expand_composites: bool = False
) -> None:
    """Raises unless `input_tree` has structure wherever `shallow_tree` has.

    Raises:
      TypeError: for an atom in place of a structure.
      ValueError: for another number of parts, or missing keys.
    """
    for _ in _walk(shallow_tree, input_tree):
        pass


def get_traverse_shallow_structure(
    traverse_fn: Callable, structure: Any, expand_composites: bool = False
) -> Any:
    """A structure of bools as deep as a function wants to go, False where it stops.

    Args:
      traverse_fn: called with each part; True or False for a part as a whole, or a structure of
        bools for its parts.
      structure: what to go through.

    Raises:
      TypeError: for an answer that is neither, or a list where a bool should be.
    """
    answer = traverse_fn(structure)
    if not is_nested(structure):
        if isinstance(answer, bool):
            return answer
        raise TypeError(f"traverse_fn returned structure: {answer} for non-structure: {structure}")
    if answer is False:
        return False
    if answer is True:
        answer = map_structure(lambda _: True, _skeleton(structure))
    elif type(answer) is not type(structure):
        raise TypeError(f"traverse_fn returned {answer} for {structure}")
    parts = [
        get_traverse_shallow_structure(traverse_fn, child) if deeper else False
        for (_, child), deeper in zip(_children(structure), flatten(answer), strict=True)
    ]
    return _with_parts(structure, parts)


def _with_parts(structure: Any, parts: list) -> Any:
    """`structure` with other parts, which may be structures."""
    make: Any = type(structure)
    if isinstance(structure, Mapping):
        by_key = dict(zip(sorted(structure), parts, strict=True))
        return make((key, by_key[key]) for key in structure)
    return make(*parts) if is_namedtuple(structure) else make(parts)


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


def map_structure_with_tuple_paths_up_to(
    shallow_tree: Any, func: Callable, *inputs: Any, **kwargs: Any
) -> Any:
    """`func(path, part, ...)` of what stands in each input where `shallow_tree` has leaves."""
    columns = [flatten_up_to(shallow_tree, one) for one in inputs]
    paths = [path for path, _ in _walk(shallow_tree, shallow_tree)]
    rows = zip(paths, *columns, strict=True)
    return pack_sequence_as(shallow_tree, [func(*row) for row in rows])


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
