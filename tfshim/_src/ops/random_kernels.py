"""What all random ops share: kernels that draw, and the checks of shapes, dtypes and seeds."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from tfshim._src import dtypes, reports
from tfshim._src.convert import CONVERSIONS, convert
from tfshim._src.dispatch import dispatch
from tfshim._src.dtypes import DType
from tfshim._src.engine import kernel as kernel_module
from tfshim._src.engine.aval import Aval, make_aval
from tfshim._src.engine.forms import Form
from tfshim._src.engine.kernel import Kernel, Spec
from tfshim._src.engine.stats import stats
from tfshim._src.errors import dtype_not_allowed, op_error
from tfshim._src.ops import philox, random_choice, value_checks
from tfshim._src.ops.common import brackets
from tfshim._src.ops.vectors import plain_ints
from tfshim._src.random_state import OpSeeds, next_state
from tfshim._src.rules import INDEX, c_name
from tfshim._src.tensor import EagerTensor

FLOATS = ("half", "bfloat16", "float", "double")
WHOLE_INTS = ("int32", "int64", "uint32", "uint64")


class Draw(Kernel):
    """A kernel whose body also runs on NumPy arrays: small draws need no compile at all."""

    __slots__ = ("body",)

    def with_attrs(self, attrs: dict[str, Any]) -> Kernel:
        return drawing(self.name, self.body, *attrs.values(), differentiable=self.differentiable)

    def execute(self, values: list[Any], spec: Spec) -> tuple[Any, ...]:
        nbytes = sum(a.nbytes for a in spec.outputs)
        if nbytes <= kernel_module.HOST_BYTES and kernel_module.on_host(values):
            stats.host_nodes += 1
            with np.errstate(all="ignore"):
                found = self.call([np.asarray(v) for v in values])
            return tuple([np.asarray(x) for x in found])
        stats.xla_nodes += 1
        return self.run_xla(values)


class _Drawn(Form):
    """What a draw gives, known without tracing its body, which takes a hundred times as long."""

    def __init__(self, kernel: Any, result: Callable):
        super().__init__(kernel)
        self.avals: Callable = result

    def outputs(self, avals: tuple[Aval, ...]) -> tuple[Aval, ...] | None:
        found = self.avals(avals, *self.attrs.values())
        return None if found is None else (found,)


def _shaped(avals: tuple[Aval, ...], shape: tuple[int, ...], dtype: Any) -> Aval:
    return make_aval(shape, dtypes.from_np(np.dtype(dtype)))


#: The output aval of bodies that have one, for the avals of the inputs and the static arguments.
_RESULTS: dict[Callable, Callable] = {
    philox.uniform: _shaped,
    philox.uniform_bits: _shaped,
    philox.normal: _shaped,
    philox.truncated_normal: _shaped,
    philox.uniform_int: lambda avals, shape: make_aval(shape, avals[1].dtype),
    random_choice.shuffle: lambda avals: avals[1] if avals[1].shape else None,
}


@functools.lru_cache(4096)
def drawing(name: str, body: Callable, *static: Any, differentiable: bool = False) -> Draw:
    """The kernel `body(*tensors, *static)`, made once.

    Args:
      name: TensorFlow's kernel name.
      body: pure function that runs on NumPy arrays, and on JAX arrays and tracers.
      static: hashable arguments.
      differentiable: whether the tensors can have gradients.
    """

    def fn(*values: Any) -> Any:
        if not all(isinstance(v, np.ndarray) for v in values):
            values = tuple([jnp.asarray(v) for v in values])
        return body(*values, *static)

    attrs = {str(i): x for i, x in enumerate(static)}
    result = _RESULTS.get(inspect.unwrap(body))
    form = None if result is None else functools.partial(_Drawn, result=result)
    if name in _REFUSED:
        made = Draw(name, fn, attrs, rule=_no_gradient, form=form)
    else:
        made = Draw(name, fn, attrs, differentiable=differentiable, form=form)
    made.body = body
    return made


#: Kernels whose gradient TensorFlow refuses, where those of others are None.
_REFUSED = frozenset({"RandomPoissonV2", "StatelessShuffle"})


def _no_gradient(call: Any) -> Any:
    raise LookupError(f"gradient registry has no entry for: {call.kernel.name}")


def named(value: Any, dtype: DType | None, name: str) -> EagerTensor:
    """`convert`, with the argument's name in the error for a tensor of another dtype."""
    try:
        return convert(value, dtype)
    except ValueError as e:
        if isinstance(value, EagerTensor):
            raise ValueError(f"{name}: {e}") from None
        raise


