"""Read a notebook from a file: .ipynb, .py (with `# %%` cells or plain), or a text export."""

import io
import json
import re
import tokenize
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from .source import Scanner, has_code
from .textexport import is_export, split_export

_PERCENT = re.compile(r"^#\s?%%+\s*(?:\[(\w+)\])?\s*(.*?)\s*$|^#\s?In ?\[[ \d*]*\]:\s*$")

_RAISES = "raises-exception"  # Jupyter's own tag


class NotebookError(Exception):
    """The file cannot be run as a notebook; the message is one line for the user."""


@dataclass(frozen=True)
class Cell:
    """One code cell: its number from 1, its text, and where tracebacks say that it stands."""

    number: int
    source: str
    filename: str
    first_line: int = 1
    title: str = ""
    may_raise: bool = False  # tagged raises-exception: a failure is what the cell shows

    @property
    def head(self) -> str:
        """The first line that is not blank."""
        return next((line.strip() for line in self.source.splitlines() if line.strip()), "")


@dataclass(frozen=True)
class Notebook:
    """A file's code cells; `kind` is "notebook", "percent", "script" or "export"."""

    path: Path
    kind: str
    cells: list[Cell]
    sources: dict[str, str] = field(default_factory=dict)  # filename -> text, for tracebacks


def load(path: str | Path) -> Notebook:
    """Read the notebook at `path`.

    Raises NotebookError, with a message of one line, for a file that is missing, a directory,
    empty, binary, damaged, or holds no code cells.
    """
    path = Path(path)
    text = _read(path)
    suffix = path.suffix.lower()
    if suffix == ".ipynb" or (suffix != ".py" and text.lstrip()[:1] == "{"):
        return _from_json(path, text)
    if suffix == ".py":
        return _from_python(path, text)
    if is_export(text):
        pieces = [(line, code, "") for line, code in split_export(text)]
        return _from_text(path, "export", text, pieces)
    raise NotebookError(
        f"{path}: not a notebook: expected .ipynb, .py, or a text export with lines `In [1]:`"
    )


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotebookError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise NotebookError(f"{path}: is a directory, not a notebook") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NotebookError(f"{path}: cannot be read: {reason}") from None
    if not data.strip():
        raise NotebookError(f"{path}: is empty")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in data:
        raise NotebookError(f"{path}: is a binary file, not a notebook")
    else:
        encoding = "utf-8-sig"
        if path.suffix.lower() == ".py":
            try:
                encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
            except SyntaxError as error:
                raise NotebookError(f"{path}: is not Python text: {error.msg}") from None
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotebookError(
            f"{path}: is not text in {encoding}: {error.reason} at byte {error.start}"
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise NotebookError(f"{path}: is empty")
    return text


def _from_json(path: Path, text: str) -> Notebook:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotebookError(
            f"{path}: damaged notebook: not JSON at line {error.lineno}, column {error.colno}:"
            f" {error.msg}"
        ) from None
    except RecursionError:
        raise NotebookError(f"{path}: damaged notebook: JSON nested too deeply") from None
    if not isinstance(content, dict) or not ({"cells", "worksheets"} & content.keys()):
        raise NotebookError(f"{path}: not a notebook: JSON without cells")
    if "cells" not in content or content.get("nbformat", 4) < 4:
        content = _upgrade(path, text)
    metadata = content.get("metadata") or {}
    language = _language(metadata)
    if language and not language.startswith(("python", "ipython")):
        raise NotebookError(f"{path}: is a notebook in {language}, not in Python")
    if not isinstance(content["cells"], list):
        raise NotebookError(f"{path}: damaged notebook: its cells are not a list")
    cells = []
    for position, raw in enumerate(content["cells"], 1):
        if not isinstance(raw, dict) or "cell_type" not in raw:
            raise NotebookError(f"{path}: damaged notebook: cell {position} has no cell_type")
        if raw["cell_type"] != "code":
            continue
        source = raw.get("source", "")
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise NotebookError(f"{path}: damaged notebook: cell {position} has no text")
        number = len(cells) + 1
        name = f"{path.name}[cell {number}]"
        cells.append(Cell(number, source, name, may_raise=_RAISES in _tags(raw)))
    if not cells:
        raise NotebookError(f"{path}: has no code cells")
    return Notebook(path, "notebook", cells, {cell.filename: cell.source for cell in cells})


def _tags(raw: dict) -> list:
    metadata = raw.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return tags if isinstance(tags, list) else []


def _language(metadata: dict) -> str:
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        entry = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(entry, dict) and entry.get(name):
            return str(entry[name]).lower()
    return ""


def _upgrade(path: Path, text: str) -> dict:
    """A notebook of version 1, 2 or 3 in the form of version 4."""
    try:
        import nbformat
    except ImportError:
        raise NotebookError(f"{path}: an old notebook format: needs nbformat installed") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return nbformat.reads(text, as_version=4)
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise NotebookError(f"{path}: damaged notebook: {reason}") from None


def _from_python(path: Path, text: str) -> Notebook:
    lines = text.splitlines()
    markers = _markers(lines)
    if not markers:
        return _from_text(path, "script", text, [(1, text, "")])
    pieces = []
    if has_code("\n".join(lines[: markers[0][0]])):
        pieces.append((1, "\n".join(lines[: markers[0][0]]), ""))
    ends = [at for at, _, _ in markers[1:]] + [len(lines)]
    for (at, kind, title), end in zip(markers, ends):
        body = "\n".join(lines[at + 1 : end]).rstrip()
        if not kind and body:
            pieces.append((at + 2, body, title))
    return _from_text(path, "percent", text, pieces)


def _markers(lines: list[str]) -> list[tuple[int, str, str]]:
    """The `# %%` lines as (index, cell kind such as "markdown" or "", title)."""
    found, in_string = [], []
    scanner = Scanner()
    for i, line in enumerate(lines):
        if match := _PERCENT.match(line):
            found.append((i, (match[1] or "").lower(), match[2] or ""))
            in_string.append(scanner.in_string)
        scanner.feed(line)
    if scanner.in_string:  # a string that never closes must not swallow the cells after it
        return found
    return [marker for marker, inside in zip(found, in_string) if not inside]


def _from_text(path: Path, kind: str, text: str, pieces: list[tuple[int, str, str]]) -> Notebook:
    """A notebook whose tracebacks name the file itself and the lines of the file."""
    cells = []
    for line, source, title in pieces:
        if not source.strip():
            continue
        if kind != "script":  # begin at the first line that says something
            blank = len(source) - len(source.lstrip("\n"))
            line, source = line + blank, source[blank:]
        cells.append(Cell(len(cells) + 1, source, str(path), line, title, _RAISES in title))
    if not cells:
        raise NotebookError(f"{path}: has no code cells")
    return Notebook(path, kind, cells, {str(path): text})
