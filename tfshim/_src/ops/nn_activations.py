"""Activation functions, with TensorFlow's derivatives at their kinks."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import dtype_not_allowed
from tfshim._src.ops import kinds
from tfshim._src.ops.arithmetic import add, multiply, negative, square, subtract
from tfshim._src.ops.casting import cast
from tfshim._src.ops.elementwise import sigmoid
from tfshim._src.ops.joining import concat
from tfshim._src.ops.reduction import reduce_sum
from tfshim._src.registry import export, op
from tfshim._src.rules import FLOAT_COMPLEX, Group, same
from tfshim._src.tensor import Tensor

_RELU = (*kinds.COMPARE, "qint8")
#: Mean and variance of a unit normal variable are the fixed point of selu with these constants
#: (Klambauer et al., "Self-Normalizing Neural Networks", 2017).
_SELU_SCALE = 1.0507009873554804934193349852946
_SELU_ALPHA = 1.6732632423543772848170429916717


def _gate(t, open_):
    """A tangent where the gate is open, times 0 elsewhere (which keeps NaN, as TensorFlow does)."""
    return t * open_.astype(t.dtype)


# -- pieces of lines -------------------------------------------------------------------------------


def _relu_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return relu_raw(x), _gate(t, x > 0)


def relu_raw(x):
    """max(x, 0) of a raw array; NaN stays NaN."""
    return jnp.maximum(x, jnp.zeros((), x.dtype))


@op("tf.nn.relu", inputs=same("features", of=_RELU), jvp=_relu_jvp)
def relu(features):
    """max(features, 0), element by element; the derivative at 0 is 0."""
    return relu_raw(features)


def _relu6_raw(x):
    six = jnp.asarray(6, x.dtype)
    if x.dtype.itemsize == 2 and jnp.issubdtype(x.dtype, jnp.floating):  # -0 stays -0
        return jnp.where(x >= six, six, jnp.where(x < 0, jnp.zeros((), x.dtype), x))
    return jnp.where(x >= six, six, relu_raw(x))


def _relu6_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return _relu6_raw(x), _gate(t, (x > 0) & (x < 6))


@op(kernel="Relu6", inputs=same("features", of=kinds.COMPARE), jvp=_relu6_jvp)
def _relu6(features):
    return _relu6_raw(features)


@export("tf.nn.relu6")
def relu6(features, name=None) -> Tensor:
    """min(max(features, 0), 6), element by element; the derivatives at 0 and 6 are 0.

    Args:
      features: real tensor.
      name: ignored.
    """
    return _relu6(convert(features))


def _leaky_raw(x, alpha):
    return jnp.where(x > 0, x, jnp.asarray(alpha, x.dtype) * x)


def _leaky_jvp(primals, tangents, alpha):
    (x,), (t,) = primals, tangents
    return _leaky_raw(x, alpha), jnp.where(x > 0, 1, alpha).astype(t.dtype) * t


def _slope(value: Any) -> float:
    if value is None:
        return _slope(0.2)
    if isinstance(value, (bool, int, float, np.number)):
        return float(np.float32(value))
    raise TypeError(f"Expected float for argument 'alpha' not {value!r}.")


@op(
    kernel="LeakyRelu",
    inputs=same("features", of=kinds.ACTIVATION),
    static={"alpha": _slope},
    jvp=_leaky_jvp,
)
def _leaky_relu(features, alpha):
    return _leaky_raw(features, alpha)


@export("tf.nn.leaky_relu")
def leaky_relu(features, alpha=0.2, name=None) -> Tensor:
    """The features where positive, alpha times them elsewhere; the derivative at 0 is alpha.

    Args:
      features: float tensor; integers become float32.
      alpha: the slope for x <= 0, a Python number, rounded to float32.
      name: ignored.
    """
    x = convert(features)
    if x.aval.dtype.kind in "iu":
        x = cast(x, dtypes.float32)
    return _leaky_relu(x, alpha.item() if isinstance(alpha, np.ndarray) else alpha)


@export("tf.nn.crelu")
def crelu(features, axis=-1, name=None) -> Tensor:
    """relu(features) and relu(-features), joined along an axis.

    Args:
      features: real tensor of rank 1 or more.
      axis: along which both are joined.
      name: ignored.

    Source: Shang et al., "Understanding and Improving Convolutional Neural Networks via
    Concatenated Rectified Linear Units" (2016).
    """
    x = convert(features)
    return relu(concat([x, negative(x)], axis))


# -- exponential pieces ----------------------------------------------------------------------------


@jax.custom_jvp
def _elu_raw(x):
    return jnp.where(x < 0, jnp.expm1(x), x)


@_elu_raw.defjvp
def _elu_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = _elu_raw(x)
    one = jnp.ones((), y.dtype)
    return y, jnp.where(y < 0, y + one, one) * t


@op("tf.nn.elu", inputs=same("features", of=kinds.ACTIVATION))
def elu(features):
    """The features where >= 0, e ** features - 1 elsewhere."""
    return _elu_raw(features)


@jax.custom_jvp
def _selu_raw(x):
    scale = jnp.asarray(_SELU_SCALE, x.dtype)
    return jnp.where(
        x < 0, jnp.asarray(_SELU_SCALE * _SELU_ALPHA, x.dtype) * jnp.expm1(x), scale * x
    )


@_selu_raw.defjvp
def _selu_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = _selu_raw(x)
    below = y + jnp.asarray(_SELU_SCALE * _SELU_ALPHA, y.dtype)
    return y, jnp.where(y < 0, below, jnp.asarray(_SELU_SCALE, y.dtype)) * t


@op("tf.nn.selu", inputs=same("features", of=kinds.ACTIVATION))
def selu(features):
    """elu with scale and slope such that activations stay near mean 0 and variance 1.

    Source: Klambauer et al., "Self-Normalizing Neural Networks" (2017).
    """
    return _selu_raw(features)


# -- gates -----------------------------------------------------------------------------------------


@jax.custom_jvp
def _tanh(x):
    return jnp.tanh(x)


@_tanh.defjvp
def _tanh_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    y = _tanh(x)
    # JAX has (t + t * y) * (1 - y), which rounds otherwise and is not symmetric.
    return y, t * (jnp.ones((), y.dtype) - y * y)


@op(kernel="Erfc", inputs=same("features", of=kinds.ACTIVATION))
def _gelu(features, approximate):
    x = features

    def const(value):
        return jnp.asarray(value, x.dtype)

    # Two of the constants are float32 in TensorFlow, whatever the dtype of x.
    if approximate:
        inner = const(0.7978845608028654) * (x + const(np.float32(0.044715)) * (x * x * x))
        return const(0.5) * x * (const(1) + _tanh(inner))
    return const(0.5) * x * jax.lax.erfc(-x * const(np.float32(0.7071067811865476)))


@export("tf.nn.gelu")
def gelu(features, approximate=False, name=None) -> Tensor:
    """x times the probability that a unit normal variable is below x, element by element.

    Args:
      features: float tensor.
      approximate: whether to take a polynomial within a tanh instead of the error function.
      name: ignored.

    Raises:
      ValueError: for features that are not floating.

    Source: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016).
    """
    x = convert(features)
    if x.aval.dtype.kind != "f":
        raise ValueError(
            f"`features.dtype` must be a floating point tensor.Received:features.dtype={x.dtype}"
        )
    return _gelu(x, bool(static.host(approximate)))


def _swish_jvp(primals, tangents):
    (x, beta), (dx, dbeta) = primals, tangents
    one = jnp.ones((), x.dtype)
    s = jax.nn.sigmoid(beta * x)
    by_x = s * (one + beta * x * (one - s))
    by_beta = x * x * s * (one - s)
    # TensorFlow conjugates nothing here, which in JAX's convention is a conjugate.
    return x * s, jnp.conj(by_x) * dx + jnp.conj(by_beta) * dbeta


@op(kernel="Sigmoid", inputs=same("features", "beta", of=FLOAT_COMPLEX), jvp=_swish_jvp)
def _swish(features, beta):
    return features * jax.nn.sigmoid(beta * features)


def _wide_swish_gradient(call):
    """TensorFlow's rule, which sums the gradient of beta to a scalar, whatever its shape."""
    (x, beta), (dy,) = call.inputs, call.cotangents
    s = sigmoid(multiply(beta, x))
    open_ = subtract(convert(1, x.aval.dtype), s)
    one = convert(1, x.aval.dtype)
    by_x = multiply(s, add(one, multiply(multiply(beta, x), open_)))
    by_beta = multiply(multiply(square(x), s), open_)
    return [multiply(dy, by_x), reduce_sum(multiply(dy, by_beta))]


@op(
    kernel="Sigmoid",
    inputs=same("features", "beta", of=FLOAT_COMPLEX),
    grad=_wide_swish_gradient,
)
def _wide_swish(features, beta):
    return features * jax.nn.sigmoid(beta * features)


_SIGMOID = Group(("x",), FLOAT_COMPLEX)


@export("tf.nn.silu", "tf.nn.swish")
def silu(features, beta=1.0) -> Tensor:
    """features * sigmoid(beta * features), element by element.

    Args:
      features: float tensor.
      beta: scalar, cast to the dtype of the features. What has axes broadcasts; its gradient is
        a scalar, as in TensorFlow.

    Source: Ramachandran et al., "Searching for Activation Functions" (2017).
    """
    x = convert(features)
    slope = cast(convert(beta), x.aval.dtype)
    if x.aval.dtype.kind not in "fc":
        raise dtype_not_allowed("Sigmoid", x.aval.dtype, _SIGMOID.ordered)
    return _wide_swish(x, slope) if slope.ndim else _swish(x, slope)
