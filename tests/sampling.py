"""Which of many alike tests run: all of them, or the part that `TFSHIM_SAMPLE` names.

`TFSHIM_SAMPLE=1/4` keeps those whose name has the remainder 1 by 4. CI gives its two Pythons parts
that have nothing in common, for time; without the variable everything runs.
"""

import os
import zlib

PART, PARTS = (int(number) for number in os.environ.get("TFSHIM_SAMPLE", "0/1").split("/"))

#: Files of tests that differ in their data alone.
FILES = frozenset(
    f"test_{name}.py"
    for name in """benchmarks benchmarks_ops cases dtypes forms host_contract host_elementwise
    host_functions host_shape large_ops rows_of_unknown_sizes""".split()
)


def kept(name: str) -> bool:
    """Whether a test, or a line of one, is of the part that runs."""
    return zlib.crc32(name.encode()) % PARTS == PART
