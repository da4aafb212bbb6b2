"""The message classes, built when they are first needed.

The numbers of fields are those of TensorFlow's public .proto files, so that bytes are the same.
Where the process knows these messages already (a client library brought them), theirs are used,
so that `CopyFrom` works between the two.
"""

from __future__ import annotations

import functools
from typing import Any

from tfshim._src import dtypes

_PACKAGE = "tensorflow"

#: Message -> its fields: `name number type`, where `*` marks a repeated field, `&` one of a choice,
#: and a type in capitals is an enumeration's.
_MESSAGES = {
    "TensorShapeProto.Dim": "size 1 int64, name 2 string",
    "TensorShapeProto": "dim 2 *TensorShapeProto.Dim, unknown_rank 3 bool",
    "SerializedDType": "datatype 1 DataType",
    "VariantTensorDataProto": "type_name 1 string, metadata 2 bytes, tensors 3 *TensorProto",
    "TensorProto": """dtype 1 DataType, tensor_shape 2 TensorShapeProto, version_number 3 int32,
        tensor_content 4 bytes, half_val 13 *int32, float_val 5 *float, double_val 6 *double,
        int_val 7 *int32, string_val 8 *bytes, scomplex_val 9 *float, int64_val 10 *int64,
        bool_val 11 *bool, dcomplex_val 12 *double, variant_val 15 *VariantTensorDataProto,
        uint32_val 16 *uint32, uint64_val 17 *uint64, float8_val 18 bytes""",
    "NoneValue": "",
    "ListValue": "values 1 *StructuredValue",
    "TupleValue": "values 1 *StructuredValue",
    "DictValue.FieldsEntry": "key 1 string, value 2 StructuredValue",
    "DictValue": "fields 1 *DictValue.FieldsEntry",
    "PairValue": "key 1 string, value 2 StructuredValue",
    "NamedTupleValue": "name 1 string, values 2 *PairValue",
    "TensorSpecProto": "name 1 string, shape 2 TensorShapeProto, dtype 3 DataType",
    "BoundedTensorSpecProto": """name 1 string, shape 2 TensorShapeProto, dtype 3 DataType,
        minimum 4 TensorProto, maximum 5 TensorProto""",
    "TypeSpecProto": """type_spec_class 1 TypeSpecProto.TypeSpecClass, type_state 2 StructuredValue,
        type_spec_class_name 3 string, num_flat_components 4 int32""",
    "SaveSliceInfoDef": """full_name 1 string, full_shape 2 *int64, var_offset 3 *int64,
        var_shape 4 *int64""",
    "StructuredValue": """none_value 1 &NoneValue, float64_value 11 &double,
        int64_value 12 &sint64, string_value 13 &string, bool_value 14 &bool,
        tensor_shape_value 31 &TensorShapeProto, tensor_dtype_value 32 &DataType,
        tensor_spec_value 33 &TensorSpecProto, type_spec_value 34 &TypeSpecProto,
        bounded_tensor_spec_value 35 &BoundedTensorSpecProto, list_value 51 &ListValue,
        tuple_value 52 &TupleValue, dict_value 53 &DictValue,
        named_tuple_value 54 &NamedTupleValue, tensor_value 55 &TensorProto,
        numpy_value 56 &TensorProto""",
    # graphs, without attributes
    "NodeDef": "name 1 string, op 2 string, input 3 *string, device 4 string",
    "GraphDef": "node 1 *NodeDef",
    "RunMetadata.FunctionGraphs": "partition_graphs 1 *GraphDef, pre_optimization_graph 2 GraphDef",
    "RunMetadata": "partition_graphs 3 *GraphDef, function_graphs 4 *RunMetadata.FunctionGraphs",
    # summaries
    "SourceMetadata": "writer 1 string",
    "SummaryMetadata.PluginData": "plugin_name 1 string, content 2 bytes",
    "SummaryMetadata": """plugin_data 1 SummaryMetadata.PluginData, display_name 2 string,
        summary_description 3 string""",
    "Summary.Value": """tag 1 string, simple_value 2 &float, tensor 8 &TensorProto,
        metadata 9 SummaryMetadata""",
    "Summary": "value 1 *Summary.Value",
    "Event": """wall_time 1 double, step 2 int64, file_version 3 &string, graph_def 4 &bytes,
        summary 5 &Summary, source_metadata 10 SourceMetadata""",
    # checkpoints
    "CheckpointState": """model_checkpoint_path 1 string, all_model_checkpoint_paths 2 *string,
        all_model_checkpoint_timestamps 3 *double, last_preserved_timestamp 4 double""",
    "VersionDef": "producer 1 int32",
    "BundleHeaderProto": "num_shards 1 int32, endianness 2 int32, version 3 VersionDef",
    "BundleEntryProto": """dtype 1 DataType, shape 2 TensorShapeProto, shard_id 3 int32,
        offset 4 int64, size 5 int64, crc32c 6 fixed32""",
    "BoolValue": "value 1 bool",
    "TrackableObjectGraph": "nodes 1 *TrackableObjectGraph.TrackableObject",
    "TrackableObjectGraph.TrackableObject": """
        children 1 *TrackableObjectGraph.TrackableObject.ObjectReference,
        attributes 2 *TrackableObjectGraph.TrackableObject.SerializedTensor,
        slot_variables 3 *TrackableObjectGraph.TrackableObject.SlotVariableReference,
        has_checkpoint_values 5 BoolValue""",
    "TrackableObjectGraph.TrackableObject.ObjectReference": "node_id 1 int32, local_name 2 string",
    "TrackableObjectGraph.TrackableObject.SerializedTensor": """name 1 string, full_name 2 string,
        checkpoint_key 3 string""",
    "TrackableObjectGraph.TrackableObject.SlotVariableReference": """original_variable_node_id 1
        int32, slot_name 2 string, slot_variable_node_id 3 int32""",
}

