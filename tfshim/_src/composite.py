"""Ops on composite tensors: how a ragged or sparse argument finds its own implementation.

A composite refuses to become a tensor: its `_as_operand` raises `CompositeOperand`. Public ops
catch that where they convert their arguments, which is off the path of plain tensors, and look
for a handler of that kind of composite.

    @handles("ragged", "tf.reduce_sum")
    def reduce_sum(fn, args): ...        # args: parameter name -> what the user passed
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

#: (kind of composite, public name) -> handler(fn, args).
HANDLERS: dict[tuple[str, str], Callable[[Callable, dict[str, Any]], Any]] = {}

#: Public functions that are written by hand, not generated, and take composites.
AWARE = frozenset(
    f"tf.{n}"
    for n in """
    math.abs abs math.add math.truediv truediv math.divide divide math.divide_no_nan math.floordiv
    math.floormod floormod math.pow pow math.multiply_no_nan math.scalar_mul math.equal equal
    math.not_equal not_equal math.round round math.angle math.real math.imag math.conj
    dtypes.complex complex clip_by_value concat stack gather gather_nd size rank shape zeros_like
    ones_like one_hot split
    linalg.matmul matmul linalg.matvec linalg.adjoint linalg.cholesky linalg.diag_part linalg.det
    linalg.inv linalg.logdet linalg.solve linalg.trace
    math.bincount math.add_n add_n where math.reduce_std math.reduce_variance
    tile reverse squeeze expand_dims math.cumsum reshape broadcast_to math.unsorted_segment_sum
    nn.softmax nn.dropout nn.leaky_relu nn.gelu nn.silu nn.relu nn.relu6 nn.elu nn.selu nn.softsign
    math.maximum math.minimum math.sigmoid math.softplus math.log_sigmoid math.nextafter
    math.sqrt math.rsqrt math.log1p math.special.spence math.zeta math.xlogy math.xlog1py
    math.xdivy math.lgamma math.digamma math.ndtri math.sign math.negative debugging.check_numerics
    debugging.assert_equal dynamic_partition saturate_cast reverse_sequence strings.length
    strings.substr strings.to_hash_bucket_fast strings.to_hash_bucket_strong strings.to_hash_bucket
    strings.as_string strings.lower strings.upper strings.regex_full_match strings.regex_replace
    strings.strip strings.to_number strings.unicode_transcode strings.unicode_script strings.join
    strings.reduce_join strings.format io.encode_base64 io.decode_base64 math.reduce_any
    nn.embedding_lookup
    """.split()
)


class CompositeOperand(ValueError):
    """A composite tensor stands where a tensor is needed.

    Args:
      value: the composite.
      message: what TensorFlow says where no implementation takes it.
    """

    def __init__(self, value: Any, message: str):
        super().__init__(message)
        self.value = value


# TensorFlow raises a plain ValueError, and notebooks print the class's name.
CompositeOperand.__name__ = CompositeOperand.__qualname__ = "ValueError"


def handles(kind: str, *names: str) -> Callable[[Callable], Callable]:
    """Decorates the implementation of public ops for one kind of composite.

    Args:
      kind: the `_composite_kind` of the composite's class.
      *names: public names; any of an op's aliases.
    """

    def decorate(handler: Callable) -> Callable:
        for name in names:
            HANDLERS[kind, name] = handler
        return handler

    return decorate


def handle(error: CompositeOperand, names: tuple[str, ...], fn: Callable, args: dict) -> Any:
    """The result of a public op on a composite, or the error again if it does not take one.

    Args:
      error: raised by the composite when it was converted.
      names: the public names of the op.
      fn: the public op.
      args: its arguments by name.
    """
    kind = error.value._composite_kind
    for name in names:
        handler = HANDLERS.get((kind, name))
        if handler is not None:
            return handler(fn, args)
    raise error


def aware(fn: Callable, names: tuple[str, ...]) -> Callable:
    """A hand-written public function that lets composites find their implementation.

    Args:
      fn: the function.
      names: its public names.
    """
    parameters = list(inspect.signature(fn).parameters.values())
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        raise TypeError(f"{names[0]} has no plain signature")
    scope: dict[str, Any] = {"FN": fn, "HANDLE": handle, "ERROR": CompositeOperand, "NAMES": names}
    declared, passed, keyword_only = [], [], False
    for p in parameters:
        if p.kind is p.KEYWORD_ONLY and not keyword_only:
            declared.append("*")
            keyword_only = True
        scope[f"_d_{p.name}"] = p.default
        declared.append(p.name if p.default is p.empty else f"{p.name}=_d_{p.name}")
        passed.append(f"{p.name}={p.name}" if keyword_only else p.name)
    table = ", ".join(f"{p.name!r}: {p.name}" for p in parameters)
    source = (
        f"def {fn.__name__}({', '.join(declared)}):\n"
        f"    try:\n        return FN({', '.join(passed)})\n"
        f"    except ERROR as error_:\n        return HANDLE(error_, NAMES, SELF, {{{table}}})\n"
    )
    exec(compile(source, f"<tfshim {names[0]}>", "exec"), scope)
    wrapped = scope["SELF"] = functools.wraps(fn)(scope[fn.__name__])
    del wrapped.__wrapped__  # its own signature is the same
    wrapped.__annotations__ = fn.__annotations__
    return wrapped
