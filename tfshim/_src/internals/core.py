"""`tensorflow.core.*`: protocol messages, those of graphs and sessions being classes that nobody
can make an object of.
"""

from __future__ import annotations

import functools
import types
from typing import Any

from tfshim._src.internals.graphs import absent_class
from tfshim._src.protos import messages

#: Module below `tensorflow.core` -> the messages in it.
_TABLE = {
    "example.example_pb2": "Example SequenceExample",
    "example.feature_pb2": """BytesList Feature FeatureList FeatureLists Features FloatList
        Int64List""",
    "framework.attr_value_pb2": "AttrValue NameAttrList",
    "framework.function_pb2": "FunctionDef FunctionDefLibrary GradientDef",
    "framework.full_type_pb2": "FullTypeDef",
    "framework.graph_pb2": "GraphDef",
    "framework.node_def_pb2": "NodeDef",
    "framework.op_def_pb2": "OpDef OpList",
    "framework.step_stats_pb2": "DeviceStepStats NodeExecStats StepStats",
    "framework.summary_pb2": "HistogramProto Summary SummaryDescription SummaryMetadata",
    "framework.tensor_pb2": "TensorProto VariantTensorDataProto",
    "framework.tensor_shape_pb2": "TensorShapeProto",
    "framework.types_pb2": "SerializedDType",
    "framework.variable_pb2": "SaveSliceInfoDef VariableDef",
    "framework.versions_pb2": "VersionDef",
    "protobuf.cluster_pb2": "ClusterDef JobDef",
    "protobuf.composite_tensor_variant_pb2": "CompositeTensorVariantMetadata",
    "protobuf.config_pb2": """CallableOptions ConfigProto GPUOptions GraphOptions OptimizerOptions
        RPCOptions RunMetadata RunOptions SessionMetadata ThreadPoolOptionProto""",
    "protobuf.meta_graph_pb2": "CollectionDef MetaGraphDef SignatureDef TensorInfo",
    "protobuf.rewriter_config_pb2": "AutoParallelOptions RewriterConfig ScopedAllocatorOptions",
    "protobuf.saver_pb2": "SaverDef",
    "protobuf.struct_pb2": """BoundedTensorSpecProto DictValue ListValue NamedTupleValue NoneValue
        PairValue StructuredValue TensorSpecProto TupleValue TypeSpecProto""",
    "protobuf.trackable_object_graph_pb2": "TrackableObjectGraph",
    "util.event_pb2": "Event SessionLog SourceMetadata",
}
#: Messages that are there for another use than that of their module.
_OF_SESSIONS = frozenset({"RunMetadata"})


class _Messages(types.ModuleType):
    """A module of messages, each made when it is asked for."""

    def __getattr__(self, name: str) -> Any:
        path = self.__name__.removeprefix("tensorflow.core.")
        if name in _TABLE.get(path, "").split():
            if name in messages._MESSAGES and name not in _OF_SESSIONS:
                return messages.message(name)
            return absent_class(name)
        if path == "framework.types_pb2" and name.startswith("DT_"):
            numbers = messages._data_types()
            if name in numbers:
                return numbers[name]
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name)

    def __dir__(self) -> list[str]:
        return sorted(_TABLE.get(self.__name__.removeprefix("tensorflow.core."), "").split())


@functools.cache
def module(path: str) -> types.ModuleType | None:
    """The module that stands for `tensorflow.<path>`, one of `core` or below it, or None."""
    inner = path.partition(".")[2]
    if inner not in _TABLE and not any(f"{m}.".startswith(f"{inner}.") for m in _TABLE) and inner:
        return None
    found = _Messages(f"tensorflow.{path}", "TensorFlow's protocol messages.")
    if inner not in _TABLE:
        found.__path__ = []
    return found
