"""The command `tfshim`: run a notebook on tfshim, check it against TensorFlow, show what exists.

    tfshim run FILE       run a notebook, `import tensorflow` served by tfshim
    tfshim check FILE     the same, and once more on the real TensorFlow, and compare
    tfshim coverage       which of TensorFlow's public names are there

Exit status: 0 all went well, 1 a cell failed or differs, 2 the command could not be carried out.
"""

import os
import sys

_USAGE = __doc__


def main(argv: list[str] | None = None) -> int:
    """Run the command line `argv` (default: this process's) and return its exit status."""
    argv = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a terminal without Unicode must not end the run
            reconfigure(errors="backslashreplace")
    command = argv[0] if argv else None
    if command == "run":
        from .run import main as command_main
    elif command == "check":
        from .check import main as command_main
    elif command == "coverage":
        from .coverage import main as command_main
    elif command in ("-h", "--help", "help"):
        print(_USAGE)
        return 0
    elif command == "--version":
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"tfshim {version('tfshim')}")
        except PackageNotFoundError:  # run from a source tree
            print("tfshim (not installed)")
        return 0
    else:
        print(_USAGE, file=sys.stderr)
        if command is not None:
            print(f"tfshim: no such command: {command}", file=sys.stderr)
        return 2
    try:
        return command_main(argv[1:]) or 0
    except BrokenPipeError:  # `tfshim run ... | head`
        sys.stdout = open(os.devnull, "w")  # or Python complains at its exit
        return 1
    except KeyboardInterrupt:
        return 130
