"""Execute the cells of a notebook, one after another, in one namespace."""

import __future__

import ast
import asyncio
import builtins
import contextlib
import dis
import inspect
import io
import linecache
import os
import sys
import time
import tokenize
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .notebook import Cell, Notebook
from .source import Note, parse, prepare
from .streams import BoundedText, Recorder

_FUTURE_FLAGS = 0
for _name in __future__.all_feature_names:
    _FUTURE_FLAGS |= getattr(__future__, _name).compiler_flag


@dataclass
class ErrorInfo:
    """Why a cell failed: class and text of the exception, and where, in the notebook's lines."""

    type: str
    message: str
    filename: str
    line: int | None
    traceback: str


@dataclass
class CellResult:
    """What came of one cell; `status` is "ok", "failed" or "skipped"."""

    cell: Cell
    status: str
    milliseconds: float = 0.0
    stdout: str = ""
    stderr: str = ""
    display: str | None = None
    notes: list[Note] = field(default_factory=list)
    error: ErrorInfo | None = None
    because_of: int | None = None  # the failed cell that should have made a name this one lacks
    assigned: list[str] = field(default_factory=list)  # names bound at the cell's top level
    read: list[str] = field(default_factory=list)  # names read there


class Session:
    """One run of a notebook: its `__main__` module, its output streams, its results so far.

    Use as a context manager: inside, `__main__`, sys.argv, sys.path[0], sys.stdout and sys.stderr
    are the notebook's; leaving puts everything back.

    Args:
      notebook: what to run.
      argv: arguments after the file's name, for sys.argv.
      out, err: called with the text that cells print.
      settle: called after each cell with the values that the cell bound; work that it left
        unfinished should run then, and may raise.
      hide: tracebacks leave out frames of files whose names begin so, but for the innermost.
    """

    def __init__(
        self,
        notebook: Notebook,
        argv: list[str] | None = None,
        out: Callable[[str], object] | None = None,
        err: Callable[[str], object] | None = None,
        settle: Callable[[list], object] | None = None,
        hide: tuple[str, ...] = (),
    ):
        self.notebook = notebook
        self.argv = [str(notebook.path), *(argv or [])]
        self.stdout = Recorder(out or sys.stdout.write, sys.stdout.fileno)
        self.stderr = Recorder(err or sys.stderr.write, sys.stderr.fileno)
        self.module = types.ModuleType("__main__")
        self.stopped: str | None = None  # why no further cell is run
        self._settle = settle
        self._hide = hide
        self._flags = 0
        self._lost: dict[str, int] = {}  # name -> the failed cell that did not get to bind it
        self._loop: asyncio.AbstractEventLoop | None = None
        self._restore = contextlib.ExitStack()

    @property
    def namespace(self) -> dict:
        return self.module.__dict__

    def __enter__(self) -> "Session":
        stack = self._restore
        folder = os.path.dirname(os.path.abspath(self.notebook.path))
        for filename, text in self.notebook.sources.items():
            lines = text.splitlines(keepends=True)
            linecache.cache[filename] = (len(text), None, lines, filename)
        self.namespace["__builtins__"] = builtins
        if self.notebook.kind == "script":
            self.namespace["__file__"] = os.path.abspath(self.notebook.path)
        else:
            self.namespace["display"] = self._display
        _swap(stack, sys.modules, "__main__", self.module)
        _swap(stack, os.environ, "MPLBACKEND", "Agg")
        for name, value in (("argv", self.argv), ("path", [folder, *sys.path[1:]])):
            stack.callback(setattr, sys, name, getattr(sys, name))
            setattr(sys, name, value)
        for name in ("stdout", "stderr"):
            stack.callback(setattr, sys, name, getattr(sys, name))
        if "matplotlib" in sys.modules:
            with contextlib.suppress(Exception):
                sys.modules["matplotlib"].use("Agg")
        stack.enter_context(warnings.catch_warnings())
        warnings.filterwarnings("ignore", message=".*non-interactive, and thus cannot be shown")
        return self

    def __exit__(self, *exc_info) -> None:
        if self._loop is not None:
            self._loop.close()
        self._restore.close()

    def run(self) -> Iterator[CellResult]:
        """Run every cell in order, going on after a failure, and yield each result."""
        for cell in self.notebook.cells:
            yield self.run_cell(cell)

    def run_cell(self, cell: Cell) -> CellResult:
        """Run one cell; whatever it raises becomes part of the result."""
        if self.stopped:
            return CellResult(cell, "skipped", notes=[Note(1, f"not run: {self.stopped}")])
        prepared = prepare(cell.source)
        result = CellResult(cell, "ok", notes=prepared.notes)
        if prepared.code is None:
            result.status = "skipped"
            return result
        self.stdout.start()
        self.stderr.start()
        sys.stdout, sys.stderr = self.stdout, self.stderr  # also after a cell that replaced them
        start = time.perf_counter()
        try:
            with contextlib.redirect_stdout(io.StringIO()) if prepared.muted else _nothing():
                result.display = self._execute(prepared.code, cell, result)
        except SystemExit as error:
            self._left(error, result)
        except KeyboardInterrupt as error:
            self.fail(error, result)
            self.stopped = f"interrupted in cell {cell.number}"
        except BaseException as error:  # GeneratorExit and the like: the run goes on
            self.fail(error, result)
        result.milliseconds = (time.perf_counter() - start) * 1e3
        sys.stdout, sys.stderr = self.stdout, self.stderr
        result.stdout, result.stderr = self.stdout.record.text(), self.stderr.record.text()
        if result.status == "ok":
            for name in result.assigned:
                self._lost.pop(name, None)
        return result

    def _execute(self, code: str, cell: Cell, result: CellResult) -> str | None:
        padded = "\n" * (cell.first_line - 1) + code  # so that line numbers are the file's own
        tree = parse(padded, cell.filename, self._flags)
        shown = None
        body = tree.body
        if self.notebook.kind != "script" and body and _is_expression(body[-1]):
            if not _ends_in_semicolon(code):
                shown = body.pop().value  # type: ignore[attr-defined]
        main = self._compile(tree, cell.filename, "exec")
        self._flags |= main.co_flags & _FUTURE_FLAGS
        result.assigned, result.read = _names(main)
        last = None
        if shown is not None:
            last = self._compile(ast.Expression(shown), cell.filename, "eval")
            assigned, read = _names(last)
            result.assigned = sorted({*result.assigned, *assigned})
            result.read = sorted({*result.read, *read})
        self._evaluate(main)
        text = None
        if last is not None:
            value = self._evaluate(last)
            if value is not None:
                self.namespace["_"] = value
                shown_text = BoundedText()
                shown_text.add(repr(value))
                text = shown_text.text()
        if self._settle is not None:
            bound = (self.namespace.get(name) for name in result.assigned)
            self._settle([value for value in bound if value is not None])
        return text

    def _compile(self, tree, filename: str, mode: str) -> types.CodeType:

        flags = self._flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        return compile(tree, filename, mode, flags, dont_inherit=True)

    def _evaluate(self, code: types.CodeType):
        value = eval(code, self.namespace)
        if code.co_flags & inspect.CO_COROUTINE:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
            value = self._loop.run_until_complete(value)
        return value

    def _display(self, *objects, **_) -> None:
        """IPython's `display`, as text."""
        for value in objects:
            print(repr(value))

    def _left(self, error: SystemExit, result: CellResult) -> None:
        number = result.cell.number
        if error.code is None or error.code == 0:
            result.notes = [*result.notes, Note(1, "the cell ended the run (SystemExit)")]
        else:
            self.fail(error, result)
        self.stopped = f"cell {number} ended the run (SystemExit)"

    def fail(self, error: BaseException, result: CellResult) -> None:
        cell = result.cell
        result.status = "failed"
        if isinstance(error, NameError) and error.name in self._lost:
            result.because_of = self._lost[error.name]
        for name in result.assigned:
            if name not in self.namespace:
                self._lost[name] = result.because_of or cell.number
        result.error = _describe(error, cell, set(self.notebook.sources), self._hide)
        if cell.may_raise and isinstance(error, Exception):
            result.status = "ok"
            result.notes = [*result.notes, Note(1, "raised, as its tag raises-exception says")]
        # The traceback's frames would keep every local of the failed call alive.
        error.__traceback__ = None


