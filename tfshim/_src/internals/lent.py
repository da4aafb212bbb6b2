"""Names that a package mentions while it is loaded, and tfshim does not have.

A package in which one part needs graphs or servers is still whole in its other parts. So while a
module of it is loaded, these names are classes that say, when somebody makes an object of them or
of a subclass, that tfshim does not have them. Afterwards they are absent again.
"""

from __future__ import annotations

import abc
import contextlib
import importlib
import threading
import types
from collections.abc import Iterator
from typing import Any

from tfshim._src.internals.table import public_object

_INITIALIZERS = """
variance_scaling_initializer
orthogonal_initializer glorot_uniform_initializer glorot_normal_initializer
random_normal_initializer random_uniform_initializer truncated_normal_initializer
"""
_KERAS = {
    "tf": "Graph __operators__ lookup",
    "tf.__internal__": "feature_column",
    "tf.compat.v1": f"""
        {_INITIALIZERS} AUTO_REUSE Graph Session VariableAggregation initializers keras layers
        losses ragged
    """,
    "tf.data.experimental": "AutoShardPolicy enable_debug_mode",
    "tf.distribute": "InputReplicationMode cluster_resolver",
    "tf.image": "ResizeMethod",
    "tf.saved_model": "experimental",
}
_PROBABILITY = {
    "tf": "Graph",
    "tf.compat.v1": """
        Dimension Graph colocate_with get_variable global_variables_initializer
        placeholder_with_default
    """,
    "tf.compat.v1.logging": "flush",
    "tf.raw_ops": "MatrixDiagPartV2",
}

#: Package -> public module -> the names.
_NAMES: dict[str, dict[str, str]] = {
    "gpflow": _PROBABILITY,
    "tensorflow_probability": _PROBABILITY,
    "tf_keras": _KERAS,
}

#: Path of a module below `tensorflow` -> the names that are imported from it.
_MODULES = {
    "python.autograph.converters": "break_statements continue_statements return_statements",
    "python.autograph.core": "",
    "python.autograph.core.converter": "standard_analysis",
    "python.autograph.pyct": """
        anno inspect_utils loader naming parser qual_names templates transformer
    """,
    "python.autograph.pyct.common_transformers": "anf",
    "python.autograph.pyct.static_analysis": "activity",
    "python.data.ops.from_generator_op": "_GeneratorDataset",
    "python.data.ops.from_sparse_tensor_slices_op": "_SparseTensorSliceDataset",
    "python.data.ops.from_tensor_slices_op": "_TensorSliceDataset",
    "python.data.ops.from_tensors_op": "_TensorDataset",
    "python.data.ops.range_op": "_RangeDataset",
    "python.distribute.input_lib": "DistributedDataset",
    "python.ops.array_ops": "prevent_gradient",
    "python.ops.linalg.linear_operator_addition": "add_operators",
    "python.ops.random_ops": "parameterized_truncated_normal",
    "python.ops.gen_resource_variable_ops": "assign_variable_op",
    "python.ops.ragged.ragged_map_ops": "map_fn",
    "python.ops.ragged.ragged_util": "assert_splits_match",
    "python.trackable.base": "CheckpointInitialValue",
}


def module(path: str, found: types.ModuleType | None = None) -> types.ModuleType | None:
    """The module that stands for `tensorflow.<path>`, with such names in it.

    Args:
      path: its path.
      found: what there is of it.
    """
    if path not in _MODULES:
        return found
    if found is None:
        found = types.ModuleType(f"tensorflow.{path}", "Names that tfshim does not have.")
        found.__path__ = []
    served = importlib.import_module("tfshim._src.internals.served")
    for name in _MODULES[path].split():
        if not served.has(found, path.removeprefix("python."), name):
            setattr(found, name, refusing(f"tensorflow.{path}.{name}"))
    return found


class _Loans:
    """Which names are lent now; modules are loaded within others, maybe in several threads."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.depth: dict[str, int] = {}
        self.taken: dict[str, list[tuple[Any, str]]] = {}

    def begin(self, package: str) -> None:
        with self.lock:
            self.depth[package] = self.depth.get(package, 0) + 1
            if self.depth[package] > 1:
                return
            taken = self.taken[package] = []
            for path, names in _NAMES.get(package, {}).items():
                owner = public_object(path)
                for name in names.split():
                    if not hasattr(owner, name):
                        setattr(owner, name, refusing(f"{path}.{name}"))
                        taken.append((owner, name))

    def end(self, package: str) -> None:
        with self.lock:
            self.depth[package] -= 1
            if self.depth[package] == 0:
                for owner, name in self.taken.pop(package):
                    delattr(owner, name)


_LOANS = _Loans()


@contextlib.contextmanager
def while_loading(package: str) -> Iterator[None]:
    """A context in which the names that `package` mentions are there."""
    _LOANS.begin(package)
    try:
        yield
    finally:
        _LOANS.end(package)


class _Refusing(abc.ABCMeta):
    """The class of classes that refuse; what is looked up in one refuses, too."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith(("__", "_abc_")):
            raise AttributeError(name)
        return refusing(f"{cls.public}.{name}")


def refusing(public: str) -> type:
    """A class that says so when an object of it, or of a subclass, is made."""

    def refuse(cls, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"tfshim does not have {public}, which {cls.__name__} needs")

    names = {"__new__": refuse, "__doc__": f"No {public}.", "public": public}
    return _Refusing(public.rpartition(".")[2], (), names)
