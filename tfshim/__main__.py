"""`python -m tfshim script.py args`: run a program with `import tensorflow` served by tfshim.

    python -m tfshim script.py [args]     a script, as `python script.py` runs it
    python -m tfshim -m module [args]     a module
    python -m tfshim -c code [args]       a string
    python -m tfshim - [args]             standard input

The commands `run`, `check` and `coverage` belong to `tfshim` (or `python -m tfshim.cli`).
"""

import io
import os
import runpy
import sys
import types

from tfshim._src.install import install


def main() -> int:
    """Run the program that sys.argv names, as Python itself would; return its exit status."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__, file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else 2
    first = arguments[0]
    install()
    if first in ("-m", "-c"):
        if len(arguments) < 2:
            print(f"tfshim: argument expected for the {first} option", file=sys.stderr)
            return 2
        _path_begins_with("")
        if first == "-m":
            sys.argv = arguments[1:]
            return _guard(lambda: runpy.run_module(arguments[1], None, "__main__", True))
        sys.argv = ["-c", *arguments[2:]]
        return _guard(lambda: _run_code(arguments[1], "<string>", None))
    if first == "-":
        sys.argv = arguments
        _path_begins_with("")
        return _guard(lambda: _run_code(sys.stdin.read(), "<stdin>", None))
    sys.argv = arguments
    if os.path.isdir(first) or first.endswith((".zip", ".pyz")):
        _path_begins_with(None)  # run_path puts the folder or archive there itself
        return _guard(lambda: runpy.run_path(first, None, "__main__"))
    try:
        with io.open_code(os.path.abspath(first)) as file:
            source = file.read()
    except OSError as error:
        reason = f"[Errno {error.errno}] {error.strerror}"
        print(f"tfshim: can't open file {os.path.abspath(first)!r}: {reason}", file=sys.stderr)
        return 2
    _path_begins_with(os.path.dirname(os.path.realpath(first)))
    return _guard(lambda: _run_code(source, first, first))


def _path_begins_with(folder: str | None) -> None:
    """Replace what `python -m` put first on the path by what the program would have there."""
    if getattr(sys.flags, "safe_path", False):
        return
    del sys.path[:1]
    if folder is not None:
        sys.path.insert(0, folder)


def _run_code(source: str | bytes, filename: str, file: str | None) -> None:
    module = types.ModuleType("__main__")
    if file is not None:
        module.__file__ = file
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    code = compile(source, filename, "exec", dont_inherit=True)
    exec(code, module.__dict__)


def _guard(run) -> int:
    """Call `run` and report an exception as Python would, without the frames of this file."""
    try:
        run()
    except SystemExit:
        raise
    except BaseException as error:
        tb = error.__traceback__
        while tb is not None and _is_own(tb.tb_frame.f_code.co_filename):
            tb = tb.tb_next
        sys.excepthook(type(error), error.with_traceback(tb), tb)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _is_own(filename: str) -> bool:
    return filename == __file__ or "runpy" in filename


if __name__ == "__main__":
    sys.exit(main())
