"""Connectionist temporal classification with sparse labels: the kernel CTCLoss.

Source: Graves et al., "Connectionist Temporal Classification" (2006), sections 4.1 and 4.2.
"""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, reports
from tfshim._src.convert import convert
from tfshim._src.errors import dtype_not_allowed, op_error
from tfshim._src.ops.common import brackets
from tfshim._src.registry import PUBLIC, op
from tfshim._src.rules import each, same
from tfshim._src.tensor import EagerTensor

KERNEL = "CTCLoss"
_NEVER = -np.inf


# -- labels ----------------------------------------------------------------------------------------


def _rows(indices, values, batch: int, null: int, collapse: bool):
    """The labels of each row: [batch, most], how many count, and whether one follows a null.

    A label that is no class but the null, the last one, ends its row. With `collapse`, labels that
    equal the one before are left out.
    """
    n = values.shape[0]
    if not n:
        zeros = jnp.zeros(batch, np.int32)
        return jnp.zeros((batch, 0), np.int32), zeros, zeros.astype(bool), zeros
    row = indices[:, 0].astype(np.int32)
    start = jnp.searchsorted(row, jnp.arange(batch, dtype=np.int32))
    place = jnp.arange(n) - start[jnp.clip(row, 0, batch - 1)]
    given = jnp.zeros((batch,), np.int32).at[row].add(1, mode="drop")
    width = n
    labels = jnp.full((batch, width), -1, np.int32).at[row, place].set(values, mode="drop")
    there = jnp.arange(width) < given[:, None]
    open_ = there & (jnp.cumsum(there & (labels >= null), axis=1) == 0)
    after = jnp.any(there & ~open_ & (labels < null), axis=1)
    if collapse:
        again = jnp.concatenate(
            [jnp.zeros((batch, 1), bool), labels[:, 1:] == labels[:, :-1]], axis=1
        )
        open_ &= ~again
    to = jnp.where(open_, jnp.cumsum(open_, axis=1) - 1, width)
    at = jnp.arange(batch)[:, None]
    packed = jnp.zeros((batch, width), np.int32).at[at, to].set(labels, mode="drop")
    return packed, jnp.sum(open_, axis=1, dtype=np.int32), after, given


@op(kernel=KERNEL, inputs=each("indices", "values"), grad=None)
def _label_rows(indices, values, batch, null, collapse):
    packed, counts, _, given = _rows(indices, values, batch, null, collapse)
    return packed, counts, given


# -- the loss --------------------------------------------------------------------------------------


def _add(*terms):
    """The logarithm of a sum of exponentials, of which all may be -inf."""
    high = functools.reduce(jnp.maximum, terms)
    safe = jnp.where(jnp.isneginf(high), 0, high)
    total = functools.reduce(jnp.add, [jnp.exp(t - safe) for t in terms])
    return jnp.where(jnp.isneginf(high), high, safe + jnp.log(total))


def _shifted(x, by: int):
    """x moved along its last axis, with "never" at the end it leaves."""
    size = x.shape[-1]
    pad = jnp.full((*x.shape[:-1], min(abs(by), size)), _NEVER, x.dtype)
    if by > 0:
        return jnp.concatenate([pad, x[..., : size - by]], axis=-1)
    return jnp.concatenate([x[..., -by:], pad], axis=-1)


