"""Host rules of control flow: bodies are compiled by the same compiler and run in Python loops."""

import numpy as np

from tfshim._src.engine.host_rules import rule


def _results(values, count):
    return values[0] if count == 1 else values


@rule("cond")
def _cond(eqn):
    branches = [eqn.compile(branch) for branch in eqn.params["branches"]]
    last, count = len(branches) - 1, len(eqn.outputs)

    def call(index, *operands):
        return _results(branches[min(max(int(index), 0), last)](operands), count)

    return call


@rule("while")
def _while(eqn):
    params, count = eqn.params, len(eqn.outputs)
    test, body = eqn.compile(params["cond_jaxpr"]), eqn.compile(params["body_jaxpr"])
    split, start = params["cond_nconsts"], params["cond_nconsts"] + params["body_nconsts"]

    def call(*operands):
        test_consts, body_consts = list(operands[:split]), list(operands[split:start])
        carry = list(operands[start:])
        while test(test_consts + carry)[0]:
            carry = body(body_consts + carry)
        return _results(carry, count)

    return call


@rule("scan")
def _scan(eqn):
    params, count = eqn.params, len(eqn.outputs)
    body = eqn.compile(params["jaxpr"])
    carries, length = params["num_carry"], int(params["length"])
    start = params["num_consts"]
    stacked = eqn.outputs[carries:]
    order = range(length - 1, -1, -1) if params["reverse"] else range(length)

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
