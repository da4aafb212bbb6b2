"""How AutoGraph's converter makes new code: which of its passes run, and where the code is kept.

Each pass analyses the whole function anew, so those that would find nothing are left out. The
generated source lives in `linecache`, where tracebacks and `inspect` look for it, and in no file.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import linecache
import os
import tempfile
import threading
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from malt.converters import (
    asserts,
    break_statements,
    call_trees,
    conditional_expressions,
    continue_statements,
    control_flow,
    directives,
    functions,
    lists,
    logical_expressions,
    return_statements,
    slices,
    variables,
)
from malt.core import converter, unsupported_features_checker
from malt.impl import api
from malt.pyct import origin_info, parser, transpiler

from tfshim._src.function import needs_value

_numbers = itertools.count()
_lock = threading.RLock()


class SourceMap(Mapping):
    """Lines of generated code to the user's own lines; made when somebody asks.

    Args:
      nodes: the generated syntax trees, which know where they come from.
      source: their text.
      filename: the name that tracebacks have for it.
    """

    def __init__(self, nodes: Sequence[ast.AST], source: str, filename: str):
        self._parts: tuple | None = (nodes, source, filename)
        self._map: dict = {}

    def _made(self) -> dict:
        with _lock:
            if self._parts is not None:
                self._map, self._parts = origin_info.create_source_map(*self._parts), None
        return self._map

    def __getitem__(self, location: Any) -> Any:
        return self._made()[location]

    def __iter__(self) -> Iterator:
        return iter(self._made())

    def __len__(self) -> int:
        return len(self._made())


class _Loader:
    """Loads generated code from memory; what the converter has a temporary file for."""

    @staticmethod
    def load_ast(nodes: Any, indentation: str = "  ", include_source_map: bool = False) -> tuple:
        """The module of these syntax trees, their source and its map."""
        del indentation, include_source_map
        nodes = nodes if isinstance(nodes, (list, tuple)) else (nodes,)
        source = parser.unparse(nodes)
        name = f"__autograph_generated_file{os.getpid()}_{next(_numbers)}"
        filename = os.path.join(tempfile.gettempdir(), f"{name}.py")
        lines = source.splitlines(True)
        linecache.cache[filename] = len(source), None, lines, filename  # pyright: ignore
        module = types.ModuleType(name)
        module.__file__ = filename
        exec(compile(source, filename, "exec"), module.__dict__)
        return module, source, SourceMap(nodes, source, filename)


@contextlib.contextmanager
def _loading() -> Iterator[None]:
    with _lock:
        saved, transpiler.loader = transpiler.loader, _Loader
        try:
            yield
        finally:
            transpiler.loader = saved


def _names_to_nodes(nodes: list[ast.AST]) -> None:
    """Makes the name in `except Error as name` a node, as the passes expect it.

    In Python's own syntax trees it is a string.
    """
    for part in nodes:
        if isinstance(part, ast.ExceptHandler) and isinstance(part.name, str):
            name: Any = ast.Name(part.name, ast.Store())
            part.name = ast.copy_location(name, part)


def _nodes_to_names(node: Any) -> Any:
    """Undoes it, in place."""
    for part in ast.walk(node):
        name: Any = getattr(part, "name", None)
        if isinstance(part, ast.ExceptHandler) and isinstance(name, ast.Name):
            part.name = name.id
    return node


class Transpiler(api.PyToPy):
    """The converter of functions.

    Args:
      operators: what converted code calls, by name.
    """

    def __init__(self, operators: Mapping[str, Any]):
        super().__init__()
        self._operators = operators

    def get_extra_locals(self) -> dict[str, Any]:
        """`ag__`, by which converted code finds the operators."""
        if self._extra_locals is None:
            found = super().get_extra_locals()
            found["ag__"].__dict__.update(self._operators)
        return self._extra_locals  # type: ignore[return-value]

    def transform(self, obj: Any, user_context: Any) -> Any:
        """The converted function, its module and its source map."""
        with _loading():
            result = super().transform(obj, user_context)
        if isinstance(result, tuple) and len(result) == 3:
            needs_value.SOURCE_MAPS[result[0].__code__.co_filename] = result[2]
        return result

    def transform_ast(self, node: Any, ctx: Any) -> Any:
        """The converted syntax tree: the passes of the converter in their order, where needed."""
        unsupported_features_checker.verify(node)
        nodes = list(ast.walk(node))
        kinds = {type(n) for n in nodes}
        uses = ctx.user.options.uses
        told = any(isinstance(n, ast.Expr) and isinstance(n.value, ast.Call) for n in nodes)
        if ast.ExceptHandler in kinds:
            _names_to_nodes(nodes)
        node = self.initial_analysis(node, ctx)
        node = functions.transform(node, ctx)
        if told:
            node = directives.transform(node, ctx)
        if ast.Break in kinds:
            node = break_statements.transform(node, ctx)
        if ast.Assert in kinds and uses(converter.Feature.ASSERT_STATEMENTS):
            node = asserts.transform(node, ctx)
        if not kinds.isdisjoint((ast.Break, ast.Continue)):  # the one became the other
            node = continue_statements.transform(node, ctx)
        node = return_statements.transform(node, ctx)
        if uses(converter.Feature.LISTS):
            node = lists.transform(node, ctx)
            node = slices.transform(node, ctx)
        node = call_trees.transform(node, ctx)
        node = control_flow.transform(node, ctx)  # whose analysis the last pass needs, too
        if ast.IfExp in kinds:
            node = conditional_expressions.transform(node, ctx)
        node = logical_expressions.transform(node, ctx)
        node = variables.transform(node, ctx)
        return _nodes_to_names(node) if ast.ExceptHandler in kinds else node
