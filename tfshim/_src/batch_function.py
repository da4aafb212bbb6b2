"""`tf.nondifferentiable_batch_function`: TensorFlow's way to compute calls of threads together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tfshim._src import nest
from tfshim._src.dispatch import dispatch
from tfshim._src.engine.kernel import Kernel
from tfshim._src.errors import FailedPreconditionError, InvalidArgumentError, op_error
from tfshim._src.function.polymorphic import function
from tfshim._src.ops.common import brackets
from tfshim._src.registry import export
from tfshim._src.spec import TensorSpec
from tfshim._src.tensor import Tensor


def _no_gradient(call):
    raise LookupError("gradient registry has no entry for: BatchFunction")


_BATCHED = Kernel("BatchFunction", lambda *outputs: outputs, rule=_no_gradient)


@export("tf.nondifferentiable_batch_function")
def batch_function(
    num_batch_threads,
    max_batch_size,
    batch_timeout_micros,
    allowed_batch_sizes=None,
    max_enqueued_batches=10,
    autograph=True,
    enable_large_batch_splitting=True,
) -> Callable:
    """A decorator for functions of batches whose rows do not depend on each other.

    TensorFlow collects calls of several threads into one; here each call is computed at once, by
    itself, which gives the same rows.

    Args:
      num_batch_threads, batch_timeout_micros, max_enqueued_batches: of TensorFlow's scheduler;
        there is none here.
      max_batch_size: the largest batch, an int above 0.
      allowed_batch_sizes: rising sizes; there is no padding here, which they are for.
      autograph: whether Python control flow on tensors is converted.
      enable_large_batch_splitting: if false, the last allowed size has to be `max_batch_size`.

    Raises:
      ValueError: when the function is called with what is no tensor.
      InvalidArgumentError: for scalars, batches of different sizes, and larger ones.
      FailedPreconditionError: for results that have another number of rows.
    """

    def decorator(fn: Callable) -> Callable:
        def decorated(*args):
            traced = function(lambda *xs: fn(*xs), autograph=autograph)
            specs = [
                TensorSpec(dtype=x.dtype, shape=x.shape, name=f"batch_{i}")
                for i, x in enumerate(args)
            ]
            computation = traced.get_concrete_function(*specs)
            for a in args:
                if not isinstance(a, Tensor):
                    raise ValueError(
                        "All arguments to functions decorated with `batch_function`  are supposed "
                        f"to be Tensors; found {a!r}."
                    )
            outputs = nest.flatten(computation.structured_outputs, expand_composites=True)
            outputs = [o for o in outputs if o is not None]
            for which, given in (("Tout", outputs), ("Tin", args)):
                if not given:
                    _refuse(f"Length for attr '{which}' of 0 must be at least minimum 1")
            attrs = f"Tcaptured_0_Tin_{len(args)}_Tout_{len(outputs)}"
            shapes = [a.aval.shape for a in args]
            _refuse(_check_inputs(shapes), attrs)
            size = shapes[0][0]
            limits = max_batch_size, allowed_batch_sizes, enable_large_batch_splitting
            _refuse(_check_sizes(size, *limits), attrs)
            result = computation(*args)
            flat = nest.flatten(result, expand_composites=True)
            wrong = _check_outputs(size, flat, allowed_batch_sizes)
            _refuse(wrong, attrs, FailedPreconditionError)
            batched: Any = dispatch(_BATCHED, tuple(flat))
            return nest.pack_sequence_as(result, list(batched), expand_composites=True)

        return decorated

    return decorator


def _refuse(wrong: str, attrs: str = "", cls: type = InvalidArgumentError) -> None:
    if wrong:
        raise op_error("BatchFunction", wrong, cls, attrs=attrs, ran=bool(attrs))


def _check_sizes(size: int, largest: int, allowed: Sequence[int] | None, splitting: bool) -> str:
    """What TensorFlow's scheduler has against these sizes, or "" if nothing."""
    if allowed:
        if any(a >= b for a, b in zip(allowed, allowed[1:], strict=False)):
            return "allowed_batch_sizes entries must be monotonically increasing"
        if not splitting and allowed[-1] != largest:
            return (
                "final entry in allowed_batch_sizes must equal max_batch_size when "
                "enable_large_batch_splitting is False"
            )
    if size > largest:
        return f"Task size {size} is larger than maximum input batch size {largest}"
    return ""


def _check_inputs(shapes: Sequence[tuple[int, ...]]) -> str:
    if not all(shapes):
        wrong = "Batching input tensors must have at least one dimension."
    elif len({s[0] for s in shapes}) > 1:
        wrong = (
            "Batching input tensors supplied in a given op invocation must have equal "
            "0th-dimension size."
        )
    else:
        return ""
    listed = "".join(f" - in__tensors_{i} has shape {brackets(s)}\n" for i, s in enumerate(shapes))
    return f"{wrong}\nBelow are the input tensors: \n{listed}"


def _check_outputs(size: int, outputs: Sequence[Any], allowed: Sequence[int] | None) -> str:
    padding = next((a for a in allowed or () if a >= size), size) - size
    for o in outputs:
        shape = o.aval.shape
        if not shape:
            return "Batched output tensor has 0 dimensions"
        if shape[0] != size:
            return (
                "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension "
                f"sizes of the input tensors. 0th dimension size: {shape[0]}; batch size: {size}; "
                f"unbatched tasks size: 0; padding size: {padding}"
            )
    return ""
