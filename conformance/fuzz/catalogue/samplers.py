"""tf.nn: samples of classes and losses by them, CTC decoders, sparse lookups."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.cases.arrays import Array, Made
from conformance.cases.row import Row, code, i64, make, row
from conformance.fuzz.draws import Draw


def _classes(d: Draw, shape: tuple, high: int) -> Array:
    return d.ids(shape, high, dtype="int64")


def candidates(d: Draw, op: str) -> Row:
    batch, true, unique = d.whole(0, 3), d.whole(1, 2), d.chance(0.5)
    high = d.pick([1, 3, 5, 20, 100])
    most = min(high, 6) if unique else 8
    args = [_classes(d, (batch, true), high), true, d.whole(1, most), unique]
    kwargs: dict[str, Any] = {"set_seed": d.whole(0, 2**31)}
    if "all_candidate" in op:
        args[2] = d.whole(1, 5)
    else:
        args.append(high)
    if "fixed" in op:
        kwargs["unigrams"] = [d.pick([0.0, 0.5, 1.0, 3.0]) for _ in range(high - 1)] + [1.0]
        unlike = sum(1 for u in kwargs["unigrams"] if u)
        args[2] = d.whole(1, min(unlike, 6)) if unique else args[2]
        if d.chance(0.3):
            kwargs["distortion"] = d.pick([0.0, 0.75, 2.0])
    return row(op, *args, kw={"seed": d.pick([None, 1, 2**20])}, **kwargs)


def accidental(d: Draw, op: str) -> Row:
    true = d.whole(1, 2)
    sampled = _classes(d, (d.whole(0, 5),), 6)
    seed = {"seed": d.whole(0, 9)} if d.chance(0.3) else {}
    return row(op, _classes(d, (d.whole(0, 3), true), 6), sampled, true, kw=seed)


def sampled_loss(d: Draw, op: str) -> Row:
    classes, batch, width, true = d.whole(4, 9), d.whole(1, 3), d.whole(1, 4), d.whole(1, 2)
    dtype = d.pick(["float32", "float32", "float64"])
    weights, biases, inputs = (
        d.array(s, dtype, -1, 1, specials=False)
        for s in ((classes, width), (classes,), (batch, width))
    )
    count = d.whole(1, 3)
    kwargs: dict[str, Any] = {"set_seed": d.whole(0, 99)}
    if d.chance(0.5):
        expected = [d.array(s, dtype, 0.1, 0.9, specials=False) for s in ((batch, true), (count,))]
        kwargs = {"sampled_values": (_classes(d, (count,), classes), *expected)}
    if d.chance(0.4):
        kwargs["remove_accidental_hits"] = d.chance(0.6)
    labels = _classes(d, (batch, true), classes)
    return row(op, weights, biases, labels, inputs, count, classes, true, **kwargs)


def decoder(d: Draw, op: str) -> Row:
    frames, batch, classes = d.whole(1, 5), d.whole(1, 2), d.whole(2, 4)
    dtype = d.pick(["float32", "float32", "float64"])
    logits = Array(d.state.uniform(-3, 3, (frames, batch, classes)).astype(dtype), dtype)
    lengths = Array(d.state.randint(0, frames + 1, batch).astype("int32"), "int32")
    if "greedy" in op:
        merge: dict[str, Any] = {"merge_repeated": d.chance(0.5)} if d.chance(0.6) else {}
        if d.chance(0.4):
            merge["blank_index"] = d.pick([0, -1, classes - 1])
        return row(op, logits, lengths, **merge)
    width = d.whole(1, 5)
    return row(op, logits, lengths, width, d.whole(1, width))


def labels(d: Draw, op: str) -> Row:
    shape = (d.whole(0, 3), d.whole(1, 5))
    values = Array(d.state.randint(0, 4, shape).astype("int32"), "int32")
    if op.endswith("ctc_unique_labels"):
        return row(op, values)
    lengths = d.state.randint(0, shape[1] + 1, shape[0]).astype("int32")
    return row(op, values, Array(np.asarray(lengths), "int32"))


def _sparse(d: Draw, values: Any, places: list, rows: int) -> Made:
    width = 1 + max((c for _, c in places), default=0)
    at = i64(np.array(places, np.int64).reshape(-1, 2))
    return make("tf.SparseTensor", at, values, i64([rows, width]))


def sparse_lookup(d: Draw, op: str) -> Row:
    count, width, rows = d.whole(2, 5), d.whole(1, 3), d.whole(1, 4)
    places = [(r, c) for r in range(rows) for c in range(d.whole(0 if "safe" in op else 1, 3))]
    low = -1 if "safe" in op else 0
    numbers = d.state.randint(low, count, len(places))
    table = d.array((count, width), d.pick(["float32", "float64"]), specials=False)
    ids = _sparse(d, i64(np.asarray(numbers)), places, rows)
    weights = None
    if d.chance(0.5):
        values = d.array((len(places),), table.dtype, 0.1, 3, specials=False)
        weights = _sparse(d, values, places, rows)
    kwargs: dict[str, Any] = {}
    if d.chance(0.8):
        kwargs["combiner"] = d.pick(["mean", "sum", "sqrtn"])
    if d.chance(0.3):
        kwargs["max_norm"] = d.pick([0.5, 2.0])
    if "safe" in op and d.chance(0.3):
        kwargs["default_id"] = d.whole(0, count - 1)
    return row(op, table, ids, weights, **kwargs)


def general_dropout(d: Draw, op: str) -> Row:
    x = d.array(d.shape(), d.pick(["float32", "float64"]), specials=False)
    rate = d.pick([0.0, 0.25, 0.5, 0.9])
    return code(
        op,
        "lambda x, rate: tf.nn.experimental.general_dropout("
        "x, rate, lambda shape, dtype: tf.random.stateless_uniform(shape, [1, 2], dtype=dtype))",
        x,
        rate,
    )


_SAMPLERS = "uniform log_uniform learned_unigram fixed_unigram all"
CALLS = {
    **{f"tf.random.{n}_candidate_sampler": candidates for n in _SAMPLERS.split()},
    "tf.nn.all_candidate_sampler": candidates,
    "tf.nn.compute_accidental_hits": accidental,
    **{f"tf.nn.{n}": sampled_loss for n in ("nce_loss", "sampled_softmax_loss")},
    **{f"tf.nn.ctc_{n}_decoder": decoder for n in ("greedy", "beam_search")},
    **{f"tf.nn.{n}": labels for n in ("ctc_unique_labels", "collapse_repeated")},
    **{f"tf.nn.{n}embedding_lookup_sparse": sparse_lookup for n in ("", "safe_")},
    "tf.nn.experimental.general_dropout": general_dropout,
}
