"""Forms of padding, one-hot vectors, bands of matrices, and rows added at indices."""

from __future__ import annotations

import numpy as np

from tfshim._src import dtypes
from tfshim._src.engine.aval import make_aval
from tfshim._src.engine.forms import Avals, Form, Pull, Run, form
from tfshim._src.forms.common import WIDE, plain, single


@form("_pad_zeros", "_pad")
class Pad(Form):
    """A tensor within zeros, or within another number."""

    def outputs(self, avals: Avals) -> Avals | None:
        x, pairs = avals[0], self.attrs["paddings"]
        if not plain(x) or len(pairs) != len(x.shape) or (len(avals) > 1 and avals[1].shape):
            return None
        if any(low < 0 or high < 0 for low, high in pairs):
            return None
        shape = [low + n + high for n, (low, high) in zip(x.shape, pairs, strict=True)]
        return (make_aval(tuple(shape), x.dtype),)

    def _inside(self, avals: Avals) -> tuple[slice, ...]:
        pairs = zip(avals[0].shape, self.attrs["paddings"], strict=True)
        return tuple([slice(low, low + n) for n, (low, _) in pairs])

    def host(self, avals: Avals) -> Run | None:
        out, inside = self.result(avals), self._inside(avals)
        shape, dtype = out.shape, out.dtype.np

        def pad(x, value=0):
            whole = np.full(shape, value, dtype)
            whole[inside] = x
            return whole

        return single(pad)

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        inside = self._inside(avals)
        return lambda i, values, cts: cts[0][inside]


@form("_one_hot")
class OneHot(Form):
    """One number where an index points, another elsewhere."""

    def outputs(self, avals: Avals) -> Avals | None:
        indices, on, off = avals
        axis, depth = self.attrs["axis"], self.attrs["depth"]
        if on.shape or off.shape or not plain(on) or depth < 0:
            return None
        if not -1 <= axis <= len(indices.shape):
            return None
        at = axis % (len(indices.shape) + 1)
        return (make_aval((*indices.shape[:at], depth, *indices.shape[at:]), on.dtype),)

    def host(self, avals: Avals) -> Run | None:
        rank, depth = len(avals[0].shape) + 1, self.attrs["depth"]
        at = self.attrs["axis"] % rank
        places = np.arange(depth).reshape([depth if i == at else 1 for i in range(rank)])

        def run(indices, on, off):
            hit = np.equal(np.expand_dims(indices.astype(np.int64), at), places)
            return np.where(hit, on, off)

        return single(run)


@form("_matrix_band_part")
class Band(Form):
    """Zeros outside of a band of diagonals."""

    def outputs(self, avals: Avals) -> Avals | None:
        (x,) = avals
        if len(x.shape) < 2 or not plain(x):
            return None
        rows, columns = x.shape[-2:]
        fits = self.attrs["num_lower"] <= rows and self.attrs["num_upper"] <= columns
        return avals if fits else None

    def _kept(self, avals: Avals) -> np.ndarray:
        rows, columns = avals[0].shape[-2:]
        lower, upper = self.attrs["num_lower"], self.attrs["num_upper"]
        away = np.arange(columns) - np.arange(rows)[:, None]  # to the right of the diagonal
        kept = np.ones((rows, columns), bool)
        if lower >= 0:
            kept &= away >= -lower
        if upper >= 0:
            kept &= away <= upper
        return kept

    def host(self, avals: Avals) -> Run | None:
        kept, zero = self._kept(avals), np.zeros((), avals[0].dtype.np)
        return single(lambda x: np.where(kept, x, zero))

    def pull(self, avals: Avals, which: tuple[int, ...]) -> Pull | None:
        kept, zero = self._kept(avals), np.zeros((), avals[0].dtype.np)
        return lambda i, values, cts: np.where(kept, cts[0], zero)


@form("_scatter_rows")
class ScatterRows(Form):
    """Rows added into zeros; indices out of range are left out."""

    def outputs(self, avals: Avals) -> Avals | None:
        values, indices = avals
        shape = self.attrs["shape"]
        if len(indices.shape) != 1 or not shape or min(shape) < 0:
            return None
        if values.dtype not in WIDE | {dtypes.int32, dtypes.int64}:
            return None
        fits = values.shape == (*indices.shape, *shape[1:])
        return (make_aval(shape, values.dtype),) if fits else None

    def host(self, avals: Avals) -> Run | None:
        shape, dtype = self.attrs["shape"], avals[0].dtype.np
        rows = shape[0]

        def run(values, indices):
            whole = np.zeros(shape, dtype)
            at = np.where(indices < 0, indices + rows, indices)
            inside = (at >= 0) & (at < rows)
            if inside.all():
                np.add.at(whole, at, values)
            else:
                np.add.at(whole, at[inside], values[inside])
            return whole

        return single(run)
