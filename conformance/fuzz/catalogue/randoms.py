"""Random numbers: equal seeds give equal numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.cases.arrays import Array, ref
from conformance.cases.row import Row, row
from conformance.fuzz.draws import FLOATS, Draw


def _seed(d: Draw) -> Any:
    values = [d.pick([0, 1, -1, 7, 12345, 2**31 - 1, -(2**31)]) for _ in range(2)]
    return values if d.chance(0.7) else Array(d.state.randint(-(2**62), 2**62, 2), "int64")


def _start(d: Draw, op: str, shape: list[int]) -> tuple[list, dict[str, Any]]:
    """The arguments that say where the stream begins."""
    if ".stateless_" in op:
        return [shape, _seed(d)], {}
    return [shape], {"set_seed": d.whole(0, 2**31), "kw": {"seed": d.pick([None, 1, -1, 2**20])}}


def _dtype(d: Draw, share: float, *names: str) -> dict[str, Any]:
    return {"dtype": ref(f"tf.{d.pick(names)}")} if d.chance(share) else {}


def _sizes(d: Draw) -> list[int]:
    return [d.whole(300, 2000)] if d.chance(0.05) else list(d.shape(0, 3))


def normal(d: Draw, op: str) -> Row:
    args, kwargs = _start(d, op, _sizes(d))
    kwargs |= _dtype(d, 0.5, *FLOATS)
    if d.chance(0.4):
        kwargs |= {"mean": d.pick([0.0, 1.5, -3]), "stddev": d.pick([0.5, 2.0, 0.0])}
    return row(op, *args, **kwargs)


def uniform(d: Draw, op: str) -> Row:
    args, kwargs = _start(d, op, _sizes(d))
    if d.chance(0.4):
        dtype = d.pick(["int32", "int64"])
        low = d.pick([0, -5, -(2**31), 3])
        high = low + d.pick([1, 2, 7, 100, 2**31 - 1])
        kwargs |= {"minval": low, "maxval": high, "dtype": ref(f"tf.{dtype}")}
        return row(op, *args, **kwargs)
    kwargs |= _dtype(d, 0.5, *FLOATS)
    if d.chance(0.5):
        kwargs |= {"minval": d.pick([0, -2.0, 0.5]), "maxval": d.pick([1, 3.5, 100.0])}
    return row(op, *args, **kwargs)


def gamma(d: Draw, op: str) -> Row:
    shape, dtype = list(d.shape(0, 2)), d.pick(["float32", "float64"])
    alpha = d.array(d.shape(0, 1), dtype, 0.1, 4, specials=False)
    if ".stateless_" in op:
        return row(op, [*shape, *alpha.value.shape], _seed(d), alpha, dtype=ref(f"tf.{dtype}"))
    args, kwargs = _start(d, op, shape)
    return row(op, *args, alpha, dtype=ref(f"tf.{dtype}"), grad=(), **kwargs)


def poisson(d: Draw, op: str) -> Row:
    shape = list(d.shape(0, 2))
    rate = d.array(d.shape(0, 1), "float32", 0, d.pick([3, 30]), specials=False)
    if ".stateless_" in op:
        return row(
            op, [*shape, *rate.value.shape], _seed(d), rate, **_dtype(d, 0.5, "int32", "int64")
        )
    args, kwargs = _start(d, op, shape)
    return row(op, *args, rate, **kwargs)


def binomial(d: Draw, op: str) -> Row:
    shape = list(d.shape(0, 2))
    counts = d.array((), "float32", 1, d.pick([5, 60]), specials=False)
    counts.value[...] = counts.value.round()
    chance = d.array(d.pick([(), tuple(shape[-1:])]), "float32", 0, 1, specials=False)
    return row(op, shape, _seed(d), counts, chance, grad=())


def categorical(d: Draw, op: str) -> Row:
    logits = d.array((d.whole(0, 3), d.whole(1, 5)), d.pick(["float32", "float64"]), specials=False)
    args = [logits, d.whole(0, 6)]
    kwargs = _dtype(d, 0.3, "int32", "int64")
    if ".stateless_" in op:
        return row(op, *args, _seed(d), grad=(), **kwargs)
    return row(op, *args, set_seed=d.whole(0, 99), grad=(), **kwargs)


def shuffle(d: Draw, op: str) -> Row:
    x = d.array(d.shape(1), d.pick(["float32", "int32", "bool"]), specials=False)
    if ".stateless_" in op:
        return row(op, x, _seed(d), grad=())
    return row(op, x, set_seed=d.whole(0, 99), kw={"seed": d.pick([None, 3])}, grad=())


def derived(d: Draw, op: str) -> Row:
    """split and fold_in: new seeds from one."""
    dtype = d.pick(["int32", "int64"])
    bits = 31 if dtype == "int32" else 62
    seed = Array(np.asarray(d.state.randint(-(2**bits), 2**bits, 2)).astype(dtype), dtype)
    if op.endswith("split"):
        return row(op, seed, d.whole(0, 5))
    data = Array(np.asarray(d.whole(-9, 2**20)).astype(dtype), dtype)
    return row(op, seed, d.pick([data, d.whole(0, 2**31 - 1)]))


def index(d: Draw, op: str) -> Row:
    """Where elements of a range go in a permutation."""
    dtype, most = d.pick(["int32", "int64"]), d.pick([0, 1, 5, 20, 1000])
    at = d.ids(d.pick([(), (d.whole(1, 5),)]), most + 1, dtype=dtype)
    at.value[...] = np.minimum(at.value, most)
    seed = [d.whole(0, 2**31 - 1) for _ in range(2 if "experimental" in op else 3)]
    return row(op, at, Array(np.array(seed, dtype), dtype), most)


def bounded_normal(d: Draw, op: str) -> Row:
    shape, dtype = list(d.shape(0, 2)), d.pick(["float32", "float64"])
    size = tuple(shape[-1:]) if d.chance(0.3) else ()
    mean = d.array(size, dtype, -1, 1, specials=False)
    deviation = d.array((), dtype, 0.3, 2, specials=False)
    low = d.array((), dtype, -3, d.pick([0, 3]), specials=False)
    high = Array(np.asarray(low.value + d.pick([0.5, 2.0, 20.0])).astype(dtype), dtype)
    return row(op, shape, _seed(d), mean, deviation, low, high, grad=())


_SCALED = ("normal", "truncated_normal")
CALLS = {
    **{f"tf.random.{n}": normal for n in _SCALED},
    **{f"tf.random.stateless_{n}": normal for n in _SCALED},
    **{f"tf.random.{n}uniform": uniform for n in ("", "stateless_")},
    **{f"tf.random.{n}gamma": gamma for n in ("", "stateless_")},
    **{f"tf.random.{n}poisson": poisson for n in ("", "stateless_")},
    "tf.random.stateless_binomial": binomial,
    **{f"tf.random.{n}categorical": categorical for n in ("", "stateless_")},
    **{f"tf.random.{n}": derived for n in ("split", "fold_in")},
    **{f"tf.random.experimental.stateless_{n}": derived for n in ("split", "fold_in")},
    **{f"tf.random{n}index_shuffle": index for n in (".experimental.", "_")},
    "tf.random.stateless_parameterized_truncated_normal": bounded_normal,
    **{f"tf.random.{n}shuffle": shuffle for n in ("", "experimental.stateless_")},
}
