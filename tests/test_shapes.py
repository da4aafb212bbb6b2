"""shapes: facts observed in TensorFlow 2.21, and what the engine relies on."""

import pytest

from tests import facts
from tfshim._src import shapes

FACTS = facts.load("shapes")


@pytest.mark.parametrize("expression", FACTS)
def test_fact(expression):
    facts.check(expression, FACTS[expression])


def test_facts_can_fail():
    expression, want = next(iter(FACTS.items()))
    with pytest.raises(AssertionError, match="TensorFlow:"):
        facts.check(expression, want + "x")


@pytest.mark.parametrize(
    ("x", "y", "want"),
    [
        ((2, 1), (3,), (2, 3)),
        ((), (4, 0), (4, 0)),
        ((None,), (5,), (5,)),
        ((None, 1), (1, None), (None, None)),
        (None, (2,), None),
    ],
)
def test_broadcast_shapes(x, y, want):
    assert shapes.broadcast_shapes(x, y) == want
    assert shapes.broadcast_shapes(y, x) == want


def test_broadcast_shapes_refuses():
    with pytest.raises(ValueError, match="Dimensions 2 and 3 are not compatible"):
        shapes.broadcast_shapes((4, 2), (3,))
