"""`tf.nest`: structures of lists, tuples, dicts and the like, with anything else as an atom.

What counts as a structure is TensorFlow's choice, wider than that of a JAX pytree: every Sequence
but strings, every Mapping (by sorted key, whatever its own order), views of mappings, named
tuples, attrs classes, and classes with `__tf_flatten__` and `__tf_unflatten__`. None, sets,
arrays and plain dataclasses are atoms.

With `expand_composites=True` a composite is a structure too: an object with `_flatten_components()`
that lists its parts, `_unflatten_components(parts)` that builds one like it from other parts,
and, unless it is a type spec itself, `_type_spec`.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Mapping, MappingView, MutableMapping, Sequence
from typing import Any

_ATOM, _PLAIN, _NAMED, _MAPPING, _VIEW, _ATTRS, _CUSTOM, _COMPOSITE = range(8)

# The kind of a structure depends on its type only; atoms are met most, so they are found here too.
_KINDS: dict[type, int] = {list: _PLAIN, tuple: _PLAIN, dict: _MAPPING, str: _ATOM}
_MAX_KINDS = 4096  # classes made in a loop must not be kept alive for ever


def _kind(value) -> int:
    kind = _KINDS.get(type(value))
    return _classify(value) if kind is None else kind


def _classify(value) -> int:
    cls = value.__class__  # that of the wrapped object, for a wrapt proxy
    if issubclass(cls, (str, bytes)):
        kind = _ATOM
    elif issubclass(cls, tuple) and hasattr(cls, "_fields"):
        kind = _NAMED
    elif issubclass(cls, Mapping):
        kind = _MAPPING
    elif issubclass(cls, MappingView):
        kind = _VIEW
    elif hasattr(cls, "__attrs_attrs__"):
        kind = _ATTRS
    elif issubclass(cls, Sequence):
        kind = _PLAIN
    elif hasattr(cls, "__tf_flatten__") and hasattr(cls, "__tf_unflatten__"):
        kind = _CUSTOM
    elif getattr(cls, "_flatten_components", None) is not None:
        kind = _COMPOSITE
    else:
        kind = _ATOM
    if cls is type(value):
        if len(_KINDS) >= _MAX_KINDS:
            _KINDS.clear()
        _KINDS[cls] = kind
    return kind


def _children(value, kind: int) -> Any:
    """The parts of a structure, in TensorFlow's order."""
    if kind == _PLAIN or kind == _VIEW:
        return value
    if kind == _MAPPING:
        return [value[key] for key in sorted(value.keys())]
    if kind == _NAMED:
        return [getattr(value, field) for field in value._fields]
    if kind == _ATTRS:
        return [getattr(value, field.name) for field in value.__class__.__attrs_attrs__]
    if kind == _CUSTOM:
        parts = value.__tf_flatten__()[1]
        assert isinstance(parts, tuple)
        return parts
    return value._flatten_components()


def is_nested(seq) -> bool:
    """Whether a value is a structure and not an atom; composites are atoms here.

    Args:
      seq: any value.
    """
    kind = _kind(seq)
    return kind != _ATOM and kind != _COMPOSITE


def flatten(structure, expand_composites=False) -> list:
    """The atoms of a structure, dicts by sorted key; `[structure]` for an atom.

    Args:
      structure: any value.
      expand_composites: whether sparse, ragged and other composite tensors give their parts.

    Raises:
      TypeError: for a dict whose keys cannot be sorted.
    """
    atoms: list = []
    _flatten_into(structure, bool(expand_composites), atoms)
    return atoms


def _flatten_into(value, expand: bool, atoms: list) -> None:
    kind = _kind(value)
    if kind == _ATOM or (kind == _COMPOSITE and not expand):
        atoms.append(value)
        return
    for child in _children(value, kind):
        _flatten_into(child, expand, atoms)