def _both(logits, labels, counts, given, lengths, merge: bool, ignore: bool):
    """The loss of each row, and its gradient.

    `counts` says how many labels its paths have, and `given` how many it came with.

    The states are a blank, a label, a blank, and so on. Going forward and backward adds up the
    logarithms of all paths that have the labels of the row.
    """
    steps, batch, classes = logits.shape
    width = labels.shape[1]
    null = classes - 1
    y = jax.nn.softmax(logits)
    log_y = jnp.log(y)
    state = jnp.arange(2 * width + 1)
    wide = jnp.repeat(labels, 2, axis=1)
    wide = jnp.concatenate([wide, jnp.full((batch, 1), null, np.int32)], axis=1)
    wide = jnp.where(state % 2 == 1, jnp.roll(wide, 1, axis=1), null)
    wide = jnp.where((state % 2 == 1)[None], wide, null)
    inside = state < 2 * counts[:, None] + 1
    seen = jnp.take_along_axis(log_y, jnp.broadcast_to(wide[None], (steps, *wide.shape)), axis=2)
    is_label = wide != null
    same_label = jnp.concatenate(
        [jnp.ones((batch, min(2, 2 * width + 1)), bool), wide[:, 2:] == wide[:, :-2]], axis=1
    )
    skips = is_label & (~same_label if merge else (state >= 2)[None])
    stays = jnp.ones_like(is_label) if merge else ~is_label

    def only(allowed, x):
        return jnp.where(allowed, x, _NEVER)

    def forward(alpha, step):
        now, t = step
        later = _add(only(stays, alpha), _shifted(alpha, 1), only(skips, _shifted(alpha, 2))) + now
        first = only(state < 2, now)
        alpha = only(inside, jnp.where(t == 0, first, later))
        return alpha, alpha

    def backward(beta, step):
        after, t = step
        moved = beta + after
        skipped = _shifted(only(skips, moved), -2)
        earlier = _add(only(stays, moved), _shifted(moved, -1), skipped)
        last = only((state >= 2 * counts[:, None] - 1) & inside, jnp.zeros_like(beta))
        t = t - lengths[:, None]
        beta = only(inside, jnp.where(t == -1, last, earlier))
        beta = only(t < 0, beta)
        return beta, beta

    never = jnp.full((batch, 2 * width + 1), _NEVER, logits.dtype)
    times = jnp.arange(steps, dtype=np.int32)
    _, ahead = lax.scan(forward, never, (seen, times))
    following = jnp.concatenate([seen[1:], jnp.zeros_like(seen[:1])])
    _, behind = lax.scan(backward, never, (following, times), reverse=True)
    paths = ahead + behind
    high = jnp.max(paths[0], axis=1, keepdims=True)
    safe = jnp.where(jnp.isneginf(high), 0, high)
    total = (safe + jnp.log(jnp.sum(jnp.exp(paths[0] - safe), axis=1, keepdims=True)))[:, 0]
    total = jnp.where(jnp.isneginf(high[:, 0]), _NEVER, total)
    share = jnp.where(jnp.isneginf(total)[:, None], 0, jnp.exp(paths - total[:, None]))
    rows = jnp.broadcast_to(jnp.arange(batch)[:, None], wide.shape)
    found = jnp.zeros_like(y).at[:, rows, wide].add(share)
    gone = times[:, None] >= lengths[None]
    skipped = (lengths == 0) | (given > lengths) if ignore else lengths == 0
    gradient = jnp.where((gone | skipped)[:, :, None], 0, y - found)
    return jnp.where(skipped, 0, -total), gradient


def _gradient(call):
    loss, _ = call.dense_cotangents()  # that of the gradient means nothing, in TensorFlow too
    weight = PUBLIC["tf.reshape"](loss, [1, -1, 1])
    return [weight * _fused(call.outputs[1]), None, None, None, None]


def _no_second_derivative(call):
    raise LookupError(
        'Gradient explicitly disabled. Reason: b"Currently there is no way to take the second '
        "derivative of ctc_loss due to the fused implementation's interaction with "
        'tf.gradients()"'
    )


@op(kernel="PreventGradient", inputs=each("input"), grad=_no_second_derivative)
def _fused(input):
    return input


_FLOAT = same("inputs", of=("float", "double"))


@op(
    kernel=KERNEL,
    inputs=_FLOAT + each("labels", "counts", "given", "sequence_length"),
    grad=_gradient,
)
def _ctc(inputs, labels, counts, given, sequence_length, merge, ignore):
    return _both(inputs, labels, counts, given, sequence_length, merge, ignore)


# -- checks ----------------------------------------------------------------------------------------


def _check_shapes(x, indices, values, lengths) -> None:
    checks = (
        (x.ndim == 3, "inputs is not a 3-Tensor"),
        (lengths.ndim == 1, "sequence_length is not a vector"),
        (indices.ndim == 2, "labels_indices is not a matrix"),
        (values.ndim == 1, "labels_values is not a vector"),
    )
    for fine, text in checks:
        if not fine:
            raise op_error(KERNEL, text)
    steps, batch, _ = x.aval.shape
    if not steps:
        raise op_error(KERNEL, "Max time or first dimension of input cannot be 0.")
    if not batch:
        raise op_error(KERNEL, "batch_size must not be 0")
    if indices.aval.shape[0] != values.aval.shape[0]:
        shown = f"{brackets(indices.aval.shape)} vs. {brackets(values.aval.shape)}"
        raise op_error(
            KERNEL,
            "labels_indices and labels_values must contain the same number of rows, but saw "
            f"shapes: {shown}",
        )
    count = lengths.aval.shape[0]
    if count != batch:
        raise op_error(
            KERNEL,
            f"len(sequence_length) != batch_size.  len(sequence_length):  {count} batch_size: "
            f"{batch}",
        )


#: What may be wrong with a row, in the order in which it is looked for.
_LONG, _OUT, _NEGATIVE, _EMPTY, _AFTER, _BELOW, _SHORT = range(1, 8)


def _report(ignore: bool, collapse: bool, steps: int, batch: int, null: int):
    """A function that gives the code of the first mistake, its row and two numbers."""

    def body(indices, values, lengths):
        packed, counts, after, given = _rows(indices, values, batch, null, collapse)
        inside = jnp.arange(packed.shape[1]) < counts[:, None]
        row = indices[:, 0] if values.shape[0] else jnp.zeros(1, np.int64)
        most = jnp.max(indices[:, 1], initial=-1) + 1
        out = (row < 0) | (row >= batch)
        per_row = [
            (_NEGATIVE, lengths < 0),
            (_EMPTY, given == 0),
            (_AFTER, after),
            (_BELOW, jnp.any(inside & (packed < 0), axis=1)),
            (_SHORT, (given > lengths) & (not ignore)),
        ]
        codes = functools.reduce(
            lambda found, one: jnp.where((found == 0) & one[1], one[0], found),
            per_row,
            jnp.zeros(batch, np.int32),
        )
        first = jnp.argmax(codes != 0)
        code, a, b = codes[first], given[first], lengths[first]
        at = jnp.argmax(out)
        code, first, a, b = [
            jnp.where(jnp.any(out), x, y)
            for x, y in ((_OUT, code), (at, first), (row[at], a), (most, b))
        ]
        long = lengths > steps
        code = jnp.where(jnp.any(long), _LONG, code)
        return code, jnp.where(code == _LONG, jnp.argmax(long), first), a, b

    return body


