"""Element-by-element ops on ragged tensors: operands are brought to the rows of one of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes
from tfshim._src.composite import handles
from tfshim._src.convert import convert
from tfshim._src.ragged import RaggedTensor, RowPartition, public, ranges
from tfshim._src.registry import export

UNARY = tuple(
    f"tf.{n}"
    for n in """
    bitwise.invert clip_by_value debugging.check_numerics saturate_cast dtypes.saturate_cast
    image.adjust_brightness image.adjust_gamma image.convert_image_dtype io.decode_base64
    io.encode_base64 io.decode_compressed math.abs abs math.acos math.acosh math.angle math.asin
    math.asinh math.atan math.atanh math.bessel_i0 math.bessel_i0e math.bessel_i1 math.bessel_i1e
    math.ceil math.conj math.cos math.cosh math.digamma math.erf math.erfc math.erfcinv math.erfinv
    math.exp math.expm1 math.floor math.imag math.is_finite math.is_inf math.is_nan math.lgamma
    math.log math.log1p math.log_sigmoid math.logical_not math.ndtri math.negative math.nextafter
    math.real math.reciprocal math.reciprocal_no_nan math.rint math.round math.rsqrt math.sigmoid
    math.sign math.sin math.sinh math.softplus math.special.bessel_j0 math.special.bessel_j1
    math.special.bessel_k0 math.special.bessel_k0e math.special.bessel_k1 math.special.bessel_k1e
    math.special.bessel_y0 math.special.bessel_y1 math.special.dawsn math.special.expint
    math.special.fresnel_cos math.special.fresnel_sin math.special.spence math.sqrt math.square
    math.tan math.tanh nn.elu nn.gelu nn.leaky_relu nn.relu nn.relu6 nn.selu nn.silu nn.softsign
    ones_like strings.as_string strings.length strings.lower strings.regex_full_match
    strings.regex_replace strings.strip strings.substr strings.to_hash_bucket
    strings.to_hash_bucket_fast strings.to_hash_bucket_strong strings.to_number
    strings.unicode_script strings.unicode_transcode strings.upper zeros_like
    """.split()
)
BINARY = tuple(
    f"tf.{n}"
    for n in """
    bitwise.bitwise_and bitwise.bitwise_or bitwise.bitwise_xor bitwise.left_shift
    bitwise.right_shift dtypes.complex complex math.add math.atan2 math.divide math.divide_no_nan
    math.equal math.floordiv math.floormod math.greater math.greater_equal math.less math.less_equal
    math.logical_and math.logical_or math.logical_xor math.maximum math.minimum math.multiply
    math.multiply_no_nan math.not_equal math.pow math.scalar_mul math.squared_difference
    math.subtract math.truediv math.xdivy math.xlog1py math.xlogy math.zeta
    nn.sigmoid_cross_entropy_with_logits realdiv truncatediv truncatemod
    """.split()
)


def require_same_rows(x: RaggedTensor, y: RaggedTensor, depth: int | None = None) -> None:
    """Raises TensorFlow's error of an assertion unless the row splits are equal.

    Args:
      x, y: ragged tensors.
      depth: how many partitions to compare; all by default.
    """
    pairs = zip(x._partitions()[:depth], y._partitions()[:depth], strict=False)
    for p, q in pairs:
        _same(p, q)


def _same(p: RowPartition, q: RowPartition) -> None:
    if p.row_splits is q.row_splits or p is q:
        return
    if not np.array_equal(p.host, q.host):
        public("debugging.assert_equal")(p.row_splits, q.row_splits)


def _structure(ragged: list[RaggedTensor]) -> RaggedTensor:
    """The operand that has the rows of the result: the deepest, not broadcast along an axis."""

    def weight(rt: RaggedTensor) -> tuple[int, int]:
        parts = rt._partitions()
        return len(rt.shape), sum(p.uniform_row_length != 1 for p in parts)

    return max(ragged, key=weight)


def _steps(target: RaggedTensor) -> list[tuple[np.ndarray, np.ndarray]]:
    """Per partition: the parent row of each element, and its position in that row."""
    found = []
    for p in target._partitions():
        lengths = p.lengths
        found.append((np.repeat(np.arange(len(lengths)), lengths), ranges(lengths)))
    return found


def _ragged_operand(rt: RaggedTensor, target: RaggedTensor) -> Any:
    """The flat values of an operand, one for each of the target's."""
    mine, theirs = rt._partitions(), target._partitions()
    missing = len(target.shape) - len(rt.shape)
    if missing == 0 and len(mine) == len(theirs):
        if all(p is q or p.row_splits is q.row_splits for p, q in zip(mine, theirs, strict=True)):
            return rt.flat_values
    outer = theirs[:missing] if missing > 0 else []
    rest = theirs[len(outer) :]
    if len(mine) != len(rest):
        # fewer partitions: what is dense inside is cut into rows as the target's are
        from tfshim._src.ragged_rows import as_ragged

        rt = as_ragged(rt, len(rest), rt._row_partition.dtype)
        mine = rt._partitions()
    steps = _steps(target)
    if outer:
        parent, column = steps[len(outer) - 1]
        index = column
        if mine and mine[0].nrows == 1 != len(set(column.tolist())):
            index = np.zeros_like(column)
    else:
        n = rest[0].nrows
        if mine[0].nrows == 1 != n:
            from tfshim._src.ragged_rows import take

            rt = take(rt, np.zeros(n, np.int64))
            mine = rt._partitions()
        elif mine[0].nrows != n:
            _same(rest[0], mine[0])
        index = np.arange(n)
    exact = not outer and mine[0].nrows == rest[0].nrows
    for p, q, (parent, column) in zip(mine, rest, steps[len(outer) :], strict=True):
        if exact and np.array_equal(p.host, q.host):
            index = np.arange(int(q.host[-1]))
            continue
        if p.uniform_row_length == 1:
            index = p.host[index][parent]
        else:
            if not np.array_equal(p.lengths[index], q.lengths):
                _same(q, p)
                raise ValueError("Unable to broadcast: ragged rows differ in length.")
            index = p.host[index][parent] + column
        exact = False
    if exact:
        return rt.flat_values
    from tfshim._src.ragged_rows import take

    return take(rt.flat_values, index)


