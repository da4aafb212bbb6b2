"""What TensorFlow's own tests decorate themselves with; only eager code and functions run."""

from __future__ import annotations

import contextlib
import faulthandler
import functools
import gc
import socket
from collections.abc import Callable
from typing import Any

from tfshim._src.device import device as _device
from tfshim._src.device_config import gpu_device_name, is_built_with_xla, is_gpu_available
from tfshim._src.function.mode import functions_run_eagerly, run_functions_eagerly as _set_eagerly
from tfshim._src.internals.graphs import no_graph
from tfshim._src.registry import PUBLIC
from tfshim._src.testing.test_case import TestCase

__all__ = [
    "GpuSupportsHalfMatMulAndConv", "IsBuiltWithNvcc", "IsBuiltWithROCm", "IsBuiltWithXLA",
    "IsCPUTargetAvailable", "IsGoogleCudaEnabled",
    "IsMklEnabled", "NCHWToNHWC", "NHWCToNCHW", "TensorFlowTestCase",
    "InstallStackTraceHandler", "assert_no_new_pyobjects_executing_eagerly", "disable_msan",
    "disable_tsan", "disable_ubsan", "enable_c_shapes", "enable_graph_building_optimization",
    "enable_nested_function_shape_inference", "enable_output_all_intermediates",
    "enable_quantized_dtypes_training", "enable_tf_xla_constant_folding",
    "is_asan_enabled", "is_mlir_bridge_enabled", "is_msan_enabled", "is_tsan_enabled",
    "is_ubsan_enabled", "pick_unused_port", "py_func_if_in_function",
    "run_all_in_deprecated_graph_mode_only", "set_xla_env_flag", "with_c_shapes",
    "assert_equal_graph_def", "disable_control_flow_v2",
    "add_graph_building_optimization_tests", "also_run_as_tf_function",
    "assert_no_garbage_created", "build_as_function_and_v1_graph", "deprecated_graph_mode_only",
    "device", "deterministic_ops", "disable_asan",
    "disable_cudnn_autotune", "disable_eager_op_as_function",
    "disable_mlir_bridge", "disable_tfrt", "disable_xla", "enable_control_flow_v2",
    "enable_eager_op_as_function", "for_all_test_methods", "force_cpu", "force_gpu",
    "generate_combinations_with_testcase_name", "gpu_device_name", "is_gpu_available",
    "is_xla_enabled", "matmul_without_tf32", "no_xla_auto_jit",
    "run_all_in_graph_and_eager_modes", "run_all_without_tensor_float_32", "run_class_in_v1_v2",
    "run_cuda_only", "run_deprecated_v1", "run_functions_eagerly", "run_gpu_only",
    "run_gpu_or_tpu", "run_in_async_and_sync_mode", "run_in_graph_and_eager_modes",
    "run_in_v1_v2", "run_v1_only", "run_v2_only", "run_without_tensor_float_32", "skip_if",
    "skip_if_error", "use_gpu", "with_control_flow_v2", "with_forward_compatibility_horizons",
    "xla_allow_fallback",
]  # fmt: skip

TensorFlowTestCase = TestCase
IsBuiltWithXLA = is_built_with_xla


def _as_is(thing: Any) -> Any:
    return thing


def _of_test(around: Callable) -> Callable:
    """A decorator of a test method, used bare or called with options: `around(method, options)`."""

    def decorator(func: Any = None, **options: Any) -> Any:
        def decorate(method: Callable) -> Callable:
            if isinstance(method, type):
                raise ValueError("`run_in_graph_and_eager_modes` only supports test methods.")

            @functools.wraps(method)
            def test(self, *args: Any, **kwargs: Any) -> Any:
                return around(self, functools.partial(method, self, *args, **kwargs), options)

            return test

        return decorate(func) if callable(func) else decorate

    return decorator


