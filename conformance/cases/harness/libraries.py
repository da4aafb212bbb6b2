"""The two libraries that rows run on, behind one small interface.

A library has `tf` (the namespace that rows name), `tensor(array)` and `dense(slices)`.
"""

from __future__ import annotations

import importlib
import logging
import os
import pkgutil
import sys
from typing import Any

from conformance.cases.arrays import Array, Expr, Made, Ref, Var


class Absent(Exception):
    """A row names something that the library does not have."""


class Library:
    """What both have in common: turning a row's arguments into the library's objects."""

    name: str
    tf: Any

    def tensor(self, array: Array) -> Any:
        raise NotImplementedError

    def dense(self, value: Any) -> Any:
        """IndexedSlices as a tensor; a tensor as it is."""
        is_slices = type(value).__name__ == "IndexedSlices"
        return self.tf.convert_to_tensor(value) if is_slices else value

    def find(self, name: str) -> Any:
        """The public object of a full name."""
        found = self.tf
        for part in name.split(".")[1:]:
            try:
                found = getattr(found, part)
            except AttributeError:
                raise Absent(f"{self.name} has no {name}") from None
        return found

    def build(self, value: Any) -> Any:
        """A row's argument as the library's object."""
        if isinstance(value, Array):
            return self.tensor(value)
        if isinstance(value, Var):
            return self.tf.Variable(self.tensor(value.value), trainable=value.trainable)
        if isinstance(value, Ref):
            return self.find(value.name)
        if isinstance(value, Expr):
            return self.evaluate(value.source)
        if isinstance(value, Made):
            return self.find(value.name)(*self.build(value.args), **self.build(value.kwargs))
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(self.build, value))
        if isinstance(value, (list, tuple)):
            return type(value)(map(self.build, value))
        if isinstance(value, dict):
            return {k: self.build(v) for k, v in value.items()}
        return value

    def evaluate(self, source: str) -> Any:
        """The value of an expression over `tf` and `np`."""
        import numpy as np

        return eval(source, {"tf": self.tf, "np": np})  # our own rows, no input from outside


class TensorFlow(Library):
    """The reference."""

    name = "TensorFlow"

    def __init__(self) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        # its kernels are chosen by the processor, round and refuse otherwise, and end the process
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
        self.tf = importlib.import_module("tensorflow")
        self.version: str = self.tf.__version__
        self.tf.get_logger().setLevel(logging.CRITICAL)

    def tensor(self, array: Array) -> Any:
        return self.tf.constant(array.value, dtype=array.dtype)


class Tfshim(Library):
    """The library under test, by its registry, so that rows run before the facade is written."""

    name = "tfshim"

    def __init__(self) -> None:
        import jax

        jax.config.update("jax_enable_x64", True)  # as the facade does
        self.problems: list[str] = []
        package = importlib.import_module("tfshim._src")
        for module in pkgutil.walk_packages(package.__path__, "tfshim._src."):
            try:
                importlib.import_module(module.name)
            except Exception as error:  # its names are absent then, and their rows fail
                self.problems.append(f"{module.name}: {type(error).__name__}: {error}")
                print(f"cases: {self.problems[-1]}", file=sys.stderr)
        self.tf = Names("tf")

    def tensor(self, array: Array) -> Any:
        from tfshim._src.convert import convert
        from tfshim._src.dtypes import as_dtype

        return convert(array.value, as_dtype(array.dtype))


class Names:
    """`tf`, or a namespace below it, as the registry has it."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def __getattr__(self, name: str) -> Any:
        from tfshim._src import top
        from tfshim._src.registry import PUBLIC

        full = f"{self._prefix}.{name}"
        if full in PUBLIC:
            return PUBLIC[full]
        if any(public.startswith(f"{full}.") for public in PUBLIC):
            return Names(full)
        if self._prefix == "tf" and name in top.__all__:
            return getattr(top, name)
        raise AttributeError(f"{full} is not registered")
