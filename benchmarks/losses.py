"""TensorFlow's values of the first small steps, recorded, so that tests without it can compare.

python -m benchmarks.losses     # with an interpreter that has TensorFlow; writes losses.json
"""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks import frameworks
from benchmarks.workloads import WORKLOADS, Workload

FILE = Path(__file__).with_name("losses.json")
STEPS = 4


def first(framework: str, workload: Workload) -> tuple[frameworks.Program, dict]:
    """The small program after its first steps; the dtype and the values that they returned."""
    program = frameworks.build(framework, workload, small=True)
    values = [frameworks.read(program.step(*program.feed(i))) for i in range(STEPS)]
    return program, {"dtype": values[0].dtype.name, "values": [v.tolist() for v in values]}


def main() -> None:
    import tensorflow as tf  # pyright: ignore[reportMissingImports]

    recorded = {name: first("tf-eager", workload)[1] for name, workload in WORKLOADS.items()}
    lines = [f"{json.dumps(name)}: {json.dumps(values)}" for name, values in recorded.items()]
    head = f'{{"tensorflow": "{tf.__version__}", "losses": {{\n'
    FILE.write_text(head + ",\n".join(lines) + "\n}}\n")


if __name__ == "__main__":
    main()