def _eagerly(case: Any, run: Callable, options: dict) -> Any:
    """The eager half of a test that also builds graphs."""
    if options.get("assert_no_eager_garbage"):
        return _without_garbage(case, run)
    return run()


#: Tests of both modes run in the one that there is.
run_in_graph_and_eager_modes = _of_test(_eagerly)


def run_all_in_graph_and_eager_modes(cls: type) -> type:
    """The class as it is: its tests run eagerly."""
    return cls


run_class_in_v1_v2 = run_all_in_graph_and_eager_modes
run_in_v1_v2 = run_in_graph_and_eager_modes
run_in_async_and_sync_mode = _of_test(lambda case, run, options: run())


def _skipping(text: str, condition: Callable[[], bool]) -> Callable:
    """A decorator of tests and classes that skips where `condition()` holds."""

    def decorator(reason: Any = None, func: Any = None) -> Any:
        if isinstance(reason, str) or (reason is None and func is None):
            return functools.partial(decorate, because=reason)
        return decorate(reason if func is None else func)

    def decorate(thing: Any, because: str | None = None) -> Any:
        if isinstance(thing, type):
            set_up = thing.setUp  # type: ignore[attr-defined]

            def setUp(self) -> None:
                skip(self, because)
                set_up(self)

            thing.setUp = setUp  # type: ignore[attr-defined]
            return thing

        @functools.wraps(thing)
        def test(self, *args: Any, **kwargs: Any) -> Any:
            skip(self, because)
            return thing(self, *args, **kwargs)

        return test

    def skip(case: Any, because: str | None) -> None:
        if condition():
            case.skipTest(text if because is None else f"{text}: {because}")

    return decorator


def _no_gpu() -> bool:
    return not is_gpu_available()


#: Tests of TensorFlow 1's behaviour skip themselves, and those of graphs.
run_v1_only = _skipping("tfshim is TensorFlow 2", lambda: True)
deprecated_graph_mode_only = _skipping("tfshim has no TensorFlow graph", lambda: True)
run_deprecated_v1 = run_all_in_deprecated_graph_mode_only = deprecated_graph_mode_only
run_gpu_only = _skipping("Test requires GPU", _no_gpu)
run_cuda_only = _skipping("Test requires CUDA GPU", _no_gpu)
run_gpu_or_tpu = _skipping("Test requires GPU or TPU", _no_gpu)


def run_v2_only(func: Any = None, reason: str | None = None) -> Any:
    """The test as it is: tfshim is TensorFlow 2."""
    return _as_is if func is None or isinstance(func, str) else func


def _describing(description: Any = None) -> Any:
    """A decorator that says why another compiler cannot run a test: it changes nothing."""
    return description if callable(description) else _as_is


disable_asan = disable_eager_op_as_function = disable_mlir_bridge = disable_tfrt = _describing
disable_cudnn_autotune = disable_xla = no_xla_auto_jit = xla_allow_fallback = _describing
run_all_without_tensor_float_32 = run_without_tensor_float_32 = _describing
disable_msan = disable_tsan = disable_ubsan = set_xla_env_flag = _describing
enable_control_flow_v2 = with_control_flow_v2 = enable_c_shapes = with_c_shapes = _as_is
enable_nested_function_shape_inference = enable_output_all_intermediates = _as_is
enable_quantized_dtypes_training = enable_tf_xla_constant_folding = _as_is
enable_graph_building_optimization = _as_is
enable_eager_op_as_function = _as_is
add_graph_building_optimization_tests = _as_is


def with_forward_compatibility_horizons(*horizons: Any) -> Callable:
    """The test as it is: there is one version."""
    return _as_is


def assert_no_garbage_created(f: Callable) -> Callable:
    """The test, which fails if it leaves objects that only the garbage collector finds."""

    @functools.wraps(f)
    def test(self, *args: Any, **kwargs: Any) -> None:
        _without_garbage(self, functools.partial(f, self, *args, **kwargs))

    return test


