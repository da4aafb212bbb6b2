"""The rest of `tf.test`: `main`, skipping, and what a test can ask of the machine."""

from __future__ import annotations

import functools
import platform
import sys
from collections.abc import Callable

import jax
from absl import app
from absl.testing import absltest

from tfshim._src.engine.flush import flush
from tfshim._src.registry import export
from tfshim._src.tensor import STATE
from tfshim._src.testing import benchmark


@export("tf.test.main")
def main(argv=None) -> None:
    """Runs the tests of the main module, or the benchmarks that `--benchmark_filter=` names.

    Args:
      argv: the command line; by default that of the process.
    """
    argv = sys.argv if argv is None else argv
    wanted = [a for a in argv if a.lstrip("-").startswith("benchmark_filter=") and a[0] == "-"]
    if wanted:
        argv.remove(wanted[0])
        pattern = wanted[0].split("=")[1]
        app.run(lambda _: benchmark.run(pattern), argv=argv)
    else:
        app.run(main=lambda rest: absltest.main(argv=rest), argv=argv)


@export("tf.test.disable_with_predicate")
def disable_with_predicate(pred, skip_message) -> Callable:
    """A decorator for tests that skips them where `pred()` holds.

    Args:
      pred: a function without arguments, asked when the test runs.
      skip_message: why it is skipped.
    """

    def decorate(method: Callable) -> Callable:
        @functools.wraps(method)
        def test(self, *args, **kwargs):
            if pred():
                self.skipTest(skip_message)
            return method(self, *args, **kwargs)

        return test

    return decorate


@export("tf.test.with_eager_op_as_function")
def with_eager_op_as_function(cls=None, only_as_function=False):
    """The class as it is, as in TensorFlow, or a decorator that returns it.

    Args:
      cls: a test case.
      only_as_function: means nothing any more.
    """
    return (lambda decorated: decorated) if cls is None else cls


_CPUS = frozenset({"aarch64", "arm", "powerpc", "s390x", "x86", "x86_64"})


@export("tf.test.is_cpu_target_available")
def is_cpu_target_available(target) -> bool:
    """Whether programs can be compiled for a kind of CPU: for that of this machine they can.

    Args:
      target: "aarch64", "arm", "powerpc", "s390x", "x86" or "x86_64".
    """
    assert target in _CPUS, f"Unknown CPU target: {target}"
    names = {"amd64": "x86_64", "arm64": "aarch64"}
    machine = platform.machine().lower()
    return names.get(machine, machine) == target


@export("tf.test.experimental.sync_devices")
def sync_devices() -> None:
    """Runs what is pending and waits until all devices are done: for measuring times.

    Raises:
      RuntimeError: in a function being traced.
    """
    if STATE.trace.symbolic:
        raise RuntimeError("sync_devices() must only be called in Eager mode, outside tf.functions")
    flush(STATE.pending)
    for array in jax.live_arrays():
        if not array.is_deleted():
            array.block_until_ready()
