"""Functions of one element: roots, exponentials, circular and hyperbolic ones, rounding, parts."""

from conformance.cases.row import b, c64, draw, f32, f64, i32, pairs, row, s, special

_ANYWHERE = (
    "exp", "expm1", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "asinh", "sigmoid",
)  # fmt: skip
_POSITIVE = ("sqrt", "rsqrt", "log", "log1p")
_WITHIN_ONE = ("asin", "acos", "atanh")
_REAL = ("softplus", "log_sigmoid", "softsign")
_WHOLE = ("floor", "ceil", "rint", "round")
_COMPLEX = (*_ANYWHERE, *_POSITIVE, *_WITHIN_ONE, "acosh")
_LOG_PRODUCTS = ("tf.math.xlogy", "tf.math.xlog1py", "tf.math.xdivy")


def _all(names, *args, **kwargs):
    return [row(f"tf.math.{n}", *args, **kwargs) for n in names]


ROWS = [
    *_all((*_ANYWHERE, *_REAL[:2]), draw((2, 3)), second=True),
    *_all((*_ANYWHERE, *_REAL[:2]), draw((2, 3), "float64"), second=True),
    *_all(_REAL[2:], draw((2, 3), "float64")),
    *_all(_POSITIVE, draw((2, 3), low=0.1, high=4.0), second=True),
    *_all(_WITHIN_ONE, draw((2, 3), low=-0.9, high=0.9), second=True),
    *_all(("acosh",), draw((2, 3), low=1.1, high=4.0), second=True),
    *_all((*_ANYWHERE, *_REAL, *_POSITIVE), draw((3,), "float16", low=0.2, high=1.0)),
    *_all((*_ANYWHERE, *_REAL, *_POSITIVE), draw((3,), "bfloat16", low=0.2, high=1.0)),
    *_all(_COMPLEX, draw((4,), "complex64")),
    *_all(_COMPLEX, draw((4,), "complex128"), second=True),
    *_all((*_COMPLEX, *_REAL), special("float32", denormals=False), kind="boundary"),
    *_all((*_COMPLEX, *_REAL), f64([]), kind="boundary"),
    *_all((*_COMPLEX, *_REAL), f32([0.0, 1.0, -1.0]), kind="boundary"),
    *_all((*_COMPLEX, *_REAL), 1, kind="error"),
    *_all((*_COMPLEX, *_REAL), s(["a"]), kind="error"),
    row("tf.math.atan2", draw((2, 3)), draw((3,), seed=1), second=True),
    row("tf.math.atan2", *pairs("float32"), kind="boundary"),
    row("tf.math.atan2", i32([1]), i32([1]), kind="error"),
    row("tf.math.atan2", f32([1, 2]), f32([1, 2, 3]), kind="error"),
    row("tf.math.nextafter", draw((3,)), draw((3,), seed=1)),
    row("tf.math.nextafter", *pairs("float64"), kind="boundary"),
    row("tf.math.nextafter", i32([1]), i32([1]), kind="error"),
    # signs and rounding
    row("tf.math.abs", draw((2, 3)), second=True),
    row("tf.math.abs", draw((3,), "complex64"), second=True),
    row("tf.math.abs", i32([-3, 2])),
    row("tf.math.abs", special("float32", denormals=False), kind="boundary"),
    row("tf.math.abs", special("int32"), kind="boundary"),
    row("tf.math.abs", c64([0j, 1j]), kind="boundary"),
    row("tf.math.abs", b([True]), kind="error"),
    row("tf.math.sign", draw((2, 3))),
    row("tf.math.sign", i32([-3, 0, 2])),
    row("tf.math.sign", draw((3,), "complex64")),
    row("tf.math.sign", special("float32", denormals=False), kind="boundary"),
    row("tf.math.sign", c64([0j, 1j]), kind="boundary"),
    row("tf.math.sign", b([True]), kind="error"),
    *_all(_WHOLE, draw((2, 3))),
    *_all(_WHOLE, f32([0.5, 1.5, 2.5, -0.5, -1.5, -2.5]), kind="boundary"),
    *_all(_WHOLE, special("float32", denormals=False), kind="boundary"),
    *_all(_WHOLE, s(["a"]), kind="error"),
    *_all(_WHOLE[:3], 1, kind="error"),
    row("tf.math.round", i32([1, 2])),
    # products that are 0 where the first factor is
    *(
        row(op, draw((2, 3)), draw((3,), seed=1, low=0.1, high=3.0), second=True)
        for op in _LOG_PRODUCTS
    ),
    *(
        row(op, f32([0.0, 0.0, 1.0, 0.0]), f32([0.0, -1.0, 2.0, float("inf")]), kind="boundary")
        for op in _LOG_PRODUCTS
    ),
    *(row(op, *pairs("float32"), kind="boundary", grad=()) for op in _LOG_PRODUCTS),
    *(row(op, i32([1]), i32([1]), kind="error") for op in _LOG_PRODUCTS),
    *(row(op, f32([1, 2]), f32([1, 2, 3]), kind="error") for op in _LOG_PRODUCTS),
    # complex numbers
    row("tf.dtypes.complex", draw((2, 3)), draw((3,), seed=1), second=True),
    row("tf.dtypes.complex", draw((2,), "float64"), draw((2,), "float64", 1)),
    row("tf.dtypes.complex", f32([]), f32([]), kind="boundary"),
    row("tf.dtypes.complex", f32([1.0]), i32([1]), kind="error"),
    *_all(("real", "imag", "conj"), draw((3,), "complex64"), second=True),
    *_all(("real", "imag", "conj"), draw((3,), "complex128")),
    *_all(("real", "imag", "conj"), draw((3,))),
    *_all(("real", "imag", "conj"), i32([1, 2])),
    *_all(("real", "imag", "conj", "angle"), c64([]), kind="boundary"),
    *_all(("real", "conj"), s(["a"]), kind="error"),
    row("tf.math.imag", s(["a"])),
    row("tf.math.angle", draw((3,), "complex64"), second=True),
    row("tf.math.angle", f32([-1.0, 1.0, 0.0])),
    row("tf.math.angle", i32([1]), kind="error"),
]
