"""Loops of raw arrays with derivatives of any order.

JAX cannot reverse `lax.while_loop`, as it does not know how many states it would have to keep. Here
a loop of unknown length keeps a fixed number of them. While it runs, every k-th state is written
to one of SLOTS slots; when they are full every other one is dropped and k doubles. The pullback
goes through the kept states from the last to the first, runs each segment again keeping states of
it, and pulls back step by step. Up to SLOTS**2 steps cost one forward run more; memory stays
constant. XLA is quick at a loop with little in it: what few steps do not need is not in theirs.
See "checkpointing for online adjoint computation" (Stumm and Walther, 2010) for the doubling idea.
Derivatives of derivatives are loops over states and tangents (`_reversible`).
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
    carry, consts = tuple(carry), tuple(consts)
    recorded, pulled = _reversible(cond, body, carry, consts)

    @jax.custom_vjp
    def run(carry, consts):
        return plain_while(cond, body, carry, consts)

    def forward(carry, consts):
        out, kept = recorded(carry, consts)
        return out, (lax.stop_gradient(kept), carry, consts)

    def backward(residuals, cts):
        kept, carry, consts = residuals
        floats = _floats(carry)
        grads = pulled(kept, carry, consts, tuple([cts[i] for i in floats]))
        return _spread(grads[0], carry), _spread(grads[1], consts)

    run.defvjp(forward, backward)
    return run(carry, consts)


def _reversible(cond: Cond, body: Body, carry: Arrays, consts: Arrays) -> tuple:
    """A loop that keeps some of its states, and its pullback, both differentiable again.

    With J the loop's Jacobian, the pullback is g(x, c) = J(x)' c for a cotangent c. Its own
    pullback takes u to J(x) u for c, and to the gradient of c' J(x) u for x. J(x) u is what the
    loop of states and tangents gives. So each order more is one loop with a larger body, and not a
    derivative of the loops that a pullback is made of.

    Returns:
      `recorded(carry, consts) -> (result, kept)` and
      `pulled(kept, carry, consts, cotangents) -> (gradients of carry, of consts)`, where only
      variables of a float dtype have cotangents and gradients.
    """
    floats, const_floats = _floats(carry), _floats(consts)
    n = len(carry)

    @jax.custom_vjp
    def recorded(carry, consts):
        steps, every, slots, out = _record(cond, body, carry, consts)
        return out, (steps, every, slots)

    def recorded_forward(carry, consts):
        out, kept = recorded(carry, consts)
        # JAX 0.10.2 confuses residuals that are outputs as well when it reverses a scan around
        return (out, kept), lax.optimization_barrier((kept, carry, consts))

    def recorded_backward(residuals, cts):
        kept, carry, consts = residuals
        grads = pulled(lax.stop_gradient(kept), carry, consts, tuple([cts[0][i] for i in floats]))
        return _spread(grads[0], carry), _spread(grads[1], consts)

    @jax.custom_vjp
    def pulled(kept, carry, consts, cts):
        steps, every, slots = kept
        # the first state is what came in: it is read from there, as connection.py looks at
        slots = tuple([s.at[0].set(v) for s, v in zip(slots, carry, strict=True)])
        return _reverse(body, steps, every, slots, consts, cts)

    def pulled_forward(kept, carry, consts, cts):
        return pulled(kept, carry, consts, cts), lax.optimization_barrier((carry, consts, cts))

    def pulled_backward(residuals, moving):
        carry, consts, cts = residuals
        both = (*carry, *moving[0])
        both_consts = (*consts, *moving[1])
        push = _pushing(body, n, floats, len(consts), const_floats)
        record, pull = _reversible(lambda c, cs: cond(c[:n], cs), push, both, both_consts)
        out, kept = record(both, both_consts)
        still = [jnp.zeros_like(out[i]) for i in floats]
        grads, const_grads = pull(lax.stop_gradient(kept), both, both_consts, (*still, *cts))
        return (
            None,
            _spread(grads[: len(floats)], carry),
            _spread(const_grads[: len(const_floats)], consts),
            tuple(out[n:]),
        )

    recorded.defvjp(recorded_forward, recorded_backward)
    pulled.defvjp(pulled_forward, pulled_backward)
    return recorded, pulled


def _pushing(body: Body, n: int, floats: list[int], m: int, const_floats: list[int]) -> Body:
    """A loop's body for states and tangents."""

    def push(both, both_consts):
        state, consts = both[:n], both_consts[:m]

        def step(variables, constants):
            full, full_consts = list(state), list(consts)
            for i, v in zip(floats, variables, strict=True):
                full[i] = v
            for i, v in zip(const_floats, constants, strict=True):
                full_consts[i] = v
            out = tuple(body(tuple(full), tuple(full_consts)))
            return [out[i] for i in floats], [x for i, x in enumerate(out) if i not in floats]

        primals = [state[i] for i in floats], [consts[i] for i in const_floats]
        tangents = list(both[n:]), list(both_consts[m:])
        if not _has_own_pullback(jax.make_jaxpr(step)(*primals).jaxpr):
            moved, pushed, rest = jax.jvp(step, primals, tangents, has_aux=True)
        else:  # it has no pushforward in JAX, but that is the transpose of the pullback
            moved, pull, rest = jax.vjp(step, *primals, has_aux=True)
            (pushed,) = jax.vjp(pull, [jnp.zeros_like(x) for x in moved])[1](tangents)
        found, others = iter(moved), iter(rest)
        out = [next(found) if i in floats else next(others) for i in range(n)]
        return (*out, *pushed)

    return push


