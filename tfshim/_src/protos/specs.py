"""Shapes, dtypes and type specs as protocol messages: `experimental_as_proto` and its inverse."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfshim._src import dtypes, nest
from tfshim._src.protos.messages import TYPE_SPEC_CLASSES, message
from tfshim._src.shapes import TensorShape
from tfshim._src.spec import BoundedTensorSpec, TensorSpec, TypeSpec

#: Class of a spec -> its name in TypeSpecProto.
_KNOWN = {
    "SparseTensorSpec": "SPARSE_TENSOR_SPEC",
    "IndexedSlicesSpec": "INDEXED_SLICES_SPEC",
    "RaggedTensorSpec": "RAGGED_TENSOR_SPEC",
    "TensorArraySpec": "TENSOR_ARRAY_SPEC",
    "DatasetSpec": "DATA_DATASET_SPEC",
    "OptionalSpec": "OPTIONAL_SPEC",
}
_REGISTERED = {"NoneTensorSpec": "tf.NoneTensorSpec"}
#: Specs that are one variant tensor in TensorFlow.
_ONE_TENSOR = frozenset({"TensorArraySpec", "DatasetSpec", "OptionalSpec"})


class NotEncodableError(Exception):
    """A value, or a spec of a class of the user's own, that has no message."""


def _classes() -> dict[str, type]:
    from tfshim._src.control_flow.tensor_array import TensorArraySpec
    from tfshim._src.data.optional import OptionalSpec
    from tfshim._src.data.structure import DatasetSpec
    from tfshim._src.indexed_slices import IndexedSlicesSpec
    from tfshim._src.none_spec import NoneTensorSpec
    from tfshim._src.ragged_spec import RaggedTensorSpec
    from tfshim._src.sparse import SparseTensorSpec

    found = (SparseTensorSpec, IndexedSlicesSpec, RaggedTensorSpec, TensorArraySpec, DatasetSpec,
             OptionalSpec, NoneTensorSpec)  # fmt: skip
    return {cls.__name__: cls for cls in found}


def of_shape(shape: TensorShape) -> Any:
    """The `TensorShapeProto` of a shape."""
    proto = message("TensorShapeProto")
    if shape.rank is None:
        return proto(unknown_rank=True)
    return proto(dim=[proto.Dim(size=-1 if n is None else n) for n in shape.as_list()])


def to_shape(proto: Any) -> TensorShape:
    """The shape of a `TensorShapeProto`."""
    if proto.unknown_rank:
        return TensorShape(None)
    return TensorShape([None if d.size == -1 else d.size for d in proto.dim])


def of_spec(spec: TypeSpec) -> Any:
    """The message of a spec: `TensorSpecProto`, `BoundedTensorSpecProto` or `TypeSpecProto`.

    Raises:
      NotEncodableError: for a class of the user's own.
    """
    from tfshim._src.protos.tensors import make_tensor_proto

    if isinstance(spec, TensorSpec):
        fields: dict[str, Any] = {
            "shape": of_shape(spec.shape),
            "dtype": spec.dtype.as_datatype_enum,
            "name": spec.name,
        }
        if isinstance(spec, BoundedTensorSpec):
            fields["minimum"] = make_tensor_proto(spec.minimum)
            fields["maximum"] = make_tensor_proto(spec.maximum)
        return type_proto(type(spec))(**fields)
    name = type(spec).__name__
    if name in _REGISTERED:
        kind, name = "REGISTERED_TYPE_SPEC", _REGISTERED[name]
    elif type(spec) is _classes().get(name):
        kind = _KNOWN[name]
    else:
        raise NotEncodableError(f"No encoder for object {spec} of type {type(spec)}.")
    count = 1 if name in _ONE_TENSOR else len(nest.flatten(spec._flat_tensor_specs))
    return message("TypeSpecProto")(
        type_spec_class=TYPE_SPEC_CLASSES[kind],
        type_state=of_structure(spec._serialize()),
        type_spec_class_name=name,
        num_flat_components=count,
    )


