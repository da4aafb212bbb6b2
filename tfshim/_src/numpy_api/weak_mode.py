"""The modes "safe" and "all": who makes weak tensors, and which functions promote what.

Calling `enable` replaces operators, and the public functions that know of weak tensors. A function
that does not is given the tensors that they hold, and its result is not weak.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from tfshim._src import dtypes, nest, operators, registry
from tfshim._src.convert import convert
from tfshim._src.dtypes import DType, as_dtype
from tfshim._src.engine import speed
from tfshim._src.numpy_api.promotion_tables import KINDS, Kind, common
from tfshim._src.numpy_api.weak_tensor import WeakTensor, weaken
from tfshim._src.ops import casting, compare
from tfshim._src.tensor import Tensor
from tfshim._src.variable import Variable

#: Functions of two tensors that compute in their common dtype, with a weak result if that is weak.
_PROMOTING = """
    add math.add subtract math.subtract multiply math.multiply divide math.divide truediv
    math.truediv realdiv truncatediv truncatemod math.floordiv math.floormod math.mod math.pow pow
    math.divide_no_nan math.multiply_no_nan matmul linalg.matmul linalg.matvec
    experimental.numpy.matmul experimental.numpy.hypot
""".split()
#: The same with a result that never is.
_COMPARING = "equal math.equal math.not_equal not_equal maximum math.maximum minimum math.minimum"
#: Functions whose result is weak if their first argument is, or comes from Python's numbers.
_KEEPING = """
    abs acos acosh asin asinh atan atanh cos cosh exp expand_dims floor identity linalg.diag
    linalg.diag_part linalg.matrix_transpose linalg.tensor_diag_part linalg.trace math.abs math.acos
    math.acosh math.angle math.asin math.asinh math.atan math.atanh math.bessel_i0 math.bessel_i0e
    math.bessel_i1 math.bessel_i1e math.ceil math.conj math.cos math.cosh math.digamma math.erf
    math.erfc math.erfcinv math.erfinv math.exp math.expm1 math.floor math.imag math.lgamma math.log
    math.log1p math.log_sigmoid math.log_softmax math.ndtri math.negative math.real math.reciprocal
    math.reciprocal_no_nan math.reduce_euclidean_norm math.reduce_logsumexp math.reduce_max
    math.reduce_mean math.reduce_min math.reduce_prod math.reduce_std math.reduce_sum
    math.reduce_variance math.rint math.round math.rsqrt math.sigmoid math.sign math.sin math.sinh
    math.softplus math.special.bessel_i0 math.special.bessel_i0e math.special.bessel_i1
    math.special.bessel_i1e math.special.bessel_j0 math.special.bessel_j1 math.special.bessel_k0
    math.special.bessel_k0e math.special.bessel_k1 math.special.bessel_k1e math.special.bessel_y0
    math.special.bessel_y1 math.special.dawsn math.special.expint math.special.fresnel_cos
    math.special.fresnel_sin math.special.spence math.sqrt math.square math.tan math.tanh negative
    nn.gelu nn.leaky_relu nn.log_softmax nn.relu6 nn.sigmoid nn.silu nn.softplus nn.swish nn.tanh
    ones_like reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_sum reshape
    round sigmoid sign sin sinh sqrt square squeeze stop_gradient tan tanh transpose zeros_like
    clip_by_value
""".split()
#: The same of `tf.experimental.numpy`.
_KEEPING_ARRAYS = """
    abs absolute amax amin angle arange arccos arcsin arcsinh arctan arctanh around array
    asanyarray asarray ascontiguousarray atleast_1d atleast_2d atleast_3d average bitwise_not
    cbrt ceil conj conjugate copy cos cosh cumprod cumsum deg2rad diagonal diff empty_like exp
    exp2 expm1 fabs fix flatten flip fliplr flipud floor imag log log10 log1p log2 max mean min
    nanmean negative ones_like positive prod ptp rad2deg ravel real reciprocal repeat reshape
    rot90 round sign sin sinc sinh sort sqrt square squeeze std sum tan tanh trace transpose
    triu vander var zeros_like full_like
