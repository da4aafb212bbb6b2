"""Records what live TensorFlow gives for each call: `python tests/kernel_values/record.py`."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.kernel_values import calls  # noqa: E402
from tfshim._src.internals import table  # noqa: E402


def main() -> None:
    import tensorflow as tf

    recorded, failed = {}, []
    where = {
        kernel.name: (module, name)
        for module, names in table.facts().kernels.items()
        for name, kernel in names.items()
    }
    for kernel, text in sorted(calls.calls().items()):
        module, name = where[kernel]
        function = getattr(importlib.import_module(f"tensorflow.python.{module}"), name)
        try:
            recorded[kernel] = calls.outcome(function(**calls.keywords(text, tf)))
        except Exception as error:
            failed.append(f"{kernel} {text}: {error}")
    if failed:
        sys.exit("\n".join(failed))
    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in recorded.items())
    (Path(__file__).parent / "values.json").write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()
