"""Loops of raw arrays with derivatives of any order.

JAX cannot reverse `lax.while_loop`, as it does not know how many states it would have to keep. Here
a loop of unknown length keeps a fixed number of them. While it runs, every k-th state is written
to one of SLOTS slots; when they are full every other one is dropped and k doubles. The pullback
goes through the kept states from the last to the first, runs each segment again keeping its states
in the same way, and pulls back step by step. Up to SLOTS**2 steps cost one forward run more; memory
stays constant. See "checkpointing for online adjoint computation" (Stumm and Walther, 2010) for the
doubling idea. All loops inside are of this kind again, so that derivatives of derivatives exist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

SLOTS = 32

Arrays = tuple[Any, ...]
Cond = Callable[[Arrays, Arrays], Any]
Body = Callable[[Arrays, Arrays], Arrays]


def while_loop(cond: Cond, body: Body, carry: Sequence[Any], consts: Sequence[Any]) -> Arrays:
    """`while cond(carry, consts): carry = body(carry, consts)`, reversible.

    Args:
      cond, body: pure functions that close over no traced value.
      carry: the loop's variables.
      consts: what cond and body read besides.
    """

    @jax.custom_vjp
    def run(carry, consts):
        return plain_while(cond, body, carry, consts)

    def forward(carry, consts):
        n, every, slots, out = _record(cond, body, carry, consts)
        return out, (n, every, slots, consts)

    def backward(kept, cts):
        n, every, slots, consts = kept
        return _reverse(body, n, every, slots, consts, cts)

    run.defvjp(forward, backward)
    return run(tuple(carry), tuple(consts))


def plain_while(cond: Cond, body: Body, carry: Sequence[Any], consts: Sequence[Any]) -> Arrays:
    """The same without reverse mode, with forward mode."""
    return lax.while_loop(
        lambda c: cond(c, tuple(consts)), lambda c: tuple(body(c, tuple(consts))), tuple(carry)
    )


def repeat(n: int, body: Body, carry: Sequence[Any], consts: Sequence[Any]) -> Arrays:
    """A loop of n steps, a number known while tracing; reversible by JAX's own means."""

    def step(c, _):
        return tuple(body(c, tuple(consts))), None

    return lax.scan(step, tuple(carry), None, length=n)[0]


def _is_float(x: Any) -> bool:
    return jnp.issubdtype(x.dtype, jnp.inexact)


def _record(cond, body, carry, consts):
    """Runs the loop; keeps every k-th state.

    Returns:
      The number of steps, k, the slots [SLOTS, ...] per variable, and the final state.
    """
    zero = jnp.zeros((), jnp.int64)

    def fill_more(state, cs):
        i, every = state[0], state[1]
        return cond(state[2 : 2 + len(carry)], cs) & (i < every * SLOTS)

    def fill(state, cs):
        i, every = state[0], state[1]
        now, slots = state[2 : 2 + len(carry)], state[2 + len(carry) :]
        at = i // every
        keep = i % every == 0
        slots = tuple(
            s.at[at].set(jnp.where(keep, v, s[at])) for s, v in zip(slots, now, strict=True)
        )
        return (i + 1, every, *body(now, cs), *slots)

    def outer_more(state, cs):
        return cond(state[2 : 2 + len(carry)], cs)

    def outer(state, cs):
        i, every = state[0], state[1]
        full = i >= every * SLOTS
        slots = state[2 + len(carry) :]
        half = SLOTS // 2
        slots = tuple(
            jnp.where(full, jnp.concatenate([s[::2], jnp.zeros_like(s[:half])]), s) for s in slots
        )
        every = jnp.where(full, every * 2, every)
        return while_loop(fill_more, fill, (i, every, *state[2 : 2 + len(carry)], *slots), cs)

    slots = tuple(jnp.zeros((SLOTS, *jnp.shape(v)), v.dtype) for v in carry)
    state = while_loop(outer_more, outer, (zero, zero + 1, *carry, *slots), consts)
    n = len(carry)
    return state[0], state[1], state[2 + n :], state[2 : 2 + n]


def _reverse(body, n, every, slots, consts, cts):
    """Cotangents of the initial state and of the constants."""
    floats = [i for i, s in enumerate(slots) if _is_float(s)]
    const_floats = [i for i, c in enumerate(consts) if _is_float(c)]
    n_carry = len(slots)

    def pull_step(state, grads, totals, cs):
        """One step backwards from the state before it."""
        own = [cs[i] for i in const_floats]

        def step(variables, constants):
            full, full_consts = list(state), list(cs)
            for i, v in zip(floats, variables, strict=True):
                full[i] = v
            for i, v in zip(const_floats, constants, strict=True):
                full_consts[i] = v
            out = body(tuple(full), tuple(full_consts))
            return [out[i] for i in floats]

        _, pull = jax.vjp(step, [state[i] for i in floats], own)
        new, more = pull(list(grads))
        return tuple(new), tuple(t + m for t, m in zip(totals, more, strict=True))

    def states_of(first, length, cs):
        """The states of `length` steps from `first` on, as `_record` keeps them."""

        def count_cond(c, cs):
            return c[0] < cs[0]

        def count_body(c, cs):
            return (c[0] + 1, *body(c[1:], cs[1:]))

        zero = jnp.zeros((), jnp.int64)
        _, k, kept, _ = _record(count_cond, count_body, (zero, *first), (length, *cs))
        return k, kept[1:]

    n_f, n_c = len(floats), len(const_floats)

    def segment_body(c, cs):
        s, grads, totals = c[0], c[1 : 1 + n_f], c[1 + n_f :]
        every, n, rest = cs[0], cs[1], cs[2:]
        kept, consts = rest[:n_carry], rest[n_carry:]
        first = tuple(k[s] for k in kept)
        length = jnp.minimum(every, n - s * every)
        k, states = states_of(first, length, consts)

        def sub_body(d, ds):
            j, grads, totals = d[0], d[1 : 1 + n_f], d[1 + n_f :]
            k, states, consts = ds[0], ds[1 : 1 + n_carry], ds[1 + n_carry :]
            state = (j - j % k, *[x[j // k] for x in states])

            def advance(c, cs):
                return (c[0] + 1, *body(c[1:], cs[1:]))

            state = while_loop(lambda c, cs: c[0] < cs[0], advance, state, (j, *consts))[1:]
            grads, totals = pull_step(state, grads, totals, consts)
            return (j - 1, *grads, *totals)

        out = while_loop(
            lambda d, ds: d[0] >= 0,
            sub_body,
            (length - 1, *grads, *totals),
            (k, *states, *consts),
        )
        return (s - 1, *out[1:])

    segments = (n + every - 1) // every
    totals = tuple(jnp.zeros_like(consts[i]) for i in const_floats)
    grads = tuple(cts[i] for i in floats)
    out = while_loop(
        lambda c, cs: c[0] >= 0,
        segment_body,
        (segments - 1, *grads, *totals),
        (every, n, *slots, *consts),
    )
    found, totals = out[1 : 1 + n_f], out[1 + n_f :]
    carry_cts: list[Any] = [np.zeros(s.shape[1:], jax.dtypes.float0) for s in slots]
    for i, g in zip(floats, found, strict=True):
        carry_cts[i] = g
    const_cts: list[Any] = [np.zeros(c.shape, jax.dtypes.float0) for c in consts]
    for i, g in zip(const_floats, totals, strict=True):
        const_cts[i] = g
    assert n_c == len(totals)
    return tuple(carry_cts), tuple(const_cts)