def _text(report: Any, steps: int, batch: int, null: int, labels: Any) -> str:
    code, row, a, b = [int(v) for v in report[:4]]
    if code == _SHORT:
        return (
            f"Not enough time for target transition sequence (required: {a}, available: {b}){row}"
            "You can turn this error into a warning by using the flag "
            "ignore_longer_outputs_than_inputs"
        )
    if code == _OUT:
        return (
            f"label SparseTensor is not valid: indices[{row}] = [{a},0] is out of bounds: need 0 "
            f"<= index < [{batch},{b}]"
        )
    shown = seen = ""
    if labels is not None:
        found = labels(row)
        shown = f" labels: {','.join(map(str, found))}"
        before = found[: [v >= null for v in found].index(True)] if code == _AFTER else []
        seen = f"{shown} labels seen so far: {','.join(map(str, before))}"
    return {
        _LONG: f"sequence_length({row}) <= {steps}",
        _NEGATIVE: f"seq_len({row}) < 0",
        _EMPTY: f"Labels length is zero in batch {row}",
        _AFTER: "Saw a non-null label (index >= num_classes - 1) following a null label, batch: "
        f"{row} num_classes: {null + 1}{seen}",
        _BELOW: f"All labels must be nonnegative integers, batch: {row}{shown}",
    }[code]


@functools.lru_cache(256)
def _checking(*attrs: Any):
    return reports.checking(KERNEL, _report(*attrs))


def _check_values(indices, values, lengths, ignore: bool, collapse: bool, shape) -> None:
    steps, batch, classes = shape
    attrs = (ignore, collapse, steps, batch, classes - 1)
    tensors = (indices, values, lengths)
    if reports.collected() or any(t._is_symbolic() for t in tensors):
        reports.check(
            _checking(*attrs),
            tensors,
            lambda report: reports.failure(KERNEL, _text(report, steps, batch, classes - 1, None)),
        )
        return
    host = [t._host_value() for t in tensors]
    report = [np.asarray(v) for v in _report(*attrs)(*map(jnp.asarray, host))]
    if report[0]:

        def labels(row: int) -> list:
            return host[1][host[0][:, 0] == row].tolist()

        raise op_error(KERNEL, _text(report, steps, batch, classes - 1, labels))


# -- the kernel ------------------------------------------------------------------------------------


def ctc_kernel(
    inputs, labels_indices, labels_values, sequence_length, preprocess_collapse_repeated=False,
    ctc_merge_repeated=True, ignore_longer_outputs_than_inputs=False,
) -> tuple[EagerTensor, EagerTensor]:  # fmt: skip
    """The loss of each example, and its gradient with respect to the logits.

    Args:
      inputs: float32 or float64 logits [time, batch, classes]; the last class is the blank.
      labels_indices: int64 [labels, 2] of (example, place), in that order.
      labels_values: int32 [labels].
      sequence_length: int32 [batch], how many steps count.
      preprocess_collapse_repeated: whether labels that equal the one before are left out.
      ctc_merge_repeated: whether a label that is seen at several steps in a row counts once.
      ignore_longer_outputs_than_inputs: whether examples with more labels than steps have the loss
        0 instead of being an error.

    Returns:
      [batch] and [time, batch, classes].

    Raises:
      InvalidArgumentError: for shapes, lengths and labels that do not fit; in a function, when it
        runs.
    """
    x = convert(inputs)
    if x.aval.dtype not in (dtypes.float32, dtypes.float64):
        raise dtype_not_allowed(KERNEL, x.aval.dtype, (dtypes.float32, dtypes.float64), name="")
    indices = convert(labels_indices, dtypes.int64)
    values, lengths = convert(labels_values, dtypes.int32), convert(sequence_length, dtypes.int32)
    _check_shapes(x, indices, values, lengths)
    collapse, ignore = bool(preprocess_collapse_repeated), bool(ignore_longer_outputs_than_inputs)
    _check_values(indices, values, lengths, ignore, collapse, x.aval.shape)
    labels, counts, given = _label_rows(
        indices, values, x.aval.shape[1], x.aval.shape[2] - 1, collapse
    )
    if not counts._is_symbolic():
        most = int(np.max(counts._host_value()))
        labels = labels[:, :most]
    return _ctc(x, labels, counts, given, lengths, bool(ctc_merge_repeated), ignore)
