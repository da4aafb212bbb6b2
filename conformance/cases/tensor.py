"""`tf.Tensor`: operators, conversions to Python, static facts, text."""

from conformance.cases.row import (
    b,
    bf16,
    c64,
    code,
    draw,
    f16,
    f32,
    f64,
    i8,
    i32,
    i64,
    method,
    pairs,
    s,
    special,
    u8,
)

_ARITHMETIC = {"add": "+", "sub": "-", "mul": "*", "truediv": "/"}
_ROUNDING = {"floordiv": "//", "mod": "%"}
_COMPARE = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_EQUAL = {"eq": "==", "ne": "!="}
_LOGICAL = {"and": "&", "or": "|", "xor": "^"}


def _op(name: str, sign: str, *args, **options):
    return code(f"tf.Tensor.__{name}__", f"lambda x, y: x {sign} y", *args, **options)


def _reads():
    """What Python, NumPy and printing make of tensors."""
    for source, values in {
        "bool(x)": (f32(0.0), f32(2.0), b(True), i32([3]), f32([]), s("")),
        "int(x)": (f32(2.7), i32(3), i64(-(2**40)), b(True)),
        "float(x)": (f32(0.1), i32(3), f64(0.1)),
        "complex(x)": (c64(1 + 2j), f32(1.5)),
        "len(x)": (f32([1, 2]), f32([[1], [2], [3]]), f32([])),
        "[v.numpy() for v in x]": (f32([1, 2]), draw((2, 2)), f32([])),
        "[10, 20, 30][x]": (i32(1), i64(-1)),
        "repr(x)": (
            *(f32(0.1), f16(0.1), bf16(0.1), f64(0.1), i8(1), b(True), c64(0.1 + 2j), s("a")),
            *(f32([0.1, 1e10]), f32([]), s(["a", "b"]), draw((2, 3)), draw((2, 2, 2), "int32")),
            special("float32"),
        ),
        "str(x)": (
            *(f32(0.1), f16(0.1), bf16(0.1), f64(0.1), i8(1), b(True), c64(0.1 + 2j), s("a")),
            *(f32([0.1, 1e10]), f32([]), s(["a", "b"]), draw((2, 3)), draw((2, 2, 2), "int32")),
        ),
        "'{:.2f}'.format(x)": (f32(1.234),),
        "f'{x}'": (f32([1.5]), i32(2)),
        "np.asarray(x)": (f32([1, 2]), i64(3), b([True])),
        "np.array(x, np.float64)": (f32([1, 2]),),
        "np.sin(x)": (f64([1, 2]),),
        "x.numpy()": (f32([1, 2]), i32(3), s("a"), bf16([1.5])),
        "x.shape": (f32(1), draw((2, 3))),
        "x.shape.as_list()": (draw((2, 3)),),
        "x.get_shape()": (draw((2, 3)),),
        "x.ndim": (f32(1), draw((2, 3))),
        "x.dtype": (f32(1), s("a"), bf16(1)),
        "x.device.split('/')[-1][:6]": (f32(1),),
        "x.ref().deref()": (f32(1),),
        "x.ref() == x.ref()": (f32(1),),
        "isinstance(x, tf.Tensor)": (f32(1),),
        "type(x).__name__": (f32(1),),
        "x.set_shape([None, 3])": (draw((2, 3)),),
    }.items():
        name = source if source.startswith("x.") else ""
        name = name.removeprefix("x.").partition("(")[0].partition(".")[0] or "__array__"
        for value in values:
            yield code(f"tf.Tensor.{name}", f"lambda x: {source}", value, grad=())


def _refusals():
    for source, value in {
        "bool(x)": f32([1, 2]),
        "int(x)": f32([1, 2]),
        "float(x)": f32([1, 2]),
        "len(x)": f32(1),
        "list(x)": f32(1),
        "[1, 2][x]": f32(1),
        "hash(x)": f32(1),
        "{x: 1}": i32(1),
        "x.name": f32(1),
        "x.op": f32(1),
        "x.graph": f32(1),
        "x.no_such_name": f32(1),
        "x.T": draw((2, 3)),
        "x.astype('int32')": f32(1),
        "x.reshape([3, 2])": draw((2, 3)),
        "x.set_shape([3, 3])": draw((2, 3)),
        "x.__setitem__(0, 1.0)": f32([1, 2]),
        "x + 'a'": f32(1),
        "x + None": f32(1),
        "x + [1, 2, 3]": f32([1, 2]),
        "x + tf.constant(1)": f32(1),
        "x + tf.constant([1.0, 2.0, 3.0])": f32([1, 2]),
        "x + 1.5": i32(1),
        "x < 0.5": i32(1),
        "x & 1": f32(1),
        "~x": f32(1),
        "-x": s("a"),
        "abs(x)": s("a"),
        "x @ x": f32([1, 2]),
        "x @ tf.ones([4, 2])": draw((2, 3)),
        "x // 0": i32(1),
        "x % 0": i32(1),
        "x ** -1": i32(2),
        "x == 'a'": f32(1),
        "x[1.0]": f32([1, 2]),
        "x['a']": f32([1, 2]),
        "x[0, 0]": f32([1, 2]),
        "x[5]": f32([1, 2]),
        "x[0]": f32(1),
        "x[True]": f32([1, 2]),
        "x[[0, 1]]": f32([1, 2]),
        "x[..., ...]": f32([1, 2]),
        "x[::0]": f32([1, 2]),
    }.items():
        yield code("tf.Tensor.__getitem__", f"lambda x: {source}", value, kind="error")


