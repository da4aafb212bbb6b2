"""Which ops are element by element; their forms are found by one trace for all shapes."""

from __future__ import annotations

from tfshim._src import derive
from tfshim._src.engine.elementwise import Elementwise, ElementwisePullback, Together
from tfshim._src.engine.forms import Avals, Form, broadcast_shape, form
from tfshim._src.engine.kernel import Kernel

_UNARY = """
    _abs _angle_of_real _cast _complex_abs _conj _finite _gelu _guarantee _imag _leaky_relu _negated
    _pow_whole _real _relu6 _round _saturate_cast _stop_gradient _zeros acos acosh asin asinh atan
    atanh ceil copy cos cosh digamma elu erf erfc erfinv exp expm1 floor invert is_finite is_inf
    is_nan lgamma log log1p log_sigmoid logical_not negative reciprocal relu rint rsqrt selu sigmoid
    sign sin sinh softplus softsign sqrt square tan tanh
""".split()
_BINARY = """
    _add _complex _divide_no_nan _equal _floordiv _floormod _logical_xor _multiply_no_nan
    _not_equal _pow _scale _truediv _truncatediv _truncatemod atan2 bitwise_and
    bitwise_or bitwise_xor greater greater_equal left_shift less less_equal logical_and logical_or
    maximum minimum multiply realdiv right_shift squared_difference subtract xdivy xlog1py xlogy
    _batch_normalization _log_poisson _reciprocal_no_nan _select _sigmoid_xent _swish
    _weighted_xent
""".split()
NAMES = (*_UNARY, *_BINARY)

form(*NAMES)(Elementwise)


@form("_clip_by_value", "_dropped")
class AsFirst(Elementwise):
    """The others broadcast to the first input, and not it to them."""

    def outputs(self, avals: Avals) -> Avals | None:
        return super().outputs(avals) if broadcast_shape(avals) == avals[0].shape else None


@form("_bias_add")
class BiasAdd(Elementwise):
    """A vector added to rows: the sum of two vectors, which the op itself refuses."""

    def __init__(self, kernel: Kernel):
        super().__init__(kernel)
        self.kernel = _SUM

    def outputs(self, avals: Avals) -> Avals | None:
        value, bias = avals
        if len(value.shape) < 2 or len(bias.shape) != 1 or value.shape[-1] != bias.shape[0]:
            return None
        if self.attrs["first"] and len(value.shape) > 2:
            return None
        return super().outputs(avals)

    def pullback(self, kernel: Kernel) -> Form | None:
        assert kernel.parent is not None
        _, _, diff, which, n_in = kernel.parent
        if "summed" in kernel.attrs:
            return None
        return ElementwisePullback(derive.pullback(_SUM, diff, which, n_in), self)


_SUM = Kernel("Sum", lambda x, y: x + y)

form("_sum_all", "_add_n")(Together)