def pack_sequence_as(structure, flat_sequence, expand_composites=False):
    """A structure like `structure` with other atoms: the inverse of `flatten`.

    Args:
      structure: the structure to imitate; its own atoms do not matter.
      flat_sequence: as many new atoms as `flatten(structure)` has.
      expand_composites: as in `flatten`.

    Raises:
      ValueError: if the numbers of atoms differ.
      TypeError: if `flat_sequence` is no sequence.
    """
    expand = bool(expand_composites)
    if not _is_nested(flat_sequence, expand):
        raise TypeError(
            f"Attempted to pack value:\n  {_shorten(flat_sequence)}\ninto a structure, but found "
            f"incompatible type `{type(flat_sequence)}` instead."
        )
    if not _is_nested(structure, expand):
        if len(flat_sequence) != 1:
            raise ValueError(
                f"The target structure is of type `{type(structure)}`\n  {_shorten(structure)}\n"
                f"However the input is a sequence ({type(flat_sequence)}) of length "
                f"{len(flat_sequence)}.\n  {_shorten(flat_sequence)}\nnest cannot guarantee that "
                "it is safe to map one to the other."
            )
        return flat_sequence[0]
    try:
        index, packed = _pack(structure, flat_sequence, 0, expand)
        complete = index == len(flat_sequence)
    except IndexError:
        complete, packed = False, None
    if not complete:
        size = len(flatten(structure, expand))
        raise ValueError(
            f"Could not pack sequence. Structure had {size} atoms, but flat_sequence had "
            f"{len(flat_sequence)} items.  Structure: {structure}, flat_sequence: {flat_sequence}."
        )
    return packed


def _shorten(value) -> str:
    text = str(value)
    return text[:100] + (text[100:] and "...")


def _is_nested(value, expand: bool) -> bool:
    kind = _kind(value)
    return kind != _ATOM and (expand or kind != _COMPOSITE)


def _pack(structure, flat, index: int, expand: bool) -> tuple[int, Any]:
    kind = _kind(structure)
    try:
        children = _children(structure, kind)
    except TypeError:
        raise TypeError("nest only supports dicts with sortable keys.") from None
    packed = []
    for child in children:
        if _is_nested(child, expand):
            index, value = _pack(child, flat, index, expand)
            packed.append(value)
        else:
            packed.append(flat[index])
            index += 1
    return index, _rebuild(structure, kind, packed)


def _rebuild(like, kind: int, children: list):
    """A structure of the type of `like` out of `children`, which are in `_children` order."""
    cls = type(like)
    if cls is list or kind == _VIEW or cls is range:
        return children
    if cls is not like.__class__:  # a proxy: rebuild what is in it, then wrap that
        return cls(_rebuild(like.__wrapped__, kind, children))
    if kind == _PLAIN:
        return cls(children)
    if kind == _NAMED or kind == _ATTRS:
        return cls(*children)
    if kind == _MAPPING:
        return _rebuild_mapping(like, children)
    if kind == _CUSTOM:
        return like.__tf_unflatten__(like.__tf_flatten__()[0], tuple(children))
    return like._unflatten_components(children)


def _rebuild_mapping(like, children: list):
    # Values come by sorted key, but the result has the order of `like`.
    values = dict(zip(sorted(like.keys()), children, strict=True))
    cls = type(like)
    if isinstance(like, MutableMapping):
        result: Any = cls()
        if cls is collections.defaultdict:
            result.default_factory = like.default_factory  # type: ignore[attr-defined]
        for key in like:
            result[key] = values[key]
        return result
    try:
        return cls((key, values[key]) for key in like)  # type: ignore[call-arg]
    except TypeError as error:
        raise TypeError(
            f"Error creating an object of type {cls} like {like}. Note that it must accept a "
            "single positional argument representing an iterable of key-value pairs, in addition "
            f"to self. Cause: {error}"
        ) from error


def map_structure(func: Callable, *structure, **kwargs):
    """Applies a function to corresponding atoms of structures, in the shape of the first.

    Args:
      func: takes one atom of each structure.
      *structure: at least one; all of the same structure.
      **kwargs: `check_types` and `expand_composites`, as in `assert_same_structure`.

    Raises:
      TypeError: if `func` cannot be called, or the types of structures differ.
      ValueError: for structures that differ, none at all, or other keyword arguments.
    """
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    check_types = kwargs.pop("check_types", True)
    expand = kwargs.pop("expand_composites", False)
    if kwargs:
        raise ValueError(
            "Only valid keyword arguments are `check_types` and `expand_composites`, not: "
            f"`{'`, `'.join(kwargs)}`"
        )
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types, expand)
    columns = [flatten(s, expand) for s in structure]
    atoms = [func(*row) for row in zip(*columns, strict=True)]
    return pack_sequence_as(structure[0], atoms, expand)