""".split()
#: Methods that weak tensors have from NumPy's arrays, and whose result is weak as well.
_METHODS = "transpose flatten reshape ravel clip max mean min __pos__ __round__ __neg__ __abs__"

_NUMBERS = (bool, int, float, complex)


class _Mode:
    name = ""


def kind_of(value: Any) -> Kind | None:
    """The dtype of an operand, and whether it is weak; None where nothing is promoted."""
    kind: Any = None
    if isinstance(value, WeakTensor):
        kind = value.tensor.dtype, True
    elif isinstance(value, (Tensor, Variable)):
        kind = value.dtype, False
    elif isinstance(value, (*_NUMBERS, list, tuple)) and (found := _of_python(value)) is not None:
        dtype = convert(value).dtype
        kind = dtype, found is not bool
    elif isinstance(value, (np.ndarray, np.generic)):
        kind = convert(value).dtype, False
    return kind if kind in KINDS else None


def _of_python(value: Any) -> type | None:
    """The widest class of a number or of nested lists of them, None where others are among them."""
    leaves = nest.flatten(value) if isinstance(value, (list, tuple)) else [value]
    kinds = [type(v) for v in leaves]
    if not set(kinds) <= set(_NUMBERS):
        return None
    return max(kinds, key=_NUMBERS.index) if kinds else float


def _as(value: Any, kind: Kind) -> Any:
    held = value.tensor if isinstance(value, WeakTensor) else convert(value)
    return held if held.dtype is kind[0] else casting.cast(held, kind[0])


def _promoted(x: Any, y: Any) -> tuple[Any, Any, bool] | None:
    """Both operands as they are computed with, and whether the result is weak; None: as they are.

    Raises:
      TypeError: where the mode has no common dtype.
    """
    mine, theirs = kind_of(x), kind_of(y)
    if mine is None or theirs is None or mine == theirs == (mine[0], False):
        return None
    kind = common(_Mode.name, mine, theirs)
    return _as(x, kind), _as(y, kind), kind[1]


def _held(value: Any) -> Any:
    return value.tensor if isinstance(value, WeakTensor) else value


def _binary(fn: Callable, keeps: bool, x: Any, y: Any, *args: Any, **kwargs: Any) -> Any:
    found = _promoted(x, y)
    if found is None:
        return fn(_held(x), _held(y), *args, **kwargs)
    x, y, weak = found
    out = fn(x, y, *args, **kwargs)
    return weaken(out) if weak and keeps else out


def _promoting(fn: Callable, keeps: bool) -> Callable:
    names = list(inspect.signature(fn).parameters)[:2]

    @functools.wraps(fn)
    def call(*args, **kwargs):
        given = list(args[:2])
        for name in names[len(given) :]:
            if name not in kwargs:
                return fn(*args, **kwargs)  # which says what is missing
            given.append(kwargs.pop(name))
        return _binary(fn, keeps, *given, *args[2:], **kwargs)

    return call


def _keeping(fn: Callable) -> Callable:
    names = list(inspect.signature(fn).parameters)
    place = names.index("dtype") if "dtype" in names else len(names)

    @functools.wraps(fn)
    def call(*args, **kwargs):
        first = args[0] if args else next(iter(kwargs.values()), None)
        wanted = args[place] if place < len(args) else kwargs.get("dtype")
        kind = None if wanted is not None else kind_of(first)
        if kind is not None and kind[1] and args:  # Python's numbers are int32 and float32
            args = (_as(first, kind), *args[1:])
        out = fn(*map(_held, args), **{k: _held(v) for k, v in kwargs.items()})
        if kind is None or not kind[1] or not isinstance(out, Tensor):
            return out
        return weaken(out)

    return call


def _plain(fn: Callable) -> Callable:
    return functools.wraps(fn)(lambda x, *args, **kwargs: fn(_held(x), *args, **kwargs))


def _constant(fn: Callable) -> Callable:
    """`tf.constant`: weak for what comes from Python's numbers."""

    @functools.wraps(fn)
    def constant(value, dtype=None, shape=None, name="Const"):
        out = fn(_held(value), dtype, shape, name)
        if isinstance(value, WeakTensor):
            return weaken(out) if dtype is None else out
        found = None if dtype is not None else _of_python(value)
        if found is None or found is bool:
            return out
        if out.dtype.name == "int64":
            raise OverflowError(f"Python int {value} too large to convert to np.int32")
        return weaken(out)

    return constant


# -- operators --


def _promotes(fn: Callable, x: Any, y: Any) -> bool:
    """Whether operands are promoted: a product with a boolean is boolean."""
    if fn is not operators._multiply:
        return True
    return not any(k is not None and k[0] is dtypes.bool for k in (kind_of(x), kind_of(y)))


def _operate(fn: Callable, keeps: bool, x: Any, y: Any) -> Any:
    if _promotes(fn, x, y):
        return _binary(fn, keeps, x, y)
    return fn(_held(x), _held(y))


def _operator(fn: Callable, name: str, keeps: bool) -> Callable:
    def method(self, other):
        try:
            return _operate(fn, keeps, self, other)
        except (TypeError, ValueError) as error:
            known = isinstance(other, (Tensor, Variable, WeakTensor, *_NUMBERS))
            reflected = None if known else getattr(type(other), f"__r{name}__", None)
            if reflected is None:
                raise
            try:
                out = reflected(
                    other, _held(self) if isinstance(self, WeakTensor) else convert(self)
                )
            except (TypeError, ValueError):
                raise error from None
            if out is NotImplemented:
                raise
            return out

    return method


