"""Special functions: gamma, zeta, beta, error functions, Bessel functions, integrals."""

from conformance.cases.row import draw, f32, f64, i32, row, s, special

_GAMMA = ("tf.math.lgamma", "tf.math.digamma")
_ERROR = ("tf.math.erf", "tf.math.erfc")
_INVERSE = ("tf.math.erfinv", "tf.math.ndtri", "tf.math.erfcinv")
_INTEGRALS = tuple(
    f"tf.math.special.{n}" for n in ("dawsn", "expint", "fresnel_cos", "fresnel_sin", "spence")
)
_BESSEL_ANY = tuple(f"tf.math.special.bessel_{n}" for n in ("i0", "i0e", "i1", "i1e", "j0", "j1"))
_BESSEL_POSITIVE = tuple(
    f"tf.math.special.bessel_{n}" for n in ("k0", "k0e", "k1", "k1e", "y0", "y1")
)
_UNARY = (*_GAMMA, *_ERROR, *_INVERSE, *_INTEGRALS, *_BESSEL_ANY, *_BESSEL_POSITIVE)
_INCOMPLETE = ("tf.math.igamma", "tf.math.igammac")

ROWS = [
    *(row(op, draw((2, 3), low=0.2, high=5.0), second=True) for op in _GAMMA),
    *(row(op, draw((2, 3), "float64", low=0.2, high=5.0), second=True) for op in _GAMMA),
    *(row(op, draw((2, 3)), second=True) for op in (*_ERROR, *_BESSEL_ANY)),
    *(row(op, draw((2, 3), "float64"), second=True) for op in (*_ERROR, *_BESSEL_ANY)),
    *(row(op, draw((2, 3), low=0.1, high=0.9), second=True) for op in _INVERSE),
    *(row(op, draw((2, 3), "float64", low=0.1, high=0.9), second=True) for op in _INVERSE),
    *(row(op, draw((2, 3), low=0.2, high=4.0), second=True) for op in _INTEGRALS),
    *(row(op, draw((2, 3), "float64", low=0.2, high=4.0), second=True) for op in _INTEGRALS),
    *(row(op, draw((2, 3), low=0.2, high=4.0), second=True) for op in _BESSEL_POSITIVE),
    *(row(op, draw((2, 3), "float64", low=0.2, high=4.0), second=True) for op in _BESSEL_POSITIVE),
    *(row(op, f64([5.0, 9.0, 20.0, 40.0])) for op in (*_BESSEL_ANY, *_BESSEL_POSITIVE)),
    *(row(op, f32([]), kind="boundary") for op in _UNARY),
    *(row(op, f32([0.0, 1.0]), kind="boundary") for op in _UNARY),
    *(
        row(op, special("float32", denormals=False), kind="boundary", grad=())
        for op in (*_GAMMA, *_ERROR)
    ),
    *(row(op, f32([-1.0, 0.0, 0.5, 1.0, 2.0]), kind="boundary", grad=()) for op in _INVERSE),
    *(row(op, 1, kind="error") for op in _UNARY),
    *(row(op, s(["a"]), kind="error") for op in _UNARY),
    row("tf.math.polygamma", f64([0, 1, 2, 3]), f64([0.5, 1.5, 2.5, 3.5]), grad=(1,), second=True),
    row("tf.math.polygamma", f32([1, 2]), f32([[0.5], [1.5]])),
    row("tf.math.polygamma", f32([1.5, -1.0]), f32([2.0, 2.0]), kind="boundary"),
    row("tf.math.polygamma", i32([1]), i32([1]), kind="error"),
    row("tf.math.zeta", f64([2.0, 3.0, 4.5]), f64([1.0, 2.5, 0.5]), second=True),
    row("tf.math.zeta", f32([2.0]), f32([[1.0], [2.0]])),
    row("tf.math.zeta", f32([1.0, 0.5, 2.0]), f32([1.0, 1.0, 0.0]), kind="boundary", grad=()),
    row("tf.math.zeta", f32([1, 2]), f32([1, 2, 3]), kind="error"),
    *(
        row(op, draw((4,), "float64", low=0.5, high=4), draw((4,), "float64", 1, low=0.2, high=6))
        for op in _INCOMPLETE
    ),
    *(row(op, f32([1.0, 2.0]), f32([[0.5], [1.5]])) for op in _INCOMPLETE),
    *(
        row(op, f32([1.0, -1.0, 1.0]), f32([-1.0, 1.0, 0.0]), kind="boundary", grad=())
        for op in _INCOMPLETE
    ),
    *(row(op, f32([1, 2]), f32([1, 2, 3]), kind="error") for op in _INCOMPLETE),
    row("tf.math.betainc", f64([1.0, 2.5]), f64([2.0, 0.5]), f64([0.3, 0.7]), second=True),
    row("tf.math.betainc", 1.0, 2.0, f32([0.0, 0.5, 1.0]), kind="boundary", grad=()),
    row("tf.math.betainc", f32([1, 2]), f32([1, 2, 3]), 0.5, kind="error"),
    row("tf.math.lbeta", f32([[1.0, 2.0], [3.0, 4.0]]), second=True),
    row("tf.math.lbeta", f32([]), kind="boundary"),
    row("tf.math.lbeta", 1.0, kind="error"),
]
