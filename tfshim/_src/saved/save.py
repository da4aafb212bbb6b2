"""`tf.saved_model.save`: the tree of objects, values, programs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jax
import numpy as np

from tfshim._src.function.concrete_function import ConcreteFunction, Logical
from tfshim._src.function.inline import kernel_on_tracers
from tfshim._src.function.polymorphic import Function
from tfshim._src.module import Module
from tfshim._src.registry import export
from tfshim._src.saved import symbolic
from tfshim._src.saved.encode import CannotSave, encode
from tfshim._src.saved.options import SaveOptions
from tfshim._src.tensor import Tensor
from tfshim._src.variable import Variable

FORMAT = "tfshim module 1"


class Writer:
    """Collects what goes into the folder, each object once."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.objects: list[Any] = []
        self.variables: list[dict[str, Any]] = []
        self.arrays: dict[str, np.ndarray] = {}
        self.programs = 0
        self._seen: dict[int, int] = {}
        self._known: dict[int, int] = {}
        self._alive: list[Any] = []

    def variable(self, v: Variable) -> int:
        """The number of a variable."""
        root = v._root
        if id(root) not in self._known:
            n = self._known[id(root)] = len(self.variables)
            self._alive.append(root)
            value = root._current()._host_value()
            self.arrays[f"variable_{n}"] = _storable(value)
            shape = root.shape.as_list() if root.shape.rank is not None else None
            self.variables.append(
                {
                    "name": root._shared_name,
                    "dtype": root.dtype.name,
                    "shape": shape,
                    "trainable": root.trainable,
                }
            )
        return self._known[id(root)]

    def constant(self, t: Tensor) -> str:
        name = f"constant_{len(self.arrays)}"
        value = t._host_value()
        if value.dtype == object:
            raise CannotSave("a program with strings in it cannot be saved")
        self.arrays[name] = _storable(value)
        return name

    def value(self, value: Any) -> Any:
        """An attribute's value, or None where it is nothing to keep."""
        if isinstance(value, Variable):
            return {"variable": self.variable(value)}
        if isinstance(value, (Function, ConcreteFunction)):
            return {"function": self.function(value)}
        if isinstance(value, Module) or _is_container(value):
            return {"object": self.object(value)}
        if isinstance(value, (list, tuple)):
            items = [self.value(v) for v in value]
            return {"list": items} if any(i is not None for i in items) else None
        if isinstance(value, dict) and all(isinstance(k, str) for k in value):
            found = {k: self.value(v) for k, v in value.items()}
            found = {k: v for k, v in found.items() if v is not None}
            return {"dict": found} if found else None
        return None

    def object(self, thing: Any) -> int:
        """The number of an object with attributes."""
        if id(thing) in self._seen:
            return self._seen[id(thing)]
        n = self._seen[id(thing)] = len(self.objects)
        self._alive.append(thing)
        self.objects.append(None)
        attributes: dict[str, Any] = {}
        for name in _function_names(thing):
            saved = self.function(getattr(thing, name))
            if saved["options"]:
                attributes[name] = {"function": saved}
        for name, value in vars(thing).items():
            saved = self.value(value)
            if saved is not None and not name.startswith("_tf_"):
                attributes[name] = saved
        self.objects[n] = attributes
        return n

    def function(self, fn: Any) -> dict[str, Any]:
        """All signatures of a function that were traced."""
        if isinstance(fn, ConcreteFunction):
            return {"options": [self.option(fn._function, fn._logical)]}
        if not fn._logical and fn.input_signature is not None:
            fn.get_concrete_function()
        return {"options": [self.option(fn, one) for one in fn._logical]}

    def option(self, function: Function, logical: Logical) -> dict[str, Any]:
        parameters = []
        for p in logical.signature.parameters:
            saved: dict[str, Any] = {"name": p.name, "kind": int(p.kind)}
            if p.default is not p.empty:
                try:
                    saved["default"] = encode(p.default)
                except CannotSave:
                    pass
            parameters.append(saved)
        return {
            "parameters": parameters,
            "args": encode(list(logical.args)),
            "kwargs": encode(dict(logical.kwargs)),
            "names": logical.tensor_names(),
            "programs": self.for_any_size(function, logical)
            or [self.program(t) for t in logical.traces.values()],
        }

    def for_any_size(self, function: Function, logical: Logical) -> list[dict[str, Any]]:
        """One program for all sizes of a signature, if it has unknown ones and that can be."""
        found = symbolic.trace(function, logical)
        if found is None:
            return []
        trace, asked = found
        try:
            return [self.program(trace, symbolic.shapes(logical, asked))]
        except (jax.errors.JAXTypeError, TypeError, ValueError, NotImplementedError):
            return []  # a kernel that needs to know its sizes

    def program(self, trace: Any, shapes: list[list[int | str]] | None = None) -> dict[str, Any]:
        """One program: its file, its inputs, its outputs.

        Args:
          trace: of the function, for some sizes.
          shapes: of the arguments, with symbols for sizes; None for those of the trace.
        """
        inner = trace.inner
        graph = inner.graph
        if trace.constants:
            raise CannotSave("a function that returns strings cannot be saved")
        if inner.effects:
            raise CannotSave("a function with side effects, such as tf.print, cannot be saved")
        n = len(graph.placeholders)
        captured = [
            {"constant": self.constant(t)} if v is None else {"variable": self.variable(v)}
            for t, v in inner.captured
        ]
        sizes = shapes or [list(t.aval.shape) for t in graph.ext[:n]]
        given = [sizes[i] for i in inner.open if i < n]
        structs = symbolic.structs(given, [graph.ext[i].aval for i in inner.open])
        fn = kernel_on_tracers(inner).fn  # with the gradients that the user defined
        count = len(inner.outputs) + len(inner.written)  # no report of checks
        exported = jax.export.export(jax.jit(lambda *xs: fn(*xs)[:count]))(*structs)
        name = f"program_{self.programs}.bin"
        self.programs += 1
        (self.folder / name).write_bytes(bytes(exported.serialize(vjp_order=2)))
        return {
            "file": name,
            "inputs": [
                [shape, t.aval.dtype.name] for shape, t in zip(sizes, graph.ext[:n], strict=True)
            ],
            "captured": captured,
            "structure": encode(trace.structure),
            "outputs": len(inner.outputs),
            "written": [self.variable(s.variable) for s in inner.written],
        }