def _dense_operand(value: Any, target: RaggedTensor) -> Any:
    """A tensor with one element for each of the target's flat values."""
    rank, ragged_rank = len(target.shape), target.ragged_rank
    shape = value.aval.shape
    if len(shape) > rank:
        raise ValueError(
            f"Unable to broadcast: tensor of shape {value.shape} has more axes than the ragged "
            f"tensor of shape {target.shape}"
        )
    inner = rank - ragged_rank - 1
    if len(shape) <= inner:
        return value
    lead = [1] * (rank - len(shape)) + list(shape[: len(shape) - inner])
    parts = target._partitions()
    if lead[0] not in (1, parts[0].nrows):
        public("debugging.assert_equal")(
            convert(np.int64(lead[0])), convert(np.int64(parts[0].nrows))
        )
    index = np.zeros(parts[0].nrows, np.int64) if lead[0] == 1 else np.arange(parts[0].nrows)
    for size, p, (parent, column) in zip(lead[1:], parts, _steps(target), strict=True):
        index = index[parent]
        if size == 1:
            continue
        if (p.lengths != size).any():
            rows = np.arange(p.nrows + 1) * size
            public("debugging.assert_equal")(convert(rows.astype(p.dtype.np)), p.row_splits)
        index = index * size + column
    flat = public("reshape")(value, [int(np.prod(lead)), *shape[len(shape) - inner :]])
    return public("gather")(flat, index)


def broadcast(args: list[Any]) -> tuple[RaggedTensor, list[Any]]:
    """Operands that fit each other element by element.

    Args:
      args: ragged tensors and values that convert to tensors, at least one of them ragged.

    Returns:
      The ragged tensor whose rows the result has, and a flat operand for each argument.

    Raises:
      InvalidArgumentError: for rows that differ.
    """
    ragged = [a for a in args if isinstance(a, RaggedTensor)]
    target = _structure(ragged)
    flat = []
    for a in args:
        if isinstance(a, RaggedTensor):
            flat.append(_ragged_operand(a, target))
        elif isinstance(a, (int, float, complex, bool, str, bytes)):
            flat.append(a)
        else:
            t = convert(a)
            flat.append(_dense_operand(t, target) if t.aval.shape else a)
    return target, flat


