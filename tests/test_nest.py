"""nest: facts observed in TensorFlow 2.21, and what the engine relies on."""

import pytest

from tests import facts
from tfshim._src import nest

FACTS = facts.load("nest")


@pytest.mark.parametrize("expression", FACTS)
def test_fact(expression):
    facts.check(expression, FACTS[expression])


def test_facts_can_fail():
    expression, want = next(iter(FACTS.items()))
    with pytest.raises(AssertionError, match="TensorFlow:"):
        facts.check(expression, want + "x")


class Composite:
    def __init__(self, *parts):
        self.parts = list(parts)

    def _flatten_components(self):
        return self.parts

    def _unflatten_components(self, parts):
        return Composite(*parts)


def test_composites_expand_on_demand_only():
    value = Composite(1, Composite(2, [3]))
    assert nest.flatten([value]) == [value]
    assert nest.flatten([value], expand_composites=True) == [1, 2, 3]
    assert not nest.is_nested(value)
    doubled = nest.map_structure(lambda x: 2 * x, value, expand_composites=True)
    assert nest.flatten(doubled, expand_composites=True) == [2, 4, 6]
    with pytest.raises(ValueError, match="Structure had 3 atoms, but flat_sequence had 1 items"):
        nest.pack_sequence_as(value, [1], expand_composites=True)


def test_unsortable_keys():
    with pytest.raises(TypeError, match="sortable keys"):
        nest.pack_sequence_as({"a": 1, 2: 3}, [4, 5])
