"""Facts observed in TensorFlow 2.21: expressions, and what they gave. See record.py."""

import functools
import json
import pathlib
import re
import types

import pytest

from tests.facts import fixtures

_HERE = pathlib.Path(__file__).parent
_ADDRESS = re.compile(r"0x[0-9a-f]+")


def load(name: str) -> dict[str, str]:
    """The recorded facts of a file: expression to outcome."""
    return json.loads((_HERE / f"{name}.json").read_text())


def same(got: str, want: str) -> bool:
    """Whether two outcomes are equal but for addresses of objects."""
    return _ADDRESS.sub("0x", got) == _ADDRESS.sub("0x", want)


def package() -> types.SimpleNamespace:
    """The names of the facts, out of this package's own modules."""
    import tfshim  # noqa: F401  # gives tensors their operators
    from tfshim._src import convert, dtypes, nest, shapes, spec, tensor

    spec.connect(tensor.Tensor, convert.convert)
    experimental = types.SimpleNamespace(TraceType=spec.TraceType)
    compat = types.SimpleNamespace(
        dimension_value=shapes.dimension_value, dimension_at_index=shapes.dimension_at_index
    )
    return types.SimpleNamespace(
        as_dtype=dtypes.as_dtype,
        DType=dtypes.DType,
        float32=dtypes.float32,
        float64=dtypes.float64,
        int32=dtypes.int32,
        QUANTIZED_DTYPES=dtypes.QUANTIZED_DTYPES,
        TensorShape=shapes.TensorShape,
        Dimension=shapes.Dimension,
        broadcast_static_shape=shapes.broadcast_static_shape,
        compat=compat,
        nest=nest,
        TypeSpec=spec.TypeSpec,
        TensorSpec=spec.TensorSpec,
        BoundedTensorSpec=spec.BoundedTensorSpec,
        cast_context=spec.CastContext,
        type_spec_from_value=spec.type_spec_from_value,
        types=types.SimpleNamespace(experimental=experimental),
        constant=convert.convert,
    )


@functools.cache
def names() -> dict:
    """The namespace in which the facts are evaluated."""
    from tfshim._src import spec

    found = fixtures.names(package())
    cls = found["MySpec"]
    spec.register_type_spec_from_value_converter(
        fixtures.MyVal, lambda value: cls(value.v.shape, value.v.dtype)
    )
    return found


# These run ops, so they need the package as a whole and not its foundations alone.
_OPS = {"T(tf.constant([1,2]))", "tf.type_spec_from_value([tf.constant(1)])"}


def check(expression: str, want: str) -> None:
    """Fails unless an expression gives here what it gave in TensorFlow."""
    import tfshim

    if fixtures.attr is None and re.search(r"\b[AB]\(", expression):
        pytest.skip("attrs is not installed")
    if expression in _OPS and not hasattr(tfshim, "constant"):
        pytest.skip("the public package is not generated yet")
    got = fixtures.outcome(expression, names())
    assert same(got, want), f"{expression}: {got}, TensorFlow: {want}"
