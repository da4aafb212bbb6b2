"""Fresh draws of each op's arguments, on TensorFlow and here: values, gradients, errors.

What differs must be among the known differences of the random calls (conformance/fuzz/known.py).
"""

import pytest
from hypothesis import given, settings, strategies as st

from conformance.cases.harness import oracle
from conformance.cases.harness.check import differences
from conformance.cases.row import row
from conformance.fuzz.known import reason
from conformance.fuzz.sides import run_here
from tests.property.catalogue import CALLS
from tests.property.strategies import LONG

DRAWS = settings(max_examples=300 if LONG else 12)
pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(oracle.python() is None, reason="needs TensorFlow or TFSHIM_ORACLE_PYTHON"),
]


@pytest.mark.parametrize("op", CALLS)
@DRAWS
@given(data=st.data())
def test_op_does_what_it_does_on_tensorflow(op, data):
    args, kwargs = data.draw(CALLS[op])
    case = row(op, *args, **kwargs)
    expected, _ = oracle.oracle().ask(case)
    (outcome,) = run_here([case], "deferred")
    lines = differences(case, outcome, expected)
    if lines and not reason(case, "deferred", lines, outcome, expected):
        raise AssertionError("\n".join([str(case), *lines]))