ROWS = [
    *(_op(n, o, draw((2, 3)), draw((3,), seed=1, low=1)) for n, o in _ARITHMETIC.items()),
    *(_op(n, o, draw((3,), "float64"), 2.5) for n, o in _ARITHMETIC.items()),
    *(_op("r" + n, o, 2.5, draw((3,), "float64", low=1)) for n, o in _ARITHMETIC.items()),
    *(_op(n, o, i32([7, -7]), i32([2, 2])) for n, o in (_ARITHMETIC | _ROUNDING).items()),
    *(_op(n, o, i32([7, -7]), 2) for n, o in (_ARITHMETIC | _ROUNDING).items()),
    *(_op("r" + n, o, 7, i32([2, -2])) for n, o in (_ARITHMETIC | _ROUNDING).items()),
    *(_op(n, o, f32([7.5, -7.5]), f32([2.0, 2.0])) for n, o in _ROUNDING.items()),
    *(_op(n, o, f32([1, 2]), [3, 4]) for n, o in _ARITHMETIC.items()),
    *(_op("r" + n, o, [3, 4], f32([1, 2])) for n, o in _ARITHMETIC.items()),
    *(_op(n, o, *pairs("float32"), kind="boundary") for n, o in _ROUNDING.items()),
    *(_op(n, o, *pairs("float32"), kind="boundary") for n, o in (_COMPARE | _EQUAL).items()),
    *(_op(n, o, *pairs("int8"), kind="boundary") for n, o in (_COMPARE | _EQUAL).items()),
    *(_op(n, o, draw((2, 3)), 0.5) for n, o in (_COMPARE | _EQUAL).items()),
    *(_op(n, o, f32([1, 2]), f32([1, 2, 3]), kind="boundary") for n, o in _EQUAL.items()),
    *(_op(n, o, f32([1, 2]), None, kind="boundary") for n, o in _EQUAL.items()),
    *(_op(n, o, s(["a", "b"]), "a") for n, o in _EQUAL.items()),
    *(_op(n, o, *pairs("bool")) for n, o in (_LOGICAL | _EQUAL).items()),
    *(_op(n, o, *pairs("uint8")) for n, o in _LOGICAL.items()),
    *(_op(n, o, b([True, False]), True) for n, o in _LOGICAL.items()),
    *(_op("r" + n, o, True, b([True, False])) for n, o in _LOGICAL.items()),
    _op("pow", "**", f32([1, 2, 3]), 2, second=True),
    _op("pow", "**", f32([1, 2, 3]), 2.5, second=True),
    _op("pow", "**", f32([-1, 0, 2]), f32([2, 0, -1]), kind="boundary"),
    _op("pow", "**", i32([1, 2, 3]), 3),
    _op("rpow", "**", 2.0, f32([1, 2, 3])),
    _op("matmul", "@", draw((2, 3)), draw((3, 4), seed=1)),
    _op("matmul", "@", draw((5, 2, 3)), draw((3, 4), seed=1)),
    _op("rmatmul", "@", [[1.0, 2.0]], draw((2, 3))),
    _op("add", "+", s(["a", "b"]), "c"),
    _op("radd", "+", "c", s(["a", "b"])),
    _op("add", "+", f32([]), f32([]), kind="boundary"),
    code("tf.Tensor.__neg__", "lambda x: -x", draw((2, 3))),
    code("tf.Tensor.__neg__", "lambda x: -x", u8([1, 0]), kind="error"),
    code("tf.Tensor.__abs__", "lambda x: abs(x)", special("float32", denormals=False)),
    code("tf.Tensor.__abs__", "lambda x: abs(x)", c64([3 + 4j, 0])),
    code("tf.Tensor.__invert__", "lambda x: ~x", b([True, False])),
    code("tf.Tensor.__invert__", "lambda x: ~x", i8([0, 1, -128])),
    *(
        code("tf.Tensor.__add__", f"lambda x: {source}", draw((2, 3)))
        for source in (
            *("x + np.float32(1.5)", "np.float32(1.5) + x", "x + np.ones([3])", "np.ones([3]) * x"),
            *(
                "x + np.arange(3)",
                "x * True",
                "x - 1",
                "1 - x",
                "x / 3",
                "3 / (x + 4)",
                "x * x * x",
            ),
        )
    ),
    code("tf.Tensor.__add__", "lambda x: x + np.float64(1.5)", i32(1)),
    *_reads(),
    *_refusals(),
    method("tf.Tensor.get_shape", draw((2, 3))),
]
