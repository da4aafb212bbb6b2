"""Host rules of control flow: bodies are compiled by the same compiler and run in Python loops.

A loop that turns out to be long is handed over to XLA, where a trip costs nanoseconds.
"""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax import lax

from tfshim._src.engine.host_rules import Equation, rule
from tfshim._src.jaxcompat import scan_counts

# Equations that a loop may run here: about as long as XLA takes to compile it.
LOOP_BUDGET = 40_000


def _results(values, count):
    return values[0] if count == 1 else values


def _equations(closed) -> int:
    """How many equations a jaxpr has, nested ones included."""
    total = 1
    for eqn in getattr(closed, "jaxpr", closed).eqns:
        total += 1
        for value in eqn.params.values():
            for item in value if isinstance(value, (tuple, list)) else (value,):
                if hasattr(item, "eqns") or hasattr(item, "jaxpr"):
                    total += _equations(item)
    return total


def _by_xla(primitive, params) -> Callable[..., Any]:
    """A loop primitive as one compiled call on host arrays."""
    jitted = jax.jit(lambda *operands: primitive.bind(*operands, **params))

    def call(*operands):
        # The caller may be tracing something of its own; these values are known all the same.
        with jax.ensure_compile_time_eval():
            return [np.asarray(x) for x in jitted(*operands)]

    return call


@rule("cond")
def _cond(eqn):
    branches = [eqn.compile(branch) for branch in eqn.params["branches"]]
    last, count = len(branches) - 1, len(eqn.outputs)

    def call(index, *operands):
        return _results(branches[min(max(int(index), 0), last)](operands), count)

    return call


@rule("while")
def _while(eqn: Equation):
    params, count = eqn.params, len(eqn.outputs)
    test, body = eqn.compile(params["cond_jaxpr"]), eqn.compile(params["body_jaxpr"])
    split, start = params["cond_nconsts"], params["cond_nconsts"] + params["body_nconsts"]
    rank = len(params["cond_jaxpr"].out_avals[0].shape)
    batched = rank > 0
    # Under vmap the loop runs while any element goes on; elements that are done stay put. The
    # predicate's dimensions lead those of every carried value.
    masks = [(..., *(None,) * (len(aval.shape) - rank)) for aval in eqn.outputs]
    trips = LOOP_BUDGET // (_equations(params["cond_jaxpr"]) + _equations(params["body_jaxpr"]))
    finish = _by_xla(lax.while_p, params)

    def call(*operands):
        test_consts, body_consts = list(operands[:split]), list(operands[split:start])
        carry = list(operands[start:])
        for _ in range(trips):
            going = test(test_consts + carry)[0]
            if not (going.any() if batched else going):
                return _results(carry, count)
            moved = body(body_consts + carry)
            if batched:
                moved = [
                    np.where(going[mask], new, old)
                    for mask, new, old in zip(masks, moved, carry, strict=True)
                ]
            carry = moved
        return _results(finish(*test_consts, *body_consts, *carry), count)

    return call


@rule("scan")
def _scan(eqn: Equation):
    params, count = eqn.params, len(eqn.outputs)
    body = eqn.compile(params["jaxpr"])
    start, carries = scan_counts(params)
    length = int(params["length"])
    stacked = eqn.outputs[carries:]
    order = range(length - 1, -1, -1) if params["reverse"] else range(length)
    if length * _equations(params["jaxpr"]) > LOOP_BUDGET:
        whole = _by_xla(lax.scan_p, params)
        return lambda *operands: _results(whole(*operands), count)

    def call(*operands):
        consts, carry = list(operands[:start]), list(operands[start : start + carries])
        sequences = operands[start + carries :]
        results = [np.empty(shape, dtype) for shape, dtype in stacked]
        for index in order:
            made = body(consts + carry + [xs[index] for xs in sequences])
            carry = made[:carries]
            for result, value in zip(results, made[carries:], strict=True):
                result[index] = value
        return _results(carry + results, count)

    return call