def _has_own_pullback(jaxpr: Any) -> bool:
    """Whether a `jax.custom_vjp` is in a program or in one of its parts."""
    for eqn in jaxpr.eqns:
        if eqn.primitive.name.startswith("custom_vjp"):
            return True
        for value in eqn.params.values():
            for part in value if isinstance(value, (tuple, list)) else (value,):
                inner = getattr(part, "jaxpr", part)
                if hasattr(inner, "eqns") and _has_own_pullback(inner):
                    return True
    return False


def _floats(values: Arrays) -> list[int]:
    return [i for i, v in enumerate(values) if _is_float(v)]


def _spread(grads: Sequence[Any], values: Arrays) -> Arrays:
    """Gradients of float values among those of all values."""
    rest = iter(grads)
    return tuple(
        [next(rest) if _is_float(v) else np.zeros(jnp.shape(v), jax.dtypes.float0) for v in values]
    )


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
    n = len(carry)

    def more(state, cs):
        return cond(state[1:], cs[:-1]) & (state[0] < cs[-1])

    def step(state, cs):
        return (state[0] + 1, *body(state[1:], cs[:-1]))

    def segment(state, cs):
        """Keeps the state at hand, and runs to where the next one is kept."""
        i, every, place, *rest = state
        now, slots = tuple(rest[:n]), rest[n:]
        full = i >= every * SLOTS
        every = jnp.where(full, every * 2, every)
        # every other state stays where it is, and the slots between become the last ones
        place = jnp.where(full, jnp.concatenate([place[::2], place[1::2]]), place)
        at = place[i // every]
        slots = [s.at[at].set(v) for s, v in zip(slots, now, strict=True)]
        i, *now = plain_while(more, step, (i, *now), (*cs, i + every))
        return (i, every, place, *now, *slots)

    zero = jnp.zeros((), jnp.int64)
    slots = [jnp.zeros((SLOTS, *jnp.shape(v)), v.dtype) for v in carry]
    steps, every, place, *rest = plain_while(
        lambda state, cs: cond(state[3 : 3 + n], cs),
        segment,
        (zero, zero + 1, jnp.arange(SLOTS), *carry, *slots),
        consts,
    )
    return steps, every, tuple([s[place] for s in rest[n:]]), tuple(rest[:n])


def _reverse(body, n, every, slots, consts, cts):
    """Gradients of the initial state and of the constants, of those that are floats."""
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

    n_f, n_c = len(floats), len(const_floats)

    def states_of(first, length, k, cs):
        """Every k-th state of `length` steps from `first` on, for which the slots have room."""

        def step(c, cs):
            i, now, kept = c[0], c[1 : 1 + n_carry], c[1 + n_carry :]
            at = i if k is None else i // k
            written = [
                x.at[at].set(v if k is None else jnp.where(i % k == 0, v, x[at]))
                for x, v in zip(kept, now, strict=True)
            ]
            return (i + 1, *body(now, cs), *written)

        empty = [jnp.zeros_like(s) for s in slots]
        start = (jnp.zeros((), jnp.int64), *first, *empty)
        return plain_while(lambda c, cs: c[0] < length, step, start, cs)[1 + n_carry :]

    def segment(first, length, k, grads, totals, cs):
        """Pulls back through `length` steps from the state `first` on; k is None for 1."""
        states = states_of(first, length, k, cs)

        def back(d, ds):
            j, grads, totals = d[0], d[1 : 1 + n_f], d[1 + n_f :]
            states, cs = ds[:n_carry], ds[n_carry:]
            if k is None:
                state = tuple([x[j] for x in states])
            else:
                start = (j - j % k, *[x[j // k] for x in states])
                state = plain_while(lambda c, cs: c[0] < j, advance, start, cs)[1:]
            grads, totals = pull_step(state, grads, totals, cs)
            return (j - 1, *grads, *totals)

        def advance(c, cs):
            return (c[0] + 1, *body(c[1:], cs))

        start = (length - 1, *grads, *totals)
        return plain_while(lambda d, ds: d[0] >= 0, back, start, (*states, *cs))[1:]

    def segment_body(c, cs):
        s, grads, totals = c[0], c[1 : 1 + n_f], c[1 + n_f :]
        every, n, rest = cs[0], cs[1], cs[2:]
        kept, consts = rest[:n_carry], rest[n_carry:]
        first = tuple(x[s] for x in kept)
        length = jnp.minimum(every, n - s * every)

        def few():
            return segment(first, length, None, grads, totals, consts)

        def many():
            return segment(first, length, (every + SLOTS - 1) // SLOTS, grads, totals, consts)

        return (s - 1, *lax.cond(every <= SLOTS, few, many))

    segments = (n + every - 1) // every
    totals = tuple(jnp.zeros_like(consts[i]) for i in const_floats)
    grads = tuple(cts)
    out = plain_while(
        lambda c, cs: c[0] >= 0,
        segment_body,
        (segments - 1, *grads, *totals),
        (every, n, *slots, *consts),
    )
    assert len(out) == 1 + n_f + n_c
    return tuple(out[1 : 1 + n_f]), tuple(out[1 + n_f :])
