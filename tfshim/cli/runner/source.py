"""From a cell as typed in a notebook to Python: shell and magic lines come out, with a note."""

import ast
import re
from dataclasses import dataclass, field

# A cell magic of this list runs its cell; any other (bash, html, writefile ...) is another
# language's.
BODY_MAGICS = frozenset({"time", "timeit", "capture", "prun", "snapshot"})

_CELL_MAGIC = re.compile(r"%%\s*(\w+)(.*)")
_TIME_LINE = re.compile(r"(\s*)%time\s+(\S.*)")
_HELP_LINE = re.compile(r"\s*(\?{1,2}[\w.*%]+|[A-Za-z_%][\w.*]*\?{1,2})\s*$")
_ASSIGNED_MAGIC = re.compile(r"\s*[A-Za-z_][\w, ]*=\s*[!%]")
_KERNEL_CALL = re.compile(
    r"\s*get_ipython\(\)\s*\.\s*(system|getoutput|magic|run_line_magic|run_cell_magic)\("
)


@dataclass(frozen=True)
class Note:
    """A line that was not run: its 1-based line in the cell and what to tell the reader."""

    line: int
    text: str


@dataclass
class Prepared:
    """A cell made ready to compile; `code` is None if nothing in the cell is to be run."""

    code: str | None
    notes: list[Note] = field(default_factory=list)
    muted: bool = False  # %%capture: run, and drop what is printed


class Scanner:
    """Tells which lines begin a statement, that is, stand in no bracket, string or continued
    line."""

    def __init__(self):
        self.depth = 0
        self.quote = ""
        self.continued = False

    @property
    def at_statement(self) -> bool:
        return not (self.depth or self.quote or self.continued)

    @property
    def in_string(self) -> bool:
        return len(self.quote) == 3

    def feed(self, line: str) -> None:
        """Go over one more line of Python."""
        self.continued = False
        i, end = 0, len(line)
        while i < end:
            char = line[i]
            if self.quote:
                if char == "\\":
                    i += 1
                elif line.startswith(self.quote, i):
                    i += len(self.quote) - 1
                    self.quote = ""
            elif char == "#":
                break
            elif char in "\"'":
                triple = char * 3
                self.quote = triple if line.startswith(triple, i) else char
                i += len(self.quote) - 1
            elif char in "([{":
                self.depth += 1
            elif char in ")]}":
                self.depth = max(self.depth - 1, 0)
            i += 1
        ends_in_backslash = line.rstrip("\n").endswith("\\")
        self.continued = ends_in_backslash and not self.in_string
        if len(self.quote) == 1 and not ends_in_backslash:
            self.quote = ""  # an unclosed '...' ends with its line; the compiler will complain


def compiles(code: str) -> bool:
    """Whether `code` is a Python module (with `await` allowed at the top, as in notebooks)."""
    try:
        parse(code, "<cell>")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def parse(code: str, filename: str, flags: int = 0) -> ast.Module:
    """The syntax tree of `code`; `flags` are those of earlier `from __future__` lines."""
    flags |= ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return compile(code, filename, "exec", flags, dont_inherit=True)  # type: ignore[return-value]


def has_code(code: str) -> bool:
    """Whether anything but blank lines and comments is there."""
    lines = (line.strip() for line in code.splitlines())
    return any(line and not line.startswith("#") for line in lines)


def prepare(source: str) -> Prepared:
    """Take the shell and magic lines out of a cell, keeping every other line where it was.

    Lines that begin with `!` or `%` where a statement may begin, `name = !command`, `name?` and
    calls of `get_ipython().system` and the like are dropped. `%time statement` and the cell magics
    of BODY_MAGICS run what they would time; a cell under any other cell magic is not run at all.
    """
    lines = source.splitlines()
    notes: list[Note] = []
    muted = False
    start = next((i for i, x in enumerate(lines) if x.strip() and x.strip()[0] != "#"), None)
    if start is not None and (magic := _CELL_MAGIC.match(lines[start].strip())):
        name = magic[1]
        if name not in BODY_MAGICS:
            return Prepared(None, [Note(start + 1, f"%%{name} is not run here: cell skipped")])
        notes.append(Note(start + 1, f"%%{name}: the cell is run once, without it"))
        muted = name == "capture"
        lines[start] = ""
    code = "\n".join(lines)
    if not compiles(code) or "get_ipython" in code:
        code, dropped = _drop_magics(lines)
        notes += dropped
    if notes and not has_code(code):
        return Prepared(None, notes, muted)
    return Prepared(code, notes, muted)


def _drop_magics(lines: list[str]) -> tuple[str, list[Note]]:
    scanner = Scanner()
    kept: list[str] = []
    notes: list[Note] = []
    in_magic = False  # the line before was a magic that ends in a backslash
    for number, line in enumerate(lines, 1):
        if in_magic:
            kept.append("")
            in_magic = line.rstrip().endswith("\\")
            continue
        if scanner.at_statement and (timed := _TIME_LINE.match(line)):
            line = timed[1] + timed[2]
            notes.append(Note(number, f"%time: run without it: {timed[2].strip()}"))
        elif scanner.at_statement and _is_magic(line):
            notes.append(Note(number, f"skipped: {line.strip()}"))
            in_magic = line.rstrip().endswith("\\")
            indent = line[: len(line) - len(line.lstrip())]
            kept.append(indent + "pass" if indent else "")
            continue
        kept.append(line)
        scanner.feed(line)
    return "\n".join(kept), notes


def _is_magic(line: str) -> bool:
    stripped = line.lstrip()
    return (
        stripped.startswith(("!", "%"))
        or _HELP_LINE.match(line) is not None
        or _ASSIGNED_MAGIC.match(line) is not None
        or _KERNEL_CALL.match(line) is not None
    )
