"""Forms of ranges, identities, masks and diagonals."""

from __future__ import annotations

import numpy as np

from tfshim._src import dtypes
from tfshim._src.engine.aval import make_aval
from tfshim._src.engine.forms import Avals, Form, Pull, Run, form
from tfshim._src.forms.common import WIDE, plain, single
from tfshim._src.forms.shaping import Reshaping

_COUNTS = WIDE | {dtypes.int32, dtypes.int64}
#: The main diagonal, as the ops have it.
_MAIN = ((0,), (0, 0))


@form("_range")
class Range(Form):
    def outputs(self, avals: Avals) -> Avals | None:
        start, delta = avals
        if start is not delta or start.shape or start.dtype not in _COUNTS:
            return None
        return (make_aval((self.attrs["size"],), start.dtype),)

    def host(self, avals: Avals) -> Run | None:
        size, dtype = self.attrs["size"], avals[0].dtype.np
        return single(lambda start, delta: start + np.arange(size, dtype=dtype) * delta)


@form("_linspace")
class Linspace(Form):
    """Numbers from one scalar to another, both among them."""

    def outputs(self, avals: Avals) -> Avals | None:
        start, stop = avals
        if start is not stop or start.shape or start.dtype not in WIDE or self.attrs["num"] < 2:
            return None
        return (make_aval((self.attrs["num"],), start.dtype),)

    def host(self, avals: Avals) -> Run | None:
        num, dtype = self.attrs["num"], avals[0].dtype.np

        def run(first, last):
            delta = np.true_divide(np.subtract(last, first), dtype.type(num - 1))
            found = np.empty(num, dtype)
            found[0], found[-1] = first, last
            found[1:-1] = first + delta * np.arange(1, num - 1, dtype=dtype)
            return found

        return single(run)


@form("_eye")
class Eye(Form):
    def outputs(self, avals: Avals) -> Avals | None:
        rows, columns, batch = (self.attrs[k] for k in ("rows", "columns", "batch"))
        dtype = dtypes.from_np(np.dtype(self.attrs["dtype"]))
        if min(rows, columns, *batch) < 0 or dtype not in _COUNTS:
            return None
        return (make_aval((*batch, rows, columns), dtype),)

    def host(self, avals: Avals) -> Run | None:
        shape, dtype = self.result(avals).shape, self.attrs["dtype"]
        return lambda values: [np.broadcast_to(np.eye(*shape[-2:], dtype=dtype), shape).copy()]


@form("_sequence_mask")
class SequenceMask(Form):
    """Which places come before each length."""

    def outputs(self, avals: Avals) -> Avals | None:
        (lengths,) = avals
        dtype = dtypes.from_np(np.dtype(self.attrs["dtype"]))
        if lengths.dtype not in (dtypes.int32, dtypes.int64) or self.attrs["maxlen"] < 0:
            return None
        if dtype is not dtypes.bool and dtype not in _COUNTS:
            return None
        return (make_aval((*lengths.shape, self.attrs["maxlen"]), dtype),)

    def host(self, avals: Avals) -> Run | None:
        places = np.arange(self.attrs["maxlen"], dtype=avals[0].dtype.np)
        dtype = np.dtype(self.attrs["dtype"])
        return single(lambda lengths: (places < lengths[..., None]).astype(dtype))


@form("_drop_column")
class DropColumn(Reshaping):
    def shape(self, shape):
        return shape[:-1] if shape[-1:] == (1,) else None


@form("_trace")
class Trace(Form):
    """The sum of the diagonal."""

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        return (make_aval(x.shape[:-2], x.dtype),) if len(x.shape) > 1 and x.dtype in WIDE else None

    def host(self, avals: Avals) -> Run | None:
        return single(lambda x: np.add.reduce(np.diagonal(x, 0, -2, -1), -1))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        (x,) = avals
        return lambda i, values, cts: _on_diagonal(cts[0][..., None], x.shape)


def _on_diagonal(values, shape):
    """Zeros with values on the main diagonal."""
    whole = np.zeros(shape, values.dtype)
    at = np.arange(min(shape[-2:]))
    whole[..., at, at] = values
    return whole


@form("_matrix_diag_part")
class DiagonalPart(Form):
    """The main diagonal of matrices."""

    def outputs(self, avals: Avals) -> Avals | None:
        x = avals[0]
        if len(x.shape) < 2 or 0 in x.shape[-2:] or self.attrs["k"] not in _MAIN or not plain(x):
            return None
        return (make_aval((*x.shape[:-2], min(x.shape[-2:])), x.dtype),)

    def host(self, avals: Avals) -> Run | None:
        return single(lambda x, _: np.diagonal(x, 0, -2, -1))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        shape = avals[0].shape
        return lambda i, values, cts: _on_diagonal(cts[0], shape)


@form("_matrix_diag")
class Diagonal(Form):
    """Square matrices with a given main diagonal, and one number elsewhere."""

    def outputs(self, avals: Avals) -> Avals | None:
        x, fill = avals
        square = (
            self.attrs["k"] == (0, 0) and self.attrs["num_rows"] == self.attrs["num_cols"] == -1
        )
        if not square or not x.shape or not x.shape[-1] or not plain(x):
            return None
        return (make_aval((*x.shape, x.shape[-1]), x.dtype),) if not fill.shape else None

    def host(self, avals: Avals) -> Run | None:
        out, at = self.result(avals), np.arange(avals[0].shape[-1])

        def run(x, fill):
            whole = np.full(out.shape, fill, out.dtype.np)
            whole[..., at, at] = x
            return whole

        return single(run)

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        return lambda i, values, cts: np.diagonal(cts[0], 0, -2, -1)