#: Classes of type specs by their number in TypeSpecProto.
TYPE_SPEC_CLASSES = {
    "UNKNOWN": 0,
    "SPARSE_TENSOR_SPEC": 1,
    "INDEXED_SLICES_SPEC": 2,
    "RAGGED_TENSOR_SPEC": 3,
    "TENSOR_ARRAY_SPEC": 4,
    "DATA_DATASET_SPEC": 5,
    "DATA_ITERATOR_SPEC": 6,
    "OPTIONAL_SPEC": 7,
    "PER_REPLICA_SPEC": 8,
    "VARIABLE_SPEC": 9,
    "ROW_PARTITION_SPEC": 10,
    "REGISTERED_TYPE_SPEC": 12,
    "EXTENSION_TYPE_SPEC": 13,
}


def _data_types() -> dict[str, int]:
    numbers = {"DT_INVALID": 0}
    for dtype in sorted(dtypes._BY_ENUM.values(), key=hash):
        base = dtype.base_dtype
        name = {"float32": "float", "float64": "double", "float16": "half"}.get(
            base.name, base.name
        )
        numbers[f"DT_{name.upper()}{'_REF' if dtype is not base else ''}"] = hash(dtype)
    return numbers


def _file() -> Any:
    """The file descriptor of all messages."""
    from google.protobuf import descriptor_pb2

    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="tfshim/tensorflow.proto", package=_PACKAGE, syntax="proto3"
    )
    _enum(file.enum_type.add(), "DataType", _data_types())
    made: dict[str, Any] = {}
    for name in sorted(_MESSAGES, key=lambda n: n.count(".")):
        outer, _, inner = name.rpartition(".")
        parent = made[outer].nested_type if outer else file.message_type
        made[name] = parent.add(name=inner)
    _enum(made["TypeSpecProto"].enum_type.add(), "TypeSpecClass", TYPE_SPEC_CLASSES)
    made["DictValue.FieldsEntry"].options.map_entry = True
    for name, text in _MESSAGES.items():
        for entry in filter(None, (e.strip() for e in text.split(","))):
            field, number, kind = entry.split()
            added = made[name].field.add(name=field, number=int(number))
            added.label = kinds.LABEL_REPEATED if kind[0] == "*" else kinds.LABEL_OPTIONAL
            if kind[0] == "&":
                if not made[name].oneof_decl:
                    made[name].oneof_decl.add(name="kind")
                added.oneof_index = 0
            kind = kind.lstrip("*&")
            if kind[0].islower():
                added.type = getattr(kinds, f"TYPE_{kind.upper()}")
            else:
                added.type_name = f".{_PACKAGE}.{kind}"
    return file


def _enum(enum: Any, name: str, numbers: dict[str, int]) -> None:
    enum.name = name
    for value, number in numbers.items():
        enum.value.add(name=value, number=number)


@functools.cache
def message(name: str) -> Any:
    """A message class, `TensorProto` for example."""
    from google.protobuf import descriptor_pool, message_factory

    full = f"{_PACKAGE}.{name}"
    try:
        found = descriptor_pool.Default().FindMessageTypeByName(full)
    except KeyError:
        found = _pool().FindMessageTypeByName(full)
    return message_factory.GetMessageClass(found)


@functools.cache
def _pool() -> Any:
    from google.protobuf import descriptor_pool

    pool = descriptor_pool.DescriptorPool()
    pool.Add(_file())
    return pool