def disable_control_flow_v2(unused_msg: str) -> Callable:
    """A decorator that changes nothing: control flow is what it is in TensorFlow 2."""
    return _as_is


def assert_no_new_pyobjects_executing_eagerly(warmup_iters: int = 2) -> Callable:
    """A decorator of tests that run a few times and then must leave no more objects.

    Args:
      warmup_iters: how often the test runs first.
    """

    def decorate(f: Callable) -> Callable:
        @functools.wraps(f)
        def test(self, *args: Any, **kwargs: Any) -> None:
            for _ in range(warmup_iters + 1):
                f(self, *args, **kwargs)
            gc.collect()
            before = len(gc.get_objects())
            for _ in range(2):
                f(self, *args, **kwargs)
            gc.collect()
            self.assertLessEqual(len(gc.get_objects()) - before, 2, "the test left objects")

        return test

    return decorate


def assert_equal_graph_def(actual, expected, *args: Any, **kwargs: Any) -> None:
    """Raises: there are no graphs to compare.

    Raises:
      NotImplementedError: always; a test is skipped.
    """
    raise no_graph("assert_equal_graph_def")


def py_func_if_in_function(f: Callable) -> Callable:
    """A function that is called through `tf.numpy_function` while a function is traced."""

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        if PUBLIC["tf.executing_eagerly"]():
            return f(*args, **kwargs)

        def with_values(*values: Any) -> None:
            f(*values, **kwargs)

        return PUBLIC["tf.numpy_function"](with_values, args, [])

    return call


def _without_garbage(case: Any, run: Callable) -> None:
    flags = gc.get_debug()
    gc.collect()
    before = len(gc.garbage)
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        run()
        gc.collect()
        made = [type(thing).__name__ for thing in gc.garbage[before:]]
    finally:
        del gc.garbage[before:]
        gc.set_debug(flags)
    case.assertEqual(made, [], "the test made garbage")


@_of_test
def build_as_function_and_v1_graph(case: Any, run: Callable, options: dict) -> Any:
    """Runs the test as a function; there is no other graph."""
    PUBLIC["tf.function"](run)()


def also_run_as_tf_function(f: Callable) -> Callable:
    """Runs the test as a function first, then eagerly."""

    @functools.wraps(f)
    def test(self, *args: Any, **kwargs: Any) -> None:
        def bound() -> None:
            f(self, *args, **kwargs)

        PUBLIC["tf.function"](bound, autograph=False)()
        bound()

    return test


def for_all_test_methods(decorator: Callable, *args: Any, **kwargs: Any) -> Callable:
    """A decorator of classes: `decorator(*args, **kwargs)` of each of its tests."""

    def decorate(cls: type) -> type:
        for name, value in list(vars(cls).items()):
            if callable(value) and name.startswith("test") and name != "test_session":
                setattr(cls, name, decorator(*args, **kwargs)(value))
        return cls

    return decorate


def skip_if(condition: Any) -> Callable:
    """A decorator: the test does nothing where `condition`, or its result, holds."""

    def decorate(method: Callable) -> Callable:
        @functools.wraps(method)
        def test(*args: Any, **kwargs: Any) -> None:
            if not (condition() if callable(condition) else condition):
                method(*args, **kwargs)

        return test

    return decorate


@contextlib.contextmanager
def skip_if_error(test_obj: Any, error_type: type[Exception], messages: Any = None) -> Any:
    """A context in which such an error skips the test.

    Args:
      test_obj: the test case.
      error_type: a class of errors.
      messages: text, or texts of which one must be in the error's.
    """
    texts = [messages] if isinstance(messages, str) else list(messages or ())
    try:
        yield
    except error_type as error:
        if texts and not any(text in str(error) for text in texts):
            raise
        test_obj.skipTest(f"Skipping error: {type(error).__name__}: {error}")


