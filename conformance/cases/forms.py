"""Unusual forms of ordinary calls: NumPy values of other dtypes, axes as bools, odd shapes."""

import numpy as np

from conformance.cases.row import f32, f64, i8, i16, i32, i64, make, row

_IMAGE = (1, 2, 2, 1)
_ROWS = np.arange(6, dtype="float32").reshape(2, 3)


def defaults():
    """What is no tensor becomes an attribute's default dtype, whatever NumPy calls it."""
    # (of each kernel, the first call of a process keeps NumPy's dtype in TensorFlow)
    yield row("tf.nn.max_pool2d", f32(np.ones(_IMAGE)), 2, 2, "SAME")
    for dtype in ("int32", "float64", "bool", "float16"):
        yield row("tf.nn.max_pool2d", np.ones(_IMAGE, dtype), 2, 2, "SAME")
    yield row("tf.nn.max_pool", np.ones(_IMAGE), 2, 2, "SAME")
    yield row("tf.nn.max_pool", f64(np.ones(_IMAGE)), 2, 2, "SAME")
    yield row("tf.math.nextafter", np.ones(2), np.zeros(2))
    yield row("tf.math.nextafter", np.ones(2), f64([0, 2]))
    yield row("tf.math.nextafter", True, 1, kind="boundary")
    yield row("tf.math.nextafter", f64(1), f32(1), kind="error")
    for dtype in ("int64", "int8", "float64"):
        yield row("tf.math.invert_permutation", np.array([1, 0], dtype))
    yield row("tf.math.invert_permutation", i64([1, 0]))
    yield row("tf.math.invert_permutation", [1.0, 0.0], kind="error")
    for values in (np.ones(4), [1, 2, 3], np.ones(4, "complex128")):
        yield row("tf.signal.fft", values)
    yield row("tf.signal.fft", f32([1, 2]), kind="error")
    yield row("tf.signal.ifft2d", np.ones((2, 2)))
    yield row("tf.nn.local_response_normalization", np.ones((1, 1, 1, 2)))
    yield row("tf.nn.local_response_normalization", f64(np.ones(_IMAGE)), kind="error")
    for dtype in ("int16", "float64"):
        yield row("tf.one_hot", np.array([1, 0], dtype), 2)
    yield row("tf.one_hot", [1.0, 0.0], 2, kind="error")
    yield row("tf.one_hot", i16([1, 0]), 2, kind="error")


def axes():
    """Axes and shifts as NumPy values and bools."""
    for axis in (True, False, [True], np.array(0.0), np.int8(1)):
        yield row("tf.math.reduce_sum", _ROWS, axis)
    yield row("tf.math.reduce_max", _ROWS, False)
    yield row("tf.math.reduce_sum", _ROWS, i8(1), kind="error")
    yield row("tf.math.cumsum", [1, 2], True, kind="error")
    yield row("tf.math.cumsum", [1, 2], np.int8(0))
    yield row("tf.math.argmax", [[1, 2]], i32([0]), kind="error")
    for shift, axis in ((np.array(1.5), 0), (1, np.array(0.0)), (np.int16(1), 0), ([], [])):
        yield row("tf.roll", [1, 2, 3], shift, axis, kind="error")
    yield row("tf.strided_slice", [1, 2, 3], np.array([0], "int16"), [2])
    yield row("tf.strided_slice", [1, 2, 3], i16([1]), i16([2]))
    yield row("tf.strided_slice", [1, 2, 3], [0.0], [1.0], kind="error")
    yield row("tf.slice", [1, 2, 3], np.array([0.0]), [1], kind="error")


def numbers():
    """Ranges, spaces and repetitions of values that do not fit."""
    for stop in (2.5, f32(2), i64(2)):
        yield row("tf.linspace", 1, stop, 3, kind="error")
    yield row("tf.linspace", 1.0, f64(2), 3, kind="error")
    yield row("tf.linspace", True, 2, 3, kind="error")
    yield row("tf.range", [3])
    yield row("tf.range", 0, i32([5]), np.array([2]))
    yield row("tf.range", [3.0, 4.0], kind="error")
    for limit in (float("inf"), float("nan")):
        yield row("tf.range", 0, limit, kind="error")
    for size in (2**40, 2**62):
        yield row("tf.zeros", [size], kind="error")
        yield row("tf.range", size, kind="error")
    for repeats, axis in ((-1, None), ([-1], None), (-2, 0), ([-2], 1)):
        yield row("tf.repeat", _ROWS, repeats, axis, kind="error")
    yield row("tf.repeat", [1, 2], [-1, 2], kind="boundary")
    yield row("tf.reverse_sequence", [[1, 2, 3]], [2.0], 1, kind="error")
    yield row("tf.reverse_sequence", [[1, 2, 3]], [2], 0, 1, kind="error")
    yield row("tf.reverse_sequence", [[1, 2, 3]], [2], 0, kind="error")
    yield row("tf.reverse_sequence", [[1, 2, 3]], np.array([2], "int8"), 1)


def conversions():
    """Shapes and lists of tensors as tensors."""
    shape = make("tf.TensorShape", [1, 2])
    yield row("tf.convert_to_tensor", shape, make("tf.as_dtype", "int64"))
    yield row("tf.convert_to_tensor", shape, make("tf.as_dtype", "float32"), kind="error")
    yield row("tf.convert_to_tensor", make("tf.TensorShape", None), kind="error")
    yield row("tf.convert_to_tensor", [i32(1), f32(2)], kind="error")
    yield row("tf.convert_to_tensor", [[i32(1)], [f32(2)]], kind="error")
    yield row("tf.math.add", [f32(1), i32(2)], 1, kind="error")


ROWS = [*defaults(), *axes(), *numbers(), *conversions()]
