"""What broadcasting means, whatever the shapes."""

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from conformance.cases.harness.check import library
from tests.property.strategies import arrays, broadcastable, shapes

BINARY = ("add", "subtract", "multiply", "maximum", "squared_difference", "less", "atan2")
COMMUTE = ("add", "multiply", "maximum", "minimum", "squared_difference", "equal")


def call(name, *values):
    lib = library()
    return lib.find(f"tf.math.{name}")(*[lib.tensor(v) for v in values])


def pair(data, dtype="float32"):
    return [data.draw(arrays(shape, dtype, specials=True)) for shape in data.draw(broadcastable())]


@pytest.mark.parametrize("name", BINARY)
@given(st.data())
def test_the_result_has_the_shape_of_both_together(name, data):
    x, y = pair(data)
    expected = np.broadcast_shapes(x.value.shape, y.value.shape)
    result = call(name, x, y)
    assert tuple(result.shape) == expected == result.numpy().shape


@pytest.mark.parametrize("name", BINARY)
@given(st.data())
def test_broadcasting_first_changes_nothing(name, data):
    x, y = pair(data)
    whole = np.broadcast_shapes(x.value.shape, y.value.shape)
    full = [type(v)(np.broadcast_to(v.value, whole).copy(), v.dtype) for v in (x, y)]
    np.testing.assert_array_equal(call(name, x, y).numpy(), call(name, *full).numpy())


@pytest.mark.parametrize("name", COMMUTE)
@given(st.data())
def test_the_order_does_not_matter(name, data):
    x, y = pair(data)
    np.testing.assert_array_equal(call(name, x, y).numpy(), call(name, y, x).numpy())


@pytest.mark.parametrize("name", BINARY)
@given(st.data())
def test_shapes_that_do_not_fit_raise_at_the_call(name, data):
    x, y = (data.draw(arrays(data.draw(shapes), "float32")) for _ in range(2))
    try:
        np.broadcast_shapes(x.value.shape, y.value.shape)
    except ValueError:
        pass
    else:
        assume(False)
    with pytest.raises(library().find("tf.errors.InvalidArgumentError")) as caught:
        call(name, x, y)
    left, right = ("[" + ",".join(map(str, v.value.shape)) + "]" for v in (x, y))
    assert f"{left} vs. {right}" in str(caught.value)


@pytest.mark.parametrize("name", ("add", "subtract", "multiply", "squared_difference"))
@given(st.data())
def test_a_gradient_has_the_shape_of_its_input(name, data):
    lib, values = library(), pair(data, "float64")
    x, y = map(lib.tensor, values)
    with lib.tf.GradientTape() as tape:
        tape.watch([x, y])
        result = lib.find(f"tf.math.{name}")(x, y)
    for grad, value in zip(tape.gradient(result, [x, y]), values, strict=True):
        assert tuple(grad.shape) == value.value.shape
        assert grad.dtype.name == "float64"
