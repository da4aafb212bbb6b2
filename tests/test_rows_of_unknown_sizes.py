"""Rows of conformance/cases in functions whose signature leaves all sizes of the tensors unknown.

One row in eight, for time: `TFSHIM_ALL_ROWS=1` runs all of them. The outcome is what TensorFlow
gives eagerly, first derivatives included; errors of shapes have a test in test_function_errors.py.
"""

import os
import zlib

import pytest

from conformance.cases.harness import goldens
from conformance.cases.harness.check import differences
from conformance.cases.harness.execute import start
from conformance.cases.harness.families import families, rows_of, xfails
from conformance.cases.harness.libraries import Tfshim

#: Ops that draw numbers, which are others in functions; ops of variables; what values are known.
OTHERS = {"debugging", "nn_sampling", "programs", "random", "variable"}
ALL = os.environ.get("TFSHIM_ALL_ROWS")


class Argument(int):
    """The place of a tensor among the arguments of a function."""


class Unsized(Tfshim):
    """tfshim, whose public functions are called in a function of unknown sizes."""

    def find(self, name):
        found = super().find(name)
        if not callable(found) or isinstance(found, type):
            return found
        return lambda *args, **kwargs: self.call(found, args, kwargs)

    def call(self, function, args, kwargs):
        tf = self.tf
        tensors = []

        def taken(value):
            if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
                return type(value)(map(taken, value))
            if isinstance(value, tf.Tensor) and value.dtype.is_floating:
                tensors.append(value)
                return Argument(len(tensors) - 1)
            return value

        def put(value, given):
            if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
                return type(value)(put(v, given) for v in value)
            return given[value] if isinstance(value, Argument) else value

        args, kwargs = [taken(a) for a in args], {k: taken(v) for k, v in kwargs.items()}
        specs = [tf.TensorSpec([None] * t.shape.rank, t.dtype) for t in tensors]

        @tf.function(input_signature=specs, autograph=False)
        def wrapped(*given):
            return function(
                *[put(a, given) for a in args], **{k: put(v, given) for k, v in kwargs.items()}
            )

        return wrapped(*tensors) if tensors else function(*args, **kwargs)


def rows(family):
    known, recorded = xfails(), goldens.load(family)
    for row in rows_of(family):
        fits = row.how == "call" and row.kind != "error" and "compiled" not in row.skip_modes
        drawn = row.set_seed is not None or "seed" in row.kwargs
        golden = recorded.get(row.id)
        if not fits or drawn or row.id in known or golden is None:
            continue
        if "error" in (golden["result"] or {}):
            continue
        if ALL or zlib.crc32(row.id.encode()) % 8 == 0:
            yield row, golden


@pytest.mark.parametrize("family", sorted(set(families()) - OTHERS))
def test_sizes_that_a_signature_leaves_unknown_change_nothing(family):
    library = Unsized()
    lines = []
    for row, golden in rows(family):
        outcome = start(library, row, "tape" not in row.skip_modes).finish()
        expected = {k: v for k, v in golden.items() if k != "second"}
        outcome.pop("second", None)
        found = differences(row, outcome, expected)
        lines += ["\n    ".join([str(row), *found])] if found else []
    if lines:
        pytest.fail("\n" + "\n".join(lines), pytrace=False)
