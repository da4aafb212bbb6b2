"""dtypes: facts observed in TensorFlow 2.21, and what the engine relies on."""

import numpy as np
import pytest

from tests import facts
from tfshim._src import dtypes

FACTS = facts.load("dtypes")


@pytest.mark.parametrize("expression", FACTS)
def test_fact(expression):
    facts.check(expression, FACTS[expression])


def test_facts_can_fail():
    expression, want = next(iter(FACTS.items()))
    with pytest.raises(AssertionError, match="TensorFlow:"):
        facts.check(expression, want + "x")


def test_engine_attributes():
    assert dtypes.float32.np == np.dtype("float32") and isinstance(dtypes.float32.np, np.dtype)
    assert dtypes.string.np == np.dtype(object)
    assert dtypes.resource.np is None and dtypes.variant.np is None
    kinds = {dtype.name: dtype.kind for dtype in dtypes.ALL}
    assert kinds["bfloat16"] == "f" and kinds["int4"] == "i" and kinds["uint2"] == "u"
    assert kinds["bool"] == "b" and kinds["string"] == "s" and kinds["qint8"] == "q"
    assert kinds["complex64"] == "c" and kinds["resource"] == kinds["variant"] == "x"


def test_trainable_types_are_those_of_tensorflow():
    trainable = {dtype.name for dtype in dtypes.ALL if dtype.trainable}
    floats = {"float16", "bfloat16", "float32", "float64", "complex64", "complex128"}
    assert trainable == floats | {"resource", "variant"}


def test_from_np_inverts_np():
    for dtype in dtypes.ALL - {dtypes.resource, dtypes.variant}:
        assert dtypes.from_np(dtype.np) is dtype
    assert dtypes.from_np(np.dtype(">i4")) is dtypes.int32
    assert dtypes.from_np(np.dtype("S7")) is dtypes.string
    with pytest.raises(TypeError, match="to a TensorFlow DType"):
        dtypes.from_np(np.dtype("datetime64[s]"))


def test_dtypes_cannot_be_changed():
    with pytest.raises(AttributeError, match="read-only"):
        dtypes.float32.np = None