def to_spec(proto: Any) -> TypeSpec:
    """The spec of one of the messages that `of_spec` gives.

    Raises:
      ValueError: for the spec of a class that is not known here.
    """
    if isinstance(proto, message("TypeSpecProto")):
        names = {v: k for k, v in _REGISTERED.items()}
        written = str(proto.type_spec_class_name)
        cls: Any = _classes().get(names.get(written, written))
        if cls is None:
            raise ValueError(f"The type '{written}' has not been registered.")
        return cls._deserialize(to_structure(proto.type_state))
    shape, dtype = to_shape(proto.shape), dtypes.as_dtype(proto.dtype)
    name = proto.name or None
    if isinstance(proto, message("BoundedTensorSpecProto")):
        from tfshim._src.protos.tensors import make_ndarray

        low, high = make_ndarray(proto.minimum), make_ndarray(proto.maximum)
        return BoundedTensorSpec(shape, dtype, low, high, name)
    return TensorSpec(shape, dtype, name)


def type_proto(cls: type) -> Any:
    """The message class of a class of specs."""
    if issubclass(cls, BoundedTensorSpec):
        return message("BoundedTensorSpecProto")
    return message("TensorSpecProto" if issubclass(cls, TensorSpec) else "TypeSpecProto")


def of_structure(value: Any) -> Any:
    """The `StructuredValue` of what specs are made of.

    Raises:
      NotEncodableError: for another class of values.
    """
    make = message("StructuredValue")
    if value is None:
        return make(none_value=message("NoneValue")())
    if isinstance(value, bool):
        return make(bool_value=value)
    if isinstance(value, int):
        return make(int64_value=value)
    if isinstance(value, float):
        return make(float64_value=value)
    if isinstance(value, str):
        return make(string_value=value)
    if isinstance(value, TensorShape):
        return make(tensor_shape_value=of_shape(value))
    if isinstance(value, dtypes.DType):
        return make(tensor_dtype_value=value.as_datatype_enum)
    if isinstance(value, TypeSpec):
        field = {"TensorSpecProto": "tensor_spec_value", "TypeSpecProto": "type_spec_value"}
        proto = of_spec(value)
        return make(**{field.get(type(proto).DESCRIPTOR.name, "bounded_tensor_spec_value"): proto})
    if isinstance(value, np.ndarray):
        from tfshim._src.protos.tensors import make_tensor_proto

        return make(numpy_value=make_tensor_proto(value))
    if isinstance(value, tuple):
        items = [of_structure(v) for v in value]
        return make(tuple_value=message("TupleValue")(values=items))
    if isinstance(value, list):
        return make(list_value=message("ListValue")(values=[of_structure(v) for v in value]))
    if isinstance(value, dict):
        fields = {k: of_structure(v) for k, v in value.items()}
        return make(dict_value=message("DictValue")(fields=fields))
    raise NotEncodableError(f"No encoder for object {value} of type {type(value)}.")


def to_structure(proto: Any) -> Any:
    """The value of a `StructuredValue`."""
    kind = proto.WhichOneof("kind")
    value = getattr(proto, kind)
    if kind == "none_value":
        return None
    if kind == "tensor_shape_value":
        return to_shape(value)
    if kind == "tensor_dtype_value":
        return dtypes.as_dtype(value)
    if kind in ("tensor_spec_value", "type_spec_value", "bounded_tensor_spec_value"):
        return to_spec(value)
    if kind in ("numpy_value", "tensor_value"):
        from tfshim._src.protos.tensors import make_ndarray

        return make_ndarray(value)
    if kind == "tuple_value":
        return tuple(to_structure(v) for v in value.values)
    if kind == "list_value":
        return [to_structure(v) for v in value.values]
    if kind == "dict_value":
        return {k: to_structure(v) for k, v in value.fields.items()}
    if kind == "named_tuple_value":
        return tuple(to_structure(v.value) for v in value.values)
    return value