def _rewrap(result: Any, like: RaggedTensor) -> Any:
    if isinstance(result, (list, tuple)):
        return type(result)(_rewrap(r, like) for r in result)
    return like._rebuilt(result)


@handles("ragged", *UNARY)
def unary(fn: Any, args: dict[str, Any]) -> Any:
    """The op on the flat values of its ragged argument."""
    like = next(v for v in args.values() if isinstance(v, RaggedTensor))
    flat = {k: v.flat_values if isinstance(v, RaggedTensor) else v for k, v in args.items()}
    return _rewrap(fn(**flat), like)


@handles("ragged", *BINARY)
def binary(fn: Any, args: dict[str, Any]) -> Any:
    """The op on operands broadcast to one another; the first two arguments are the operands."""
    (a, x), (b, y), *rest = args.items()
    target, (p, q) = broadcast([x, y])
    if target.dtype is not dtypes.bool and fn.__name__.startswith("logical"):
        p, q = convert(p), convert(q)  # so that the dtype of the ragged one is what is refused
    return _rewrap(fn(**{a: p, b: q}, **dict(rest)), target)


@handles("ragged", "tf.where")
def where(fn: Any, args: dict[str, Any]) -> Any:
    """`tf.where` of ragged arguments."""
    condition, x, y = args["condition"], args["x"], args["y"]
    if x is None and y is None:
        from tfshim._src.ragged_rows import positions

        index = positions(condition, len(condition.shape))
        keep = np.flatnonzero(condition.flat_values._host_value().reshape(-1))
        return convert(index[keep])
    if x is None or y is None:
        raise ValueError("x and y must be either both None or both non-None")
    target, flat = broadcast([condition, x, y])
    return target._rebuilt(fn(*flat))


@handles("ragged", "tf.math.add_n", "tf.add_n")
def add_n(fn: Any, args: dict[str, Any]) -> Any:
    """The sum of ragged tensors of the same rows."""
    inputs = list(args["inputs"])
    target, flat = broadcast(inputs)
    return target._rebuilt(fn(flat))


@handles("ragged", "tf.strings.join")
def join(fn: Any, args: dict[str, Any]) -> Any:
    """`tf.strings.join` of ragged strings."""
    target, flat = broadcast(list(args["inputs"]))
    return target._rebuilt(fn(flat, args["separator"]))


@handles("ragged", "tf.debugging.assert_equal")
def assert_equal(fn: Any, args: dict[str, Any]) -> Any:
    """An assertion on ragged tensors of the same rows."""
    (a, x), (b, y), *rest = args.items()
    _, (p, q) = broadcast([x, y])
    return fn(**{a: p, b: q}, **dict(rest))


@export("tf.ragged.map_flat_values")
def map_flat_values(op, *args, **kwargs) -> Any:
    """Applies a function to the flat values of ragged arguments.

    Args:
      op: gets tensors in place of ragged tensors; its result has one row per flat value.
      *args, **kwargs: its arguments; ragged ones must have the same rows, and may be in lists.

    Raises:
      ValueError: if the result does not fit the rows.
    """
    from tfshim._src import nest

    found: list[RaggedTensor] = []

    def flat(value):
        if isinstance(value, RaggedTensor):
            if found:
                require_same_rows(found[0], value)
            found.append(value)
            return value.flat_values
        return value

    args, kwargs = nest.map_structure(flat, (list(args), kwargs))  # pyright: ignore
    result = op(*args, **kwargs)
    if not found:
        return result
    if not isinstance(result, RaggedTensor):
        result = convert(result)
    if result.shape.rank == 0 or result.shape[0] != found[0].flat_values.shape[0]:
        raise ValueError(
            "tf.ragged.map_flat_values requires that the output of `op` have the same "
            "outer-dimension size as flat_values of any ragged inputs. (output shape: "
            f"{result.shape}; expected outer dimension size: "
            f"{found[0].flat_values.shape[0]})"
        )
    return found[0]._rebuilt(result)
