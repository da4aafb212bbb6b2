"""Records the counts again: `python -m tests.call_patterns.record` where TensorFlow is."""

import json
import pathlib

import tensorflow as tf

from tests.call_patterns import patterns

if __name__ == "__main__":
    found = {name: patterns.run(tf, name) for name in patterns.PATTERNS}
    lines = [f" {json.dumps(name)}: {json.dumps(log)}" for name, log in sorted(found.items())]
    path = pathlib.Path(__file__).with_name("recorded.json")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(len(found), "patterns")