def _describe(error: BaseException, cell: Cell, filenames: set[str], hide=()) -> ErrorInfo:
    tb = error.__traceback__
    while tb is not None and tb.tb_frame.f_code.co_filename not in filenames:
        tb = tb.tb_next  # the runner's own frames
    line = tb.tb_lineno if tb is not None else None
    if tb is None and isinstance(error, SyntaxError) and error.filename == cell.filename:
        line = error.lineno
    try:
        shown = traceback.TracebackException(type(error), error, tb)
        _hide_frames(shown, hide)
        text = "".join(shown.format())
    except Exception as broken:  # an exception class that cannot even be formatted
        text = f"{type(error).__name__} (its text cannot be shown: {type(broken).__name__})\n"
    try:
        message = str(error)
    except Exception:
        message = "<its text cannot be shown>"
    return ErrorInfo(type(error).__name__, message, cell.filename, line, text)


def _hide_frames(shown: traceback.TracebackException, hide: tuple[str, ...]) -> None:
    """Drop the frames of the files that begin with one of `hide`, but for the innermost frame."""
    pending: list[traceback.TracebackException | None] = [shown]
    while pending:
        each = pending.pop()
        if each is None:
            continue
        kept = [frame for frame in each.stack[:-1] if not frame.filename.startswith(hide)]
        each.stack[:] = [*kept, *each.stack[-1:]]
        pending += [each.__cause__, each.__context__]


def _names(code: types.CodeType) -> tuple[list[str], list[str]]:
    """The names that a cell's code binds and reads at its top level."""
    stored, loaded = set(), set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("STORE_NAME", "STORE_GLOBAL"):
            stored.add(instruction.argval)
        elif instruction.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            loaded.add(instruction.argval)
    return sorted(stored), sorted(loaded)


def _is_expression(statement) -> bool:

    return isinstance(statement, ast.Expr)


def _ends_in_semicolon(code: str) -> bool:
    last = ""
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.DEDENT)
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type not in skipped:
                last = token.string
    return last == ";"


def _swap(stack: contextlib.ExitStack, mapping, key: str, value) -> None:
    missing = object()
    before = mapping.get(key, missing)
    mapping[key] = value
    if before is missing:
        stack.callback(mapping.pop, key, None)
    else:
        stack.callback(mapping.__setitem__, key, before)


@contextlib.contextmanager
def _nothing():
    yield


def as_dict(result: CellResult) -> dict:
    """A result as plain JSON data: what reports are written from and what child processes send."""
    cell, error = result.cell, result.error
    return {
        "cell": cell.number,
        "title": cell.title,
        "head": cell.head,
        "file": cell.filename,
        "first_line": cell.first_line,
        "status": result.status,
        "milliseconds": round(result.milliseconds, 3),
        "stdout": result.stdout,
        "stderr": result.stderr,
        "display": result.display,
        "notes": [{"line": note.line, "text": note.text} for note in result.notes],
        "error": None if error is None else vars(error).copy(),
        "because_of": result.because_of,
        "source": cell.source,
    }