def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False) -> None:
    """Raises unless two structures have the same nesting; atoms are not compared.

    Args:
      nest1, nest2: any values.
      check_types: whether types of structures must be the same, and keys of dicts. List types are
        the same among themselves, so are mappings, and named tuples of equal name and fields.
      expand_composites: whether composite tensors are structures too; their specs must then have a
        common supertype.

    Raises:
      ValueError: for a different nesting, number of elements or set of keys.
      TypeError: for different types of structures.
    """
    problem = _difference(nest1, nest2, bool(check_types), bool(expand_composites))
    if problem is None:
        return
    cls, detail = problem
    outline1 = map_structure(lambda _: _DOT, nest1)
    outline2 = map_structure(lambda _: _DOT, nest2)
    raise cls(
        "The two structures don't have the same nested structure.\n\n"
        f"First structure: {_describe(nest1)}\n\nSecond structure: {_describe(nest2)}\n\n"
        f"More specifically: {detail}\n"
        f"Entire first structure:\n{outline1}\nEntire second structure:\n{outline2}"
    )


class _Dot:
    def __repr__(self):
        return "."


_DOT = _Dot()


def _describe(value) -> str:
    return f"type={type(value).__name__} str={value}"


def _difference(a, b, check_types: bool, expand: bool) -> tuple[type[Exception], str] | None:
    """The first difference of two structures, in depth-first order, or None."""
    nested_a, nested_b = _is_nested(a, expand), _is_nested(b, expand)
    if nested_a != nested_b:
        inner, outer = (a, b) if nested_a else (b, a)
        return ValueError, (
            f'Substructure "{_describe(inner)}" is a sequence, '
            f'while substructure "{_describe(outer)}" is not'
        )
    if not nested_a:
        return None
    kind_a, kind_b = _kind(a), _kind(b)
    if check_types:
        problem = _type_difference(a, b, kind_a, kind_b)
        if problem is not None:
            return problem
    children_a, children_b = list(_children(a, kind_a)), list(_children(b, kind_b))
    for child_a, child_b in zip(children_a, children_b, strict=False):
        problem = _difference(child_a, child_b, check_types, expand)
        if problem is not None:
            return problem
    if len(children_a) != len(children_b):
        return ValueError, (
            "The two structures don't have the same number of elements. "
            f"First structure: {_describe(a)}. Second structure: {_describe(b)}"
        )
    return None


def _type_difference(a, b, kind_a: int, kind_b: int) -> tuple[type[Exception], str] | None:
    if kind_a == kind_b == _COMPOSITE:
        spec_a, spec_b = getattr(a, "_type_spec", a), getattr(b, "_type_spec", b)
        if spec_a.most_specific_common_supertype([spec_b]) is not None:
            return None
        return ValueError, (
            f"Incompatible CompositeTensor TypeSpecs: {_describe(spec_a)} vs. {_describe(spec_b)}"
        )
    if kind_a == kind_b == _MAPPING:
        if set(a) == set(b):
            return None
        return ValueError, (
            "The two dictionaries don't have the same set of keys. First structure has keys "
            f"{_describe(list(a))}, while second structure has keys {_describe(list(b))}"
        )
    if _same_type(a.__class__, b.__class__, kind_a, kind_b):
        return None
    return TypeError, (
        "The two namedtuples don't have the same sequence type. "
        f"First structure {_describe(a)} has type {type(a).__name__}, "
        f"while second structure {_describe(b)} has type {type(b).__name__}"
    )


def _same_type(cls_a: type, cls_b: type, kind_a: int, kind_b: int) -> bool:
    if cls_a is cls_b:
        return True
    if kind_a == kind_b == _NAMED:
        return cls_a.__name__ == cls_b.__name__ and cls_a._fields == cls_b._fields  # type: ignore[attr-defined]
    return issubclass(cls_a, list) and issubclass(cls_b, list)


def parts(value) -> list:
    """What a structure is made of, one level down, in TensorFlow's order."""
    return list(_children(value, _kind(value)))


def rebuilt(like, values: list):
    """A structure of the type of `like`, of what `parts` would give for it."""
    return _rebuild(like, _kind(like), values)