def _reflected(fn: Callable, name: str, keeps: bool) -> Callable:
    return lambda self, other: _operate(fn, keeps, other, self)


def _equality(fn: Callable, otherwise: bool) -> Callable:
    def method(self, other):
        if other is None:
            return otherwise
        return operators._compared(lambda x, y: _binary(fn, False, x, y), self, other, otherwise)

    return method


def _install_operators() -> None:
    for cls in (Tensor, Variable, WeakTensor):
        for name, fn in operators._BINARY.items():
            entry = getattr(fn, "entry", None)
            keeps = name not in ("and", "or", "xor")
            for prefix, made in (("__", _operator), ("__r", _reflected)):
                method: Any = made(fn, name, keeps)
                if entry is not None and cls is not WeakTensor:
                    method = speed.core.Method(entry, method, prefix == "__r")
                setattr(cls, f"{prefix}{name}__", method)
    for cls in (Tensor, WeakTensor):  # variables compare as before, also in TensorFlow
        cls.__eq__ = _equality(compare.equal, False)  # type: ignore[method-assign]
        cls.__ne__ = _equality(compare.not_equal, True)  # type: ignore[method-assign]
    for name, fn in operators._COMPARE.items():
        setattr(WeakTensor, f"__{name}__", lambda x, y, fn=fn: fn(_held(x), _held(y)))
    WeakTensor.__invert__ = lambda self: weaken(operators._invert(self.tensor))  # type: ignore
    for name in _METHODS.split():
        setattr(WeakTensor, name, _method(name))
    WeakTensor.T = property(lambda self: self.transpose())  # type: ignore[attr-defined]
    for name in ("assign", "assign_add", "assign_sub"):
        setattr(Variable, name, _assigning(name, getattr(Variable, name)))


def _method(name: str) -> Callable:
    return lambda self, *args, **kwargs: weaken(getattr(self.tensor, name)(*args, **kwargs))


def _assigning(name: str, fn: Callable) -> Callable:
    """A method that takes what promotion turns into the variable's own dtype."""
    fn = getattr(fn, "_before_promotion", fn)

    @functools.wraps(fn)
    def method(self, value, *args, **kwargs):
        mine, theirs = kind_of(self), kind_of(value)
        if mine is None or theirs is None or mine == theirs:
            return fn(self, _held(value), *args, **kwargs)
        kind = common(_Mode.name, mine, theirs)
        if kind[0] is not mine[0]:
            shown = _held(value)
            shown = (
                shown.numpy() if isinstance(shown, Tensor) and not shown._is_symbolic() else shown
            )
            raise TypeError(
                f"Variable dtype is immutable. Calling {name} of Variable (with dtype "
                f"{self.dtype!s}) on {shown} requires converting {shown} to {self.dtype!s}. This "
                f"is disabled in the current promotion semantics. Please convert {shown} manually "
                f"before calling {name}."
            )
        return fn(self, _as(value, mine), *args, **kwargs)

    method._before_promotion = fn  # type: ignore[attr-defined]
    return method


# -- functions --


def enable(mode: str) -> None:
    """Makes "safe" or "all" the mode of the process."""
    before, _Mode.name = _Mode.name, mode
    if before:
        return
    _install_operators()
    for names, wrap in (
        (_PROMOTING, lambda fn: _promoting(fn, True)),
        (_COMPARING.split(), lambda fn: _promoting(fn, False)),
        (_KEEPING, _keeping),
        ([f"experimental.numpy.{n}" for n in _KEEPING_ARRAYS], _keeping),
        (["experimental.numpy.result_type"], lambda fn: functools.wraps(fn)(result_type)),
        (["cast", "dtypes.cast"], _plain),
        (["constant"], _constant),
    ):
        made: dict[int, Callable] = {}
        for name in names:
            module, _, attribute = f"tfshim.{name}".rpartition(".")
            home = importlib.import_module(module)
            fn = getattr(home, attribute)
            if id(fn) not in made:
                made[id(fn)] = wrap(fn)
            setattr(home, attribute, made[id(fn)])
            registry.PUBLIC[f"tf.{name}"] = made[id(fn)]


def result_type(*arrays_and_dtypes):
    """The dtype of an operation between these, in the mode of the process."""
    kinds = [
        (as_dtype(v), False) if isinstance(v, (DType, type, np.dtype)) else kind_of(v)
        for v in nest.flatten(arrays_and_dtypes)
    ]
    known: list[Kind] = [k for k in kinds if k is not None]
    return functools.reduce(lambda x, y: common(_Mode.name, x, y), known)[0]
