"""Forms of products of matrices and of batches of them."""

from __future__ import annotations

import math

import numpy as np

from tfshim._src import dtypes
from tfshim._src.engine.aval import make_aval
from tfshim._src.engine.forms import (
    Avals,
    Form,
    Pull,
    Run,
    broadcast_shape,
    form,
    host_aval,
    primitive,
    unbroadcast,
)
from tfshim._src.engine.host_cost import Cost
from tfshim._src.engine.host_rules_contract import product
from tfshim._src.forms.common import WIDE, single

_FACTORS = WIDE | {dtypes.float16, dtypes.bfloat16, dtypes.int32, dtypes.int64}


@form("_mat_mul", "_batch_mat_mul")
class Product(Form):
    """a @ b, each transposed or not."""

    def _turns(self) -> tuple[bool, bool]:
        turn_a, turn_b = self.attrs.values()
        return turn_a, turn_b

    def outputs(self, avals: Avals) -> Avals | None:
        a, b = avals
        if len(a.shape) < 2 or len(b.shape) < 2 or a.dtype is not b.dtype:
            return None
        if a.dtype not in _FACTORS or (a.dtype not in WIDE and a.shape[:-2] != b.shape[:-2]):
            return None
        if self.kernel.op.name == "_mat_mul" and not len(a.shape) == len(b.shape) == 2:
            return None
        turn_a, turn_b = self._turns()
        rows, inner = a.shape[-2:] if not turn_a else a.shape[:-3:-1]
        same, columns = b.shape[-2:] if not turn_b else b.shape[:-3:-1]
        batches = tuple([make_aval(x.shape[:-2], x.dtype) for x in avals])
        batch = broadcast_shape(batches)
        if inner != same or batch is None:
            return None
        return (make_aval((*batch, rows, columns), a.dtype),)

    def cost(self, avals: Avals, outputs: Avals) -> Cost:
        inner = avals[0].shape[-2 if self._turns()[0] else -1]
        flops, moved = 2 * inner * math.prod(outputs[0].shape), super().cost(avals, outputs)
        if avals[0].dtype in WIDE:
            return moved._replace(products=flops)
        return moved._replace(flops=flops)

    def host(self, avals: Avals) -> Run | None:
        a, b = avals
        turn_a, turn_b = self._turns()
        if a.dtype in WIDE:
            multiply = _multiply(avals)
            return single(lambda x, y: multiply(_turned(x, turn_a), _turned(y, turn_b)))
        n, out = len(a.shape), self.result(avals)
        batch = tuple(range(n - 2))
        axes = ((n - 2 if turn_a else n - 1,), (n - 1 if turn_b else n - 2,))
        params = {"dimension_numbers": (axes, (batch, batch))}
        product = primitive("dot_general", params, [host_aval(a), host_aval(b)], host_aval(out))
        return None if product is None else single(product)

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        a, b = avals
        if a.dtype not in WIDE:
            return None
        turn_a, turn_b = self._turns()
        batch = self.result(avals).shape[:-2]
        folds = [unbroadcast(make_aval((*batch, *x.shape[-2:]), x.dtype), x.shape) for x in avals]

        multiply = _multiply(avals)

        def pull(i, values, cts):
            x, y = values
            (ct,) = cts
            if i == 0:
                y = _turned(y, not turn_b)
                grad = multiply(_turned(y, True), _turned(ct, True)) if turn_a else multiply(ct, y)
            else:
                x = _turned(x, not turn_a)
                grad = multiply(_turned(ct, True), _turned(x, True)) if turn_b else multiply(x, ct)
            fold = folds[i]
            return grad if fold is None else fold(grad)

        return pull


def _multiply(avals: Avals):
    return product if all(len(a.shape) == 2 for a in avals) else np.matmul


def _turned(x, turn: bool):
    return x.swapaxes(-1, -2) if turn else x
