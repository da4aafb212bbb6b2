"""What takes functions: branches, loops, folds and maps over rows; nests of Python values."""

from __future__ import annotations

from typing import Any

from conformance.cases.arrays import Array, expr
from conformance.cases.row import Row, code, row
from conformance.fuzz.draws import FLOATS, Draw

_NUMBERS = (*FLOATS, "int32", "int64", "complex64")
_ONE = """x; x + 1; x * x; -x; tf.abs(x); tf.reduce_sum(x); tf.reduce_mean(x, 0); x[0]; x[..., :1]
tf.cast(x, tf.float32); tf.reshape(x, [-1]); tf.shape(x); [x, x + x]; (x, {'a': -x})
tf.maximum(x, x * x); tf.sort(x); tf.where(x == x, x, -x); tf.zeros_like(x); 1.5
tf.concat([x, x], 0)"""
_TWO = """a + x; a * x; a - x; tf.maximum(a, x); x; a; a + tf.reduce_sum(x); tf.reduce_sum(a) + x
tf.minimum(a, -x); a * 0 + x; tf.cast(a, x.dtype) + x; (a, x)"""


def _body(d: Draw, bodies: str) -> str:
    return d.pick([b.strip() for line in bodies.splitlines() for b in line.split(";")])


def _rows(d: Draw, least: int = 1) -> Array:
    return d.array(d.shape(least, 3), d.dtype(_NUMBERS), specials=d.chance(0.3))


def mapped(d: Draw, op: str) -> Row:
    """`map_fn` over one array, or two of as many rows."""
    x, body = _rows(d, 0 if d.chance(0.05) else 1), _body(d, _ONE)
    if d.chance(0.3):
        other = d.array(x.value.shape[: d.whole(1, 3)], d.dtype(FLOATS))
        return row(
            op, expr(f"lambda p: {body.replace('x', 'p[0]') if 'x' in body else body}"), (x, other)
        )
    return row(op, expr(f"lambda x: {body}"), x)


def folded(d: Draw, op: str) -> Row:
    """`foldl`, `foldr` and `scan`, with a first value or without."""
    x = _rows(d)
    more: dict[str, Any] = {}
    if d.chance(0.5):
        shape = d.pick([(), x.value.shape[1:]])
        more["initializer"] = d.array(shape, x.dtype if d.chance(0.9) else d.dtype(_NUMBERS))
    if op.endswith("scan") and d.chance(0.4):
        more["reverse"] = d.chance(0.7)
    return row(op, expr(f"lambda a, x: {_body(d, _TWO)}"), x, **more)


def branched(d: Draw, op: str) -> Row:
    """`cond`, `case` and `switch_case`, by values that are known when it runs."""
    x, first, second = _rows(d, 0), _body(d, _ONE), _body(d, _ONE)
    second = first if d.chance(0.5) else second
    if op == "tf.cond":
        which = d.array((), "bool")
        return code(op, f"lambda p, x: tf.cond(p, lambda: {first}, lambda: {second})", which, x)
    number = Array(d.state.randint(-1, 4, ()).astype("int32"), "int32")
    if op == "tf.case":
        pairs = f"[(i < 1, lambda: {first}), (i > 1, lambda: {second})]"
        rest = f", default=lambda: {first}" if d.chance(0.7) else ""
        return code(op, f"lambda i, x: tf.case({pairs}{rest})", number, x)
    return code(
        op, f"lambda i, x: tf.switch_case(i, [lambda: {first}, lambda: {second}])", number, x
    )


def looped(d: Draw, op: str) -> Row:
    """A loop of a few steps over an array that keeps its shape, as a rule."""
    x, steps = _rows(d, 0), Array(d.state.randint(0, 4, ()).astype("int32"), "int32")
    body = d.pick(["y + y", "y * y", "-y", "y", "y - 1", "tf.sin(y)", "tf.maximum(y, -y)"])
    most = d.pick(["", "", ", maximum_iterations=2"])
    loop = f"tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, {body}), (0, x){most})"
    return code(op, f"lambda n, x: {loop}", steps, x)


def _nest(d: Draw, depth: int = 2) -> Any:
    if depth == 0 or d.chance(0.3):
        return d.pick([1, 2.5, "a", None, True, 3])
    kind = d.whole(0, 2)
    items = [_nest(d, depth - 1) for _ in range(d.whole(0, 3))]
    if kind == 2:
        return dict(zip(d.random.sample("abc", len(items)), items))
    return items if kind else tuple(items)


def nested(d: Draw, op: str) -> Row:
    """Nests of Python values, alike or not."""
    first = _nest(d)
    second = first if d.chance(0.6) else _nest(d)
    name = op.rpartition(".")[2]
    if name in ("flatten", "is_nested"):
        call = f"{op}({first!r})"
    elif name == "map_structure":
        call = f"{op}(lambda *leaves: str(leaves), {first!r}, {second!r})"
    elif name == "pack_sequence_as":
        call = f"{op}({first!r}, {list(range(d.whole(0, 5)))!r})"
    else:
        more = d.pick(["", "", ", check_types=False"])
        call = f"{op}({first!r}, {second!r}{more})"
    return code(op, f"lambda: {call}", grad=())


CALLS = {
    "tf.map_fn": mapped,
    **{f"tf.{n}": folded for n in ("foldl", "foldr", "scan")},
    **{f"tf.{n}": branched for n in ("cond", "case", "switch_case")},
    "tf.while_loop": looped,
    **{
        f"tf.nest.{n}": nested
        for n in "flatten is_nested map_structure pack_sequence_as assert_same_structure".split()
    },
}
