"""`tf.debugging`: assertions on ranks, shapes and dtypes, which are always known."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.registry import export
from tfshim._src.tensor import Tensor


def _prefix(message: Any) -> str:
    return f"{message}.  " if message else ""


def _rank(value: Any) -> int:
    t = convert(value)
    if t.aval.dtype is not dtypes.int32 and t.aval.dtype.kind not in "iu":
        raise TypeError(f"tensor must be of type tf.int32; got {t.dtype!r}")
    if t.ndim:
        raise ValueError("Rank must be a scalar.")
    return int(static.host(t))


def _received(x: Any) -> str:
    return f"Received rank {x.ndim}, shape {x.shape}"


@export("tf.debugging.assert_rank", "tf.assert_rank")
def assert_rank(x, rank, message=None, name=None) -> None:
    """Raises unless x has this rank.

    Args:
      x: tensor.
      rank: integer.
      message: put before the text.
      name: ignored.

    Raises:
      ValueError: if it has another one.
    """
    t, wanted = convert(x), _rank(rank)
    if t.ndim != wanted:
        raise ValueError(f"{_prefix(message)}Tensor  must have rank {wanted}.  {_received(t)}")


@export("tf.debugging.assert_rank_at_least")
def assert_rank_at_least(x, rank, message=None, name=None) -> None:
    """Raises unless x has at least this rank.

    Args:
      x: tensor.
      rank: integer.
      message: put before the text.
      name: ignored.

    Raises:
      ValueError: if it has a smaller one.
    """
    t, wanted = convert(x), _rank(rank)
    if t.ndim < wanted:
        raise ValueError(
            f"{_prefix(message)}Tensor  must have rank at least {wanted}.  {_received(t)}"
        )


@export("tf.debugging.assert_rank_in")
def assert_rank_in(x, ranks, message=None, name=None) -> None:
    """Raises unless x has one of these ranks.

    Args:
      x: tensor.
      ranks: integers.
      message: put before the text.
      name: ignored.

    Raises:
      ValueError: if it has another one.
    """
    t = convert(x)
    wanted = tuple(sorted(_rank(r) for r in ranks))
    if t.ndim not in wanted:
        raise ValueError(f"{_prefix(message)}Tensor  must have rank in {wanted}.  {_received(t)}")


@export("tf.debugging.assert_scalar")
def assert_scalar(tensor, message=None, name=None) -> None:
    """Raises unless a tensor is a scalar.

    Args:
      tensor: tensor.
      message: put before the text.
      name: ignored.

    Raises:
      ValueError: if it is none.
    """
    t = convert(tensor)
    if t.ndim:
        raise ValueError(f"{_prefix(message)}Expected scalar shape, saw shape: {t.shape}.")


@export("tf.debugging.assert_integer")
def assert_integer(x, message=None, name=None) -> None:
    """Raises unless x is of an integer dtype.

    Args:
      x: tensor.
      message: put before the text.
      name: ignored.

    Raises:
      TypeError: if it is of another one.
    """
    t = convert(x)
    if not t.dtype.is_integer:
        raise TypeError(
            f'{_prefix(message)}Expected "x" to be integer type.  Found: tensor of dtype {t.dtype}'
        )


@export("tf.debugging.assert_type")
def assert_type(tensor, tf_type, message=None, name=None) -> None:
    """Raises unless a tensor is of this dtype.

    Args:
      tensor: tensor or composite tensor.
      tf_type: a dtype.
      message: put before the text.
      name: ignored.

    Raises:
      TypeError: if it is of another one.
    """
    wanted = dtypes.as_dtype(tf_type)
    found = tensor.dtype if hasattr(tensor, "_flatten_components") else convert(tensor).dtype
    if found is not wanted:
        raise TypeError(f"{_prefix(message)}tensor must be of type {wanted!r}; got {found!r}")


@export("tf.debugging.assert_proper_iterable")
def assert_proper_iterable(values) -> None:
    """Raises unless values can be iterated over and is no tensor, array or string.

    Args:
      values: anything.

    Raises:
      TypeError: if they are.
    """
    composite = hasattr(values, "_flatten_components")
    if isinstance(values, (Tensor, np.ndarray, str, bytes)) or composite:
        raise TypeError(
            f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}'
        )
    if not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument "values" to be iterable.  Found: {type(values)}')


@export("tf.debugging.assert_same_float_dtype")
def assert_same_float_dtype(tensors=None, dtype=None) -> dtypes.DType:
    """The one float dtype of all tensors.

    Args:
      tensors: list of tensors or None.
      dtype: what it must be, if given.

    Returns:
      That dtype; float32 if nothing was given.

    Raises:
      ValueError: if they differ or are not of a float dtype.
    """
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    first = None
    for t in tensors or ():
        if t is None:
            continue
        found = t.dtype
        if wanted is None:
            wanted, first = found, t
        elif found is not wanted:
            origin = f" as {first!s}" if first is not None else ""
            raise ValueError(f"{t!s}, type={found}, must be of the same type ({wanted}){origin}.")
    if wanted is None:
        return dtypes.float32
    if not wanted.is_floating:
        raise ValueError(f"Expected floating point type, got {wanted}.")
    return wanted


@export("tf.debugging.is_numeric_tensor")
def is_numeric_tensor(tensor) -> bool:
    """Whether this is a tensor of numbers.

    Args:
      tensor: anything.
    """
    return isinstance(tensor, Tensor) and tensor.dtype.kind in "fciuq"


# -- shapes that belong together ------------------------------------------------------------


def _describe(t: Any) -> str:
    return f"Tensor shape={t.shape} dtype={t.dtype.name}"


@export("tf.debugging.assert_shapes")
def assert_shapes(shapes, data=None, summarize=None, message=None, name=None) -> None:
    """Raises unless tensors have shapes that fit a common description.

    Args:
      shapes: dict or list of pairs of a tensor and its expected shape: a tuple or string of
        integers, symbols (the same symbol means the same size everywhere), None or "." for any
        size, and "*" or an ellipsis in first place for any number of sizes.
      data, summarize: ignored where shapes are known, as they always are here.
      message: put before the text.
      name: ignored.

    Raises:
      ValueError: if a shape does not fit.
    """
    pairs = list(shapes.items()) if isinstance(shapes, dict) else list(shapes)
    prefix = _prefix(message)
    expected = []
    for tensor, wanted in pairs:
        t = tensor if hasattr(tensor, "_flatten_components") else convert(tensor)
        if not hasattr(wanted, "__iter__") and not hasattr(wanted, "__getitem__"):
            raise ValueError(
                f"{prefix}{_describe(t)}.  Specified shape must be an iterable.  An iterable has "
                "the attribute `__iter__` or `__getitem__`.  Received specified shape: "
                f"{wanted}"
            )
        expected.append((t, tuple(wanted)))
    for t, wanted in expected:
        _check_rank(t, wanted, prefix)
    sizes: dict[Any, tuple[int, str]] = {}
    for t, wanted in expected:
        shape = tuple(t.shape)
        if wanted and wanted[0] in _ANY_NUMBER:
            wanted = wanted[1:]
        offset = len(shape) - len(wanted)
        for i, symbol in enumerate(wanted):
            if symbol is None or symbol == ".":
                continue
            size = shape[offset + i]
            explicit = _explicit(symbol)
            if explicit is not None:
                known: tuple[int, str] | None = (explicit, "Specified explicitly")
            else:
                known = sizes.get(symbol)
                if known is None:
                    where = _describe(t).replace("Tensor", "tensor", 1)
                    sizes[symbol] = (size, f"Specified by {where} dimension {offset + i}")
                    continue
            if known[0] != size:
                raise ValueError(
                    f"{prefix}{known[1]}.  {_describe(t)} dimension {offset + i} must have size "
                    f"{known[0]}.  Received size {size}, shape {t.shape}"
                )


#: What stands for any number of sizes; the string "..." is a symbol like any other.
_ANY_NUMBER = ("*", Ellipsis)


def _explicit(symbol: Any) -> int | None:
    try:
        return int(symbol)
    except (TypeError, ValueError):
        return None


def _check_rank(t: Any, wanted: tuple, prefix: str) -> None:
    for i, symbol in enumerate(wanted):
        if symbol in _ANY_NUMBER and i:
            raise ValueError(
                f"{prefix}{_describe(t)} specified shape index {i}.  Symbol `...` or `*` for a "
                "variable number of unspecified dimensions is only allowed as the first entry"
            )
    rank = len(t.shape)
    open_ended = bool(wanted) and wanted[0] in _ANY_NUMBER
    if open_ended:
        least = len(wanted) - 1
        if rank < least:
            raise ValueError(
                f"{prefix}Tensor  must have rank at least {least}.  Received rank {rank}, shape "
                f"{t.shape}"
            )
    elif rank != len(wanted):
        ranks = "in (0, 1)" if len(wanted) < 2 else str(len(wanted))
        if len(wanted) < 2 and rank == 0:
            return
        raise ValueError(
            f"{prefix}Tensor  must have rank {ranks}.  Received rank {rank}, shape {t.shape}"
        )
