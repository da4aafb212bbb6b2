"""spec: facts observed in TensorFlow 2.21, and what the engine relies on."""

import pytest

from tests import facts
from tfshim._src import nest, spec
from tfshim._src.dtypes import float32
from tfshim._src.shapes import TensorShape

FACTS = facts.load("spec")


@pytest.mark.parametrize("expression", FACTS)
def test_fact(expression):
    facts.check(expression, FACTS[expression])


def test_facts_can_fail():
    expression, want = next(iter(FACTS.items()))
    with pytest.raises(AssertionError, match="TensorFlow:"):
        facts.check(expression, want + "x")


def test_variable_like_is_no_tensor():
    with pytest.raises(ValueError, match="`tensor` should be a tf.Tensor, but got type"):
        spec.TensorSpec.from_tensor(3)


def test_composite_spec_expands_in_nest():
    assert len(nest.flatten([spec.TensorSpec([2])], expand_composites=True)) == 1
    cls = facts.names()["MySpec"]
    (tensor,) = nest.flatten(cls(TensorShape([2]), float32), expand_composites=True)
    assert tensor == spec.TensorSpec([2])


def test_placeholders_come_from_the_context():
    class Context(spec.PlaceholderContext):
        def placeholder(self, of):
            return ("placeholder", of)

    one = spec.TensorSpec([2])
    assert one.placeholder_value(Context()) == ("placeholder", one)
    with pytest.raises(NotImplementedError, match="while a function is traced"):
        one.placeholder_value(spec.PlaceholderContext())
