"""`tf.test.Benchmark`: classes whose methods report how long something took."""

from __future__ import annotations

import inspect
import numbers
import os
import re
import struct
from pathlib import Path
from typing import Any

from tfshim._src.registry import export
from tfshim._src.testing.values import evaluated

_CLASSES: list[type] = []


@export("tf.test.Benchmark")
class Benchmark:
    """A set of benchmarks: the methods whose names start with "benchmark".

    `tf.test.main` runs them for `--benchmark_filter=PATTERN`, "all" or a regular expression that
    is looked for in `module.Class.method`.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        _CLASSES.append(cls)

    @classmethod
    def is_abstract(cls) -> bool:
        """Whether this is the class that others are made from."""
        return cls is Benchmark

    def evaluate(self, tensors) -> Any:
        """The same structure with NumPy arrays for tensors."""
        return evaluated(tensors)

    def report_benchmark(
        self,
        iters=None,
        cpu_time=None,
        wall_time=None,
        throughput=None,
        extras=None,
        name=None,
        metrics=None,
    ) -> None:
        """Prints a result; with $TEST_REPORT_FILE_PREFIX set, writes a file of that name instead.

        The file holds a `BenchmarkEntries` message of TensorFlow's test_log.proto, the printed
        text is the same message.

        Args:
          iters: how many runs there were.
          cpu_time, wall_time: seconds.
          throughput: MB per second.
          extras: a dict of other numbers and texts.
          name: by default that of the method.
          metrics: a list of dicts with "name", "value" and perhaps "min_value" and "max_value".

        Raises:
          TypeError: for extras or metrics of another form.
          OSError: if the file exists.
        """
        full_name = f"{type(self).__name__}.{name or self._method()}"
        entry: list[Any] = [("name", 1, full_name)]
        entry += [("iters", 2, int(iters))] if iters is not None else []
        numbered = (("cpu_time", 3, cpu_time), ("wall_time", 4, wall_time))
        for key, number, value in (*numbered, ("throughput", 5, throughput)):
            entry += [(key, number, float(value))] if value is not None else []
        entry += [("extras", 6, pair) for pair in _extras(extras)]
        entry += [("metrics", 7, metric) for metric in _metrics(metrics)]
        message = [("entry", 1, entry)]
        prefix = os.environ.get("TEST_REPORT_FILE_PREFIX")
        if prefix is None:
            print("".join(f"{line}\n" for line in _lines(message)))
            return
        path = Path(prefix + full_name.replace("/", "__"))
        if path.exists():
            raise OSError(f"File already exists: {path}")
        path.write_bytes(_encoded(message))

    def _method(self) -> str:
        """The outermost method of a benchmark that is running."""
        for frame in reversed(inspect.stack()):
            if isinstance(frame.frame.f_locals.get("self"), Benchmark):
                return frame.function
        raise ValueError("Unable to determine calling Benchmark class.")


def run(pattern: str) -> None:
    """Runs the benchmarks whose full names match.

    Raises:
      ValueError: if there are none.
    """
    found = False
    for cls in _CLASSES:
        names = [n for n in dir(cls) if n.startswith("benchmark") and callable(getattr(cls, n))]
        where = f"{cls.__module__}.{cls.__name__}"
        for name in names:
            if pattern == "all" or re.search(pattern, f"{where}.{name}"):
                found = True
                getattr(cls(), name)()
    if not found:
        raise ValueError(f"No benchmarks matched the pattern: '{pattern}'")


def _extras(extras: Any) -> list:
    if extras is None:
        return []
    if not isinstance(extras, dict):
        raise TypeError("extras must be a dict")
    pairs = []
    for key, value in extras.items():
        if isinstance(value, numbers.Number):
            kept = ("double_value", 1, float(value))  # pyright: ignore[reportArgumentType]
        else:
            kept = ("string_value", 2, str(value))
        pairs.append([("key", 1, key), ("value", 2, [kept])])
    return pairs


def _metrics(metrics: Any) -> list:
    if metrics is None:
        return []
    if not isinstance(metrics, list):
        raise TypeError("metrics must be a list")
    found = []
    for metric in metrics:
        for key in ("name", "value"):
            if key not in metric:
                raise TypeError(f"metric must has a '{key}' field")
        message = [("name", 1, metric["name"]), ("value", 2, float(metric["value"]))]
        for number, key in ((3, "min_value"), (4, "max_value")):
            if key in metric:
                message.append((key, number, [("value", 1, float(metric[key]))]))
        found.append(message)
    return found


# A message is a list of (field, its number, value); a value is a number, a text or a message.
# Source of both forms: Protocol Buffers documentation, "Encoding" and "Text Format".


def _lines(message: list, indent: str = "") -> list[str]:
    lines = []
    for field, _, value in message:
        if isinstance(value, list):
            lines += [f"{indent}{field} {{", *_lines(value, indent + "  "), f"{indent}}}"]
        elif isinstance(value, str):
            text = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            lines.append(f'{indent}{field}: "{text}"')
        else:
            shown = value if not isinstance(value, float) or value % 1 else int(value)
            lines.append(f"{indent}{field}: {shown}")
    return lines


def _encoded(message: list) -> bytes:
    parts = []
    for _, number, value in message:
        if isinstance(value, float):
            parts.append(bytes([number << 3 | 1]) + struct.pack("<d", value))
        elif isinstance(value, int):
            parts.append(bytes([number << 3]) + _varint(value))
        else:
            content = _encoded(value) if isinstance(value, list) else value.encode()
            parts.append(bytes([number << 3 | 2]) + _varint(len(content)) + content)
    return b"".join(parts)


def _varint(value: int) -> bytes:
    digits = []
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes([*digits, value])