@contextlib.contextmanager
def run_functions_eagerly(run_eagerly: bool) -> Any:
    """A context in which functions run their Python code, or do not."""
    before = functions_run_eagerly()
    _set_eagerly(run_eagerly)
    try:
        yield
    finally:
        _set_eagerly(before)


def device(use_gpu: bool) -> Any:
    """A context on the GPU if there is one and it is wanted, else on the CPU."""
    return _device("GPU:0" if use_gpu and is_gpu_available() else "CPU:0")


def use_gpu() -> Any:
    """A context on the GPU, if there is one."""
    return device(True)


def force_gpu() -> Any:
    """A context on the GPU."""
    return _device("GPU:0")


def force_cpu() -> Any:
    """A context on the CPU."""
    return _device("CPU:0")


def deterministic_ops() -> Any:
    """A context; programs of XLA give what they gave before."""
    return contextlib.nullcontext()


def is_xla_enabled() -> bool:
    """False, as in a TensorFlow whose tests were not built for XLA."""
    return False


def is_asan_enabled() -> bool:
    """False: no sanitizer watches."""
    return False


is_msan_enabled = is_tsan_enabled = is_ubsan_enabled = is_asan_enabled


def is_mlir_bridge_enabled() -> bool:
    """False: there is no such bridge."""
    return False


def IsGoogleCudaEnabled() -> bool:
    """Whether JAX has a GPU."""
    return is_gpu_available()


IsBuiltWithNvcc = IsGoogleCudaEnabled


def IsBuiltWithROCm() -> bool:
    """False: tfshim does not tell AMD's GPUs apart."""
    return False


def IsCPUTargetAvailable(target: str) -> bool:
    """Whether code for a processor could be generated; there is no list of them.

    Raises:
      NotImplementedError: always; a test is skipped.
    """
    raise no_graph("IsCPUTargetAvailable")


def GpuSupportsHalfMatMulAndConv() -> bool:
    """Whether there is a GPU: those of today multiply in half precision."""
    return is_gpu_available()


def InstallStackTraceHandler() -> None:
    """Prints Python's stack when the process is killed by a fault."""
    faulthandler.enable()


def pick_unused_port() -> int:
    """A TCP port that nobody listens at."""
    with socket.socket() as s:
        s.bind(("localhost", 0))
        return s.getsockname()[1]


def IsMklEnabled() -> bool:
    """False: there is no oneDNN."""
    return False


def matmul_without_tf32(a, b, *args: Any, **kwargs: Any) -> Any:
    """`tf.matmul` at full precision."""
    return PUBLIC["tf.linalg.matmul"](a, b, *args, **kwargs)


def NHWCToNCHW(input_tensor: Any) -> Any:
    """The same images, or list of sizes, with channels first."""
    return _permuted(input_tensor, {4: [0, 3, 1, 2], 5: [0, 4, 1, 2, 3]})


def NCHWToNHWC(input_tensor: Any) -> Any:
    """The same images, or list of sizes, with channels last."""
    return _permuted(input_tensor, {4: [0, 2, 3, 1], 5: [0, 2, 3, 4, 1]})


def _permuted(value: Any, orders: dict[int, list[int]]) -> Any:
    if hasattr(value, "shape"):
        return PUBLIC["tf.transpose"](value, orders[len(value.shape)])
    return [value[i] for i in orders[len(value)]]


def generate_combinations_with_testcase_name(**kwargs: Any) -> list[dict[str, Any]]:
    """Every combination of values, each with a `testcase_name`, in the order of the names.

    Args:
      kwargs: for each name its values.
    """
    found: list[dict[str, Any]] = [{}]
    for name in sorted(kwargs):
        values = kwargs[name] if isinstance(kwargs[name], list) else [kwargs[name]]
        found = [{**one, name: value} for one in found for value in values]
    return [
        {**one, "testcase_name": "".join(f"_{_word(k)}_{_word(v)}" for k, v in one.items())}
        for one in found
    ]


def _word(value: Any) -> str:
    return "".join(c for c in str(value) if c.isalnum())
