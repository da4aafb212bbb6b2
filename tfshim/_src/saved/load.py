"""`tf.saved_model.load`: the objects of a folder that `save` wrote."""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from typing import Any

import jax
import numpy as np

from tfshim._src import dtypes, nest
from tfshim._src.convert import convert, from_array
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.kernel import Kernel
from tfshim._src.registry import export
from tfshim._src.saved import symbolic
from tfshim._src.saved.encode import decode
from tfshim._src.saved.options import LoadOptions
from tfshim._src.saved.save import FORMAT
from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import Tensor
from tfshim._src.variable import Variable


class UserObject:
    """What an object of the saved tree becomes: its variables, functions and objects by name."""

    __module__ = "tensorflow.python.saved_model.load"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        fn = self.__dict__.get("__call__")
        if fn is None:
            raise TypeError("'_UserObject' object is not callable")
        return fn(*args, **kwargs)


UserObject.__name__ = UserObject.__qualname__ = "_UserObject"


class Program:
    """One program with the variables and constants that it captured."""

    def __init__(self, saved: dict[str, Any], reader: Reader):
        data = bytearray((reader.folder / saved["file"]).read_bytes())
        exported = jax.export.deserialize(data)
        self.avals = [(tuple(s), dtypes.as_dtype(d)) for s, d in saved["inputs"]]
        self.kernel = Kernel(saved["file"], lambda *xs: exported.call(*xs))
        self.captured = [
            reader.variables[c["variable"]]
            if "variable" in c
            else from_array(reader.arrays[c["constant"]])
            for c in saved["captured"]
        ]
        self.structure, self.n = saved["structure"], saved["outputs"]
        self.written = [reader.variables[i] for i in saved["written"]]

    def takes(self, tensors: list[Any]) -> bool:
        """Whether it is a program for tensors of these sizes and dtypes."""
        sizes: dict[str, int] = {}
        return all(
            t.aval.dtype is dtype and symbolic.fits(shape, t.aval.shape, sizes)
            for t, (shape, dtype) in zip(tensors, self.avals, strict=True)
        )

    def call(self, tensors: list[Any]) -> Any:
        """Runs it, assigns what it wrote, and gives the result in its structure."""
        inputs = [*tensors, *[c._read() if isinstance(c, Variable) else c for c in self.captured]]
        outs = dispatch(self.kernel, tuple(inputs))
        outs = list(outs) if isinstance(outs, (list, tuple)) else [outs]
        for variable, value in zip(self.written, outs[self.n :], strict=True):
            variable._write(variable._stored(value))
        rest = iter(outs[: self.n])
        return decode(self.structure, lambda _: next(rest))


class Option:
    """One signature of a function, with a program for each combination of sizes."""

    def __init__(self, saved: dict[str, Any], reader: Reader):
        self.args, self.kwargs = decode(saved["args"]), decode(saved["kwargs"])
        self.names = saved["names"]
        self.programs = [Program(p, reader) for p in saved["programs"]]
        self.signature = inspect.Signature(
            [
                inspect.Parameter(
                    p["name"],
                    inspect._ParameterKind(p["kind"]),  # the integer is Python's own
                    default=decode(p["default"]) if "default" in p else inspect.Parameter.empty,
                )
                for p in saved["parameters"]
            ]
        )

    def tensors(self, args: tuple, kwargs: dict) -> list[Any] | None:
        """The tensors among the arguments, or None if they do not fit."""
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError:
            return None
        bound.apply_defaults()
        wanted, given = (list(self.args), self.kwargs), (list(bound.args), bound.kwargs)
        try:
            nest.assert_same_structure(wanted, given)
        except (TypeError, ValueError):
            return None
        found = []
        for want, have in zip(nest.flatten(wanted), nest.flatten(given), strict=True):
            if not isinstance(want, TensorSpec):
                if type(want) is not type(have) or want != have:
                    return None
                continue
            try:
                t = convert(have, want.dtype)
            except (TypeError, ValueError):
                return None
            if not want.shape.is_compatible_with(t.shape):
                return None
            found.append(t)
        return found

    def text(self) -> str:
        lines = [f"  Positional arguments ({len(self.args)} total):"]
        lines += [f"    * {a}" for a in self.args]
        return "\n".join([*lines, f"  Keyword arguments: {self.kwargs}"])


