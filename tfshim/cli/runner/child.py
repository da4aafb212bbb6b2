"""The child process of a comparison: runs notebooks and sends each cell's output and values."""

import json
import os
import random
import sys
import time

from . import capture
from .execute import CellResult, Session, as_dict
from .notebook import NotebookError, load
from .values import encode


def main(argv: list[str]) -> int:
    """Run the notebooks named in `argv`; `--serve tfshim` first to have tfshim as tensorflow."""
    serve = None
    if argv[:1] == ["--serve"]:
        serve, argv = argv[1], argv[2:]
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")

    def send(event: str, **data) -> None:
        results.write(json.dumps({"event": event, **data}) + "\n")
        results.flush()

    captures = (capture.Capture(1), capture.Capture(2))
    sys.stdout, sys.stderr = capture.line_buffered(1), capture.line_buffered(2)
    try:
        version = _served(serve)
    except Exception as error:
        capture.flush()
        send("fatal", message=f"{type(error).__name__}: {error}")
        return 2
    send("ready", served=version)
    folder = os.getcwd()
    for path in argv:
        os.chdir(folder)  # which the notebook before may have left
        try:
            _run(path, captures, send)
        except NotebookError as error:
            send("fatal", notebook=path, message=str(error))
            return 2
    return 0


def _served(serve: str | None) -> str:
    """Have the module that notebooks import as tensorflow ready; its name and version."""
    if serve == "tfshim":
        import tfshim._src.install

        tfshim._src.install.install()
    import tensorflow as tf  # type: ignore[import-not-found]

    return f"{serve or 'tensorflow'} {tf.__version__}"


def _run(path: str, captures, send) -> None:
    notebook = load(path)
    out, err = sys.stdout, sys.stderr
    send("start", notebook=path)
    _seed()
    with Session(notebook, out=out.write, err=err.write) as session:
        for cell in notebook.cells:
            capture.flush()
            for each in captures:
                each.cut()
            result = session.run_cell(cell)
            values = _values(session, result)
            out.flush()
            err.flush()
            result.stdout, result.stderr = (each.cut() for each in captures)
            send("cell", **as_dict(result), values=values)
    send("end", notebook=path)


def _seed() -> None:
    """Start every generator at one point: unseeded numbers are then equal on both sides."""
    random.seed(1)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(1)
    tf_random = getattr(sys.modules["tensorflow"], "random", None)
    set_seed = getattr(tf_random, "set_seed", None)
    if set_seed is not None:
        set_seed(1)


def _values(session: Session, result: CellResult) -> dict[str, dict]:
    """The values of the names that the cell bound, and of the variables that it touched.

    A value that raises when it is read fails its cell: with deferred execution that may be the
    first time that anybody looks at it.
    """
    values = {}
    start = time.perf_counter()
    names = dict.fromkeys(result.assigned) | dict.fromkeys(result.read)
    for name in names:
        if name.startswith("__") or name not in session.namespace:
            continue
        try:
            value = encode(session.namespace[name])
        except Exception as error:
            if result.status == "ok":
                session.fail(error, result)
            continue
        if name in result.assigned or value["kind"] == "variable":
            values[name] = value
    result.milliseconds += (time.perf_counter() - start) * 1e3
    return values