def shape_tensor(shape: Any, empty: DType = dtypes.int32) -> EagerTensor:
    """The tensor of a `shape` argument; () and [] are taken as int32 (or `empty`)."""
    if isinstance(shape, (list, tuple)) and not shape:
        return convert(shape, empty)
    if plain_ints(shape) and not CONVERSIONS:
        return _sizes_tensor(*shape)
    return convert(shape)


@functools.lru_cache(1024)
def _sizes_tensor(*sizes: int) -> EagerTensor:
    """The tensor of a list of Python ints: most programs draw the same shapes again and again."""
    return convert(sizes)


def dimensions(kernel: str, shape: EagerTensor, attr: str = "T") -> tuple[int, ...]:
    """The sizes in a shape tensor, or the error that this kernel raises for it."""
    if c_name(shape.aval.dtype) not in INDEX:
        raise dtype_not_allowed(kernel, shape.aval.dtype, _types(*INDEX), attr)
    if shape.ndim != 1:
        got = brackets(shape.aval.shape)
        raise op_error(kernel, f"shape must be a vector of {{int32,int64}}, got shape {got}")
    sizes = tuple(shape._host_value().tolist())
    for n in sizes:
        if n < 0:
            raise op_error(kernel, f"Dimension {n} must be >= 0")
    return sizes


def check_dtype(kernel: str, dtype: DType, allowed: tuple[str, ...], attr: str = "dtype") -> DType:
    """The dtype, if its C name is among the allowed ones; otherwise the op's refusal."""
    if c_name(dtype) not in allowed:
        raise dtype_not_allowed(kernel, dtype, _types(*allowed), attr)
    return dtype


def _types(*names: str) -> tuple[DType, ...]:
    return tuple(dtypes.as_dtype(n) for n in names)


def check_seed(seed: Any, kernel: str = "StatelessRandomGetKeyCounter") -> EagerTensor:
    """The tensor of a stateless seed, int32 or int64 [2]."""
    seed = convert(seed)
    if c_name(seed.aval.dtype) not in INDEX:
        raise dtype_not_allowed(kernel, seed.aval.dtype, _types(*INDEX), "Tseed")
    if seed.aval.shape != (2,):
        raise op_error(kernel, f"seed must have shape [2], not {brackets(seed.aval.shape)}")
    return seed


def check_bounds(kernel: str, minval: EagerTensor, maxval: EagerTensor, size: int) -> None:
    """Bounds of integers are scalars, and not empty (checked where they are known already)."""
    for name, t in (("minval", minval), ("maxval", maxval)):
        if t.ndim:
            raise op_error(kernel, f"{name} must be 0-D, got shape {brackets(t.aval.shape)}")
    if size and reports.collected():
        value_checks.check_bounds(minval, maxval)
    elif size and minval._trace is None and maxval._trace is None:
        low, high = minval._host_value()[()], maxval._host_value()[()]
        if low >= high:
            raise op_error(kernel, f"Need minval < maxval, got {low} >= {high}")


def stateful(
    kernel: str,
    body: Callable,
    static: tuple,
    attrs: tuple,
    seeds: OpSeeds,
    outputs: int,
    inputs: tuple[EagerTensor, ...] = (),
    differentiable: bool = False,
) -> Any:
    """One call of a stateful op: takes its place in its stream and draws.

    Args:
      kernel: TensorFlow's kernel name.
      body: `body(state, *inputs, *static)`.
      attrs: dtypes by which TensorFlow tells kernels apart.
      seeds: from `random_state.op_seeds`.
      outputs: how many numbers TensorFlow reserves of the stream.
      inputs: further tensors.
      differentiable: whether the inputs can have gradients.
    """
    state = next_state(kernel, attrs, seeds, outputs * philox.SAMPLES_PER_OUTPUT)
    draw = drawing(kernel, body, *static, differentiable=differentiable)
    return dispatch(draw, (state, *inputs))


def must_end_with(kernel: str, shape: tuple[int, ...], tail: tuple[int, ...]) -> None:
    """A stateless distribution's shape ends with its parameters' broadcast shape."""
    if shape[len(shape) - len(tail) :] != tail or len(shape) < len(tail):
        raise op_error(kernel, "Shape passed in must end with broadcasted shape.")


def broadcast_shape(*tensors: EagerTensor, kernel: str = "BroadcastArgs") -> tuple[int, ...]:
    """The shape to which tensors broadcast, or TensorFlow's error."""
    shape: tuple[int, ...] = ()
    for t in tensors:
        try:
            shape = np.broadcast_shapes(shape, t.aval.shape)
        except ValueError:
            got = f"{brackets(shape)} vs. {brackets(t.aval.shape)}"
            raise op_error(kernel, f"Incompatible shapes: {got}") from None
    return shape


def size_of(shape: tuple[int, ...]) -> int:
    return math.prod(shape)
