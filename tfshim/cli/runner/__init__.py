"""Run a notebook cell by cell.

The one runner beneath `tfshim run`, `tfshim check` and `python -m conformance`.
This folder needs the standard library only (nbformat for notebooks older than version 4, NumPy
where values are recorded) and imports itself by relative names, so that an interpreter that has
TensorFlow and not tfshim can run the same files: `python tfshim/cli/runner notebook.ipynb`.
"""

from .execute import CellResult, ErrorInfo, Session, as_dict
from .notebook import Cell, Notebook, NotebookError, load
from .source import Note

__all__ = [
    "Cell",
    "CellResult",
    "ErrorInfo",
    "Note",
    "Notebook",
    "NotebookError",
    "Session",
    "as_dict",
    "load",
]