class RestoredFunction:
    """A saved function: callable with arguments like those that it was traced with."""

    __module__ = "tensorflow.python.saved_model.function_deserialization"

    def __init__(self, saved: dict[str, Any], reader: Reader):
        self.options = [Option(o, reader) for o in saved["options"]]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        sizes = []
        for option in self.options:
            tensors = option.tensors(args, kwargs)
            if tensors is None:
                continue
            for program in option.programs:
                if program.takes(tensors):
                    return program.call(tensors)
                sizes.append([list(s) for s, _ in program.avals])
        if sizes:
            raise ValueError(
                f"the function was saved for arguments of shapes {sizes} only: a saved program has "
                "fixed sizes; call it with these before saving"
            )
        shown = "\n".join(f"    * {_shown(a)}" for a in args)
        options = "\n\n".join(f"Option {i + 1}:\n{o.text()}" for i, o in enumerate(self.options))
        raise ValueError(
            "Could not find matching concrete function to call loaded from the SavedModel. Got:\n"
            f"  Positional arguments ({len(args)} total):\n{shown}\n"
            f"  Keyword arguments: {kwargs}\n\n"
            f" Expected these arguments to match one of the following {len(self.options)} "
            f"option(s):\n\n{options}"
        )


def _shown(value: Any) -> Any:
    return TensorSpec(value.shape, value.dtype) if isinstance(value, Tensor) else value


class Signature:
    """A function under a name: takes tensors by keyword, gives a dict of tensors."""

    def __init__(self, function: RestoredFunction):
        self._function = function
        option = function.options[0]
        specs = [s for s in nest.flatten((option.args, option.kwargs)) if isinstance(s, TensorSpec)]
        self.structured_input_signature = ((), dict(zip(option.names, specs, strict=True)))

    def __call__(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        names = list(self.structured_input_signature[1])
        given = list(args) + [kwargs[n] for n in names[len(args) :]]
        found = self._function(*given)
        if isinstance(found, dict):
            return found
        return {f"output_{i}": t for i, t in enumerate(nest.flatten(found))}


class Reader:
    """Makes the objects of a folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        content = json.loads((folder / "module.json").read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ValueError(f"{folder}: format {content['format']!r} is not {FORMAT!r}")
        with np.load(folder / "arrays.npz") as stored:
            arrays = {k: stored[k] for k in stored.files}
        self.arrays = arrays
        self.variables = [self._variable(i, v) for i, v in enumerate(content["variables"])]
        self.saved = content["objects"]
        self.objects: dict[int, UserObject] = {}
        self.root = self.object(0)
        self.root.signatures = {  # type: ignore[attr-defined]
            k: Signature(RestoredFunction(f, self)) for k, f in content["signatures"].items()
        }

    def _variable(self, i: int, saved: dict[str, Any]) -> Variable:
        dtype = dtypes.as_dtype(saved["dtype"])
        value = self.arrays[f"variable_{i}"]
        if value.dtype != dtype.np and dtype.kind != "s":
            value = value.view(dtype.np)
        return Variable(
            from_array(value),
            trainable=saved["trainable"],
            name=saved["name"],
            shape=saved["shape"],
        )

    def object(self, n: int) -> UserObject:
        if n not in self.objects:
            made = self.objects[n] = UserObject()
            for name, value in self.saved[n].items():
                made.__dict__[name] = self.value(value)
        return self.objects[n]

    def value(self, saved: Any) -> Any:
        if saved is None:
            return None
        ((kind, inner),) = saved.items()
        if kind == "variable":
            return self.variables[inner]
        if kind == "function":
            return RestoredFunction(inner, self)
        if kind == "object":
            return self.object(inner)
        if kind == "list":
            return [self.value(v) for v in inner]
        return {k: self.value(v) for k, v in inner.items()}


@export("tf.saved_model.contains_saved_model")
def contains_saved_model(export_dir) -> bool:
    """Whether a folder holds what `tf.saved_model.save` of this package wrote.

    Args:
      export_dir: the folder.
    """
    return (Path(os.fspath(export_dir)) / "module.json").is_file()


@export("tf.saved_model.load")
def load(export_dir, tags=None, options=None) -> Any:
    """The objects that `tf.saved_model.save` wrote: variables and functions by their names.

    Args:
      export_dir: the folder.
      tags: None; TensorFlow's own format, which has them, cannot be read.
      options: None or a `tf.saved_model.LoadOptions`.

    Raises:
      OSError: if the folder holds no saved module.
      ValueError: for tags.
    """
    if tags is not None:
        raise ValueError(f"tags={tags!r}: the format has none")
    if options is not None and not isinstance(options, LoadOptions):
        raise TypeError(f"options={options!r} is not a tf.saved_model.LoadOptions")
    folder = Path(os.fspath(export_dir))
    if not contains_saved_model(folder):
        what = "{saved_model.pbtxt|saved_model.pb}"
        raise OSError(f"SavedModel file does not exist at: {export_dir}/{what}")
    return Reader(folder).root
