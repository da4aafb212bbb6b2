"""Records the facts again: `python tests/facts/record.py` where TensorFlow is installed."""

import json
import pathlib
import types

import fixtures
import tensorflow
from tensorflow.core.function.trace_type import InternalCastContext
from tensorflow.python.framework import type_spec
from tensorflow.python.framework.tensor import BoundedTensorSpec

HERE = pathlib.Path(__file__).parent


def tensorflow_names() -> dict:
    """The namespace of the expressions, of TensorFlow."""
    tf = types.SimpleNamespace(**{k: getattr(tensorflow, k) for k in dir(tensorflow)})
    tf.Dimension = tensorflow.compat.v1.Dimension
    tf.BoundedTensorSpec = BoundedTensorSpec
    tf.cast_context = lambda allow=False: InternalCastContext(allow_specs=allow)
    tf.QUANTIZED_DTYPES = tensorflow.dtypes.QUANTIZED_DTYPES
    names = fixtures.names(tf)
    spec = names["MySpec"]
    type_spec.register_type_spec_from_value_converter(
        fixtures.MyVal, lambda value: spec(value.v.shape, value.v.dtype)
    )
    return names


def main() -> None:
    """Writes each file again with what its expressions give now."""
    names = tensorflow_names()
    for path in sorted(HERE.glob("*.json")):
        facts = json.loads(path.read_text())
        facts = {expression: fixtures.outcome(expression, names) for expression in facts}
        path.write_text(json.dumps(facts, indent=0, ensure_ascii=True) + "\n")
        print(path.name, len(facts))


if __name__ == "__main__":
    main()
