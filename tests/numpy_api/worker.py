"""Evaluates lines in one library and state: `python -m tests.numpy_api.worker LIBRARY STATE`."""

from __future__ import annotations

import importlib
import json
import logging
import sys
import warnings
from typing import Any

import numpy as np

from conformance.cases.harness.plain import error, plain
from tests.numpy_api import STATES


def names(library: str, state: str) -> dict[str, Any]:
    """What lines may use."""
    tf = importlib.import_module(library)
    tnp = tf.experimental.numpy
    if STATES[state] is not None:
        eval(f"tnp.experimental_enable_numpy_behavior({STATES[state]})", {"tnp": tnp})

    def grads(fn, *values):
        """The value of a function, and its gradients, with different cotangents."""
        with tf.GradientTape() as tape:
            tape.watch(values)
            out = fn(*values)
            size = int(np.prod(out.shape))
            weights = tf.reshape(tf.range(1, size + 1), out.shape)
            weighed = tf.math.multiply(out, tf.cast(weights, out.dtype))
        return out, tape.gradient(weighed, values)

    def function(fn, *values):
        """The function compiled."""
        return tf.function(fn)(*values)

    def weak(x):
        """Whether it is a weak tensor, and its value."""
        return "weak=True" in repr(x), tf.convert_to_tensor(x)

    return {"tf": tf, "tnp": tnp, "np": np, "grads": grads, "function": function, "weak": weak}


def outcome(line: str, scope: dict[str, Any]) -> dict[str, Any]:
    """The value of a line, or the exception that it raised."""
    try:
        value = eval(line, scope)
        for t in _leaves(value):
            getattr(t, "numpy", lambda: None)()
    except Exception as problem:  # the class and the text are part of the outcome
        return {"error": error(problem)}
    return {"value": plain(value)}


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def main() -> None:
    library, state = sys.argv[1:]
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    lines = json.load(sys.stdin)
    scope = names(library, state)
    print("\n@@@" + json.dumps([outcome(line, scope) for line in lines]))


if __name__ == "__main__":
    main()
