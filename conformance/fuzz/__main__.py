"""`python -m conformance.fuzz`: random calls on tfshim and on a live TensorFlow, compared.

Draws op, dtypes, shapes, attributes and special values; compares value, dtype, shape, class of
error and gradients: of NumPy's answer, of XLA's op by op and of whole programs, and of the same
call inside a `tf.function`. What differs is made smaller and printed as a program that runs on
both. A draw is the same for the same seed and number: `--seed 7 --only 1234` runs one again.

Exit status: 0 nothing but rounding and known differences, 1 something differs, 2 no TensorFlow.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from conformance.fuzz.run import MODES, Fuzz
from conformance.fuzz.sides import TensorFlowProcess, interpreter


def main(argv: list[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    options = _parser().parse_args(argv)
    python = interpreter(options.oracle_python)
    check = [python, "-c", "import importlib.util as u; u.find_spec('tensorflow') or exit(1)"]
    if subprocess.run(check).returncode:
        print(f"fuzz: {python} has no TensorFlow; give --oracle-python", file=sys.stderr)
        return 2
    asked = TensorFlowProcess(python)
    try:
        fuzz = Fuzz(asked, options.seed, options.op, options.mode or MODES, options.shrink)
        numbers = options.only or range(options.start, options.start + options.draws)
        fuzz.run(numbers)
    except KeyboardInterrupt:
        print("fuzz: interrupted; what was done so far:", file=sys.stderr)
    finally:
        asked.close()
    print(fuzz.report())
    return 1 if fuzz.unexplained else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--draws", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--seed", type=int, default=0, help="of all draws (default: 0)")
    parser.add_argument("--start", type=int, default=0, help="number of the first draw")
    parser.add_argument("--only", type=int, nargs="+", help="numbers of the draws to run")
    parser.add_argument(
        "--op", default="", help="only ops with this, or A,B, in their name; -C: none with C"
    )
    parser.add_argument("--mode", action="append", choices=("deferred", *MODES))
    parser.add_argument("--oracle-python", help="an interpreter that has TensorFlow")
    parser.add_argument(
        "--no-shrink", dest="shrink", action="store_false", help="leave what differs as drawn"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