def _storable(value: np.ndarray) -> np.ndarray:
    """The array in a dtype that NumPy's files have."""
    value = np.asarray(value)
    return value.view(f"u{value.dtype.itemsize}") if value.dtype.kind == "V" else value


def _is_container(value: Any) -> bool:
    """Whether an object is a plain holder of variables, such as TensorFlow's trackable ones."""
    if isinstance(value, (type, Tensor, str, bytes, list, tuple, dict)) or callable(value):
        return False
    return any(isinstance(v, Variable) for v in getattr(value, "__dict__", {}).values())


def _function_names(thing: Any) -> list[str]:
    names: dict[str, None] = {}
    for cls in type(thing).__mro__:
        for name, value in vars(cls).items():
            if isinstance(value, Function):
                names.setdefault(name)
    return list(names)


@export("tf.saved_model.save")
def save(obj, export_dir, signatures=None, options=None) -> None:
    """Writes a module: its variables, and its functions for all sizes they were traced with.

    Args:
      obj: a `tf.Module`, or an object whose attributes are variables, functions and modules.
      export_dir: folder; made if it is not there.
      signatures: a concrete function, a `tf.function` with an input signature, or a dict of them.
      options: None or a `tf.saved_model.SaveOptions`.

    Raises:
      ValueError: for functions with strings or composite tensors.
    """
    if options is not None and not isinstance(options, SaveOptions):
        raise TypeError(f"options={options!r} is not a tf.saved_model.SaveOptions")
    folder = Path(os.fspath(export_dir))
    folder.mkdir(parents=True, exist_ok=True)
    writer = Writer(folder)
    writer.object(obj)
    named = signatures or {}
    if not isinstance(named, dict):
        named = {"serving_default": named}
    content = {
        "format": FORMAT,
        "objects": writer.objects,
        "signatures": {k: writer.function(f) for k, f in named.items()},
        "variables": writer.variables,
    }
    np.savez(folder / "arrays.npz", **writer.arrays)  # type: ignore[arg-type]
    (folder / "module.json").write_text(json.dumps(content), encoding="utf-8")
