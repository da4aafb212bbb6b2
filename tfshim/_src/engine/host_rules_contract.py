"""Host rules of contractions: dot_general, convolutions, and Fourier transforms."""

from typing import Any

import numpy as np

from tfshim._src.engine.host_rules import WIDER, Kernel, is_floating, rule, wider
from tfshim._src.engine.host_rules_reduce import padded, windows_of

# NumPy's BLAS takes several threads from about so many multiplications on. On a machine that is
# busy they wait for each other, up to a thousand times longer than the product takes. So what is
# quick anyway is multiplied in blocks below that size.
_ONE_THREAD = 1 << 18
_QUICK = 1 << 26
_FEWEST_ROWS = 16


def product(x, y):
    """x @ y of two matrices."""
    (m, k), n = x.shape, y.shape[1]
    if not _ONE_THREAD < m * k * n <= _QUICK:
        return np.matmul(x, y)
    if n > m and n >= k:
        return product(y.T, x.T).T
    over_rows = m >= k
    rows = _ONE_THREAD // ((k if over_rows else m) * n)
    if rows < _FEWEST_ROWS:
        return np.matmul(x, y)
    count = (m if over_rows else k) // rows
    whole = count * rows
    if over_rows:
        result = np.empty((m, n), x.dtype)
        blocks = result[:whole].reshape(count, rows, n)
        np.matmul(x[:whole].reshape(count, rows, k), y, out=blocks)
        np.matmul(x[whole:], y, out=result[whole:])
        return result
    left = x.T[:whole].reshape(count, rows, m).swapaxes(1, 2)
    result = np.add.reduce(np.matmul(left, y[:whole].reshape(count, rows, n)), 0, x.dtype)
    return np.add(result, np.matmul(x[:, whole:], y[whole:]))


def _accumulator(eqn) -> np.dtype:
    """The dtype in which products are summed: the result's, or wider for narrow floats."""
    return wider(eqn.outputs[0].dtype)


def _cast(dtype: np.dtype, target: np.dtype):
    if dtype == target:
        return None
    if dtype in WIDER and target != WIDER[dtype]:
        wide = WIDER[dtype]
        return lambda x: x.astype(wide).astype(target)
    return lambda x: x.astype(target)


@rule("dot_general")
def _dot_general(eqn):
    (left_axes, right_axes), (left_batch, right_batch) = eqn.params["dimension_numbers"]
    left_axes, right_axes, left_batch, right_batch = (
        tuple(map(int, axes)) for axes in (left_axes, right_axes, left_batch, right_batch)
    )
    (left_shape, left_dtype), (right_shape, right_dtype) = eqn.inputs
    shape, dtype = eqn.outputs[0]
    wide = _accumulator(eqn)
    if not is_floating(left_dtype) and is_floating(dtype) and left_dtype.kind != "b":
        # Integers multiplied into floats: XLA converts first, so do we.
        wide = np.result_type(wide, np.float32)
    cast_left, cast_right = _cast(left_dtype, wide), _cast(right_dtype, wide)
    cast_out = None if wide == dtype else dtype
    left_free = [d for d in range(len(left_shape)) if d not in left_axes + left_batch]
    right_free = [d for d in range(len(right_shape)) if d not in right_axes + right_batch]
    multiply: Kernel = np.matmul
    call: Kernel
    if (
        len(left_shape) == len(right_shape) == 2
        and not left_batch
        and len(left_axes) == len(right_axes) == 1
    ):
        # Two matrices: views transposed as needed go to BLAS as they are.
        turn_left, turn_right = left_axes == (0,), right_axes == (1,)

        def turned(x, y):
            return product(x.T if turn_left else x, y.T if turn_right else y)

        call = turned if turn_left or turn_right else product
    elif 1 in (len(left_shape), len(right_shape)) and left_axes[-1:] == (
        len(left_shape) - 1,
    ) and right_axes[-1:] == (max(len(right_shape) - 2, 0),) and len(left_axes) == 1 and not (
        left_batch or len(left_shape) > 2 or len(right_shape) > 2
    ):  # fmt: skip
        call = multiply
    else:
        left_order = left_batch + tuple(left_free) + left_axes
        right_order = right_batch + right_axes + tuple(right_free)
        batch = tuple(left_shape[d] for d in left_batch)
        inner = int(np.prod([left_shape[d] for d in left_axes], dtype=np.int64))
        rows = int(np.prod([left_shape[d] for d in left_free], dtype=np.int64))
        columns = int(np.prod([right_shape[d] for d in right_free], dtype=np.int64))

        def batched(x, y):
            x = x.transpose(left_order).reshape(batch + (rows, inner))
            y = y.transpose(right_order).reshape(batch + (inner, columns))
            return multiply(x, y).reshape(shape)

        call = batched

    if cast_left is None and cast_right is None and cast_out is None:
        return call

    def cast_call(x, y):
        result = call(
            x if cast_left is None else cast_left(x), y if cast_right is None else cast_right(y)
        )
        return result if cast_out is None else result.astype(cast_out)

    return cast_call


@rule("conv_general_dilated")
def _conv_general_dilated(eqn):
    params = eqn.params
    numbers = params["dimension_numbers"]
    left_spec, right_spec, out_spec = (
        tuple(map(int, spec)) for spec in (numbers.lhs_spec, numbers.rhs_spec, numbers.out_spec)
    )
    feature_groups, batch_groups = params["feature_group_count"], params["batch_group_count"]
    strides = tuple(map(int, params["window_strides"]))
    padding = tuple((int(low), int(high)) for low, high in params["padding"])
    rank = len(strides)
    left_dilation = tuple(map(int, params["lhs_dilation"] or (1,) * rank))
    right_dilation = tuple(map(int, params["rhs_dilation"] or (1,) * rank))
    shape, dtype = eqn.outputs[0]
    wide = _accumulator(eqn)
    if wide == np.bool_:
        return None
    cast_left, cast_right = (_cast(aval.dtype, wide) for aval in eqn.inputs)
    groups = max(feature_groups, batch_groups)
    inverse = tuple(int(axis) for axis in np.argsort(out_spec))
    if any(size == 0 for aval in (*eqn.inputs, *eqn.outputs) for size in aval.shape):
        return lambda x, kernel: np.zeros(shape, dtype)

    def call(x, kernel):
        # To (batch, feature, space...) and (out, in, space...).
        x = (x if cast_left is None else cast_left(x)).transpose(left_spec)
        kernel = (kernel if cast_right is None else cast_right(kernel)).transpose(right_spec)
        window = kernel.shape[2:]
        x = padded(x, wide.type(0), ((0, 0), (0, 0), *padding), (1, 1, *left_dilation))
        patches: Any = windows_of(x, (1, 1, *window), (1, 1, *strides), (1, 1, *right_dilation))
        space = patches.shape[2 : 2 + rank]
        patches = patches.reshape(patches.shape[: 2 + rank] + window)
        batch, features = x.shape[:2]
        if batch_groups > 1:
            patches = patches.reshape(
                (groups, batch // groups, features) + patches.shape[2:]
            ).swapaxes(0, 1)
        else:
            patches = patches.reshape((batch, groups, features // groups) + patches.shape[2:])
        # (groups, batch, space..., feature, window...), one matrix product for each group.
        order = (1, 0, *range(3, 3 + rank), 2, *range(3 + rank, 3 + 2 * rank))
        patches = patches.transpose(order)
        number = patches.shape[1]
        inner = kernel.shape[1] * int(np.prod(window))
        rows = patches.reshape((groups, number * int(np.prod(space)), inner))
        columns = kernel.reshape((groups, kernel.shape[0] // groups, inner)).swapaxes(1, 2)
        result = np.matmul(rows, columns)
        result = result.reshape((groups, number, *space, -1))
        # (batch, groups, out, space...), then the output's own order.
        result = result.transpose((1, 0, 2 + rank, *range(2, 2 + rank)))
        result = result.reshape((number, kernel.shape[0], *space)).transpose(inverse)
        return result if wide == dtype else result.astype(dtype)

    return call


@rule("fft")
def _fft(eqn):
    kind = str(getattr(eqn.params["fft_type"], "name", eqn.params["fft_type"])).upper()
    lengths = tuple(map(int, eqn.params["fft_lengths"]))
    if not lengths or 0 in eqn.inputs[0].shape or 0 in lengths:
        return None
    transform = {
        "FFT": np.fft.fftn,
        "IFFT": np.fft.ifftn,
        "RFFT": np.fft.rfftn,
        "IRFFT": np.fft.irfftn,
    }.get(kind)
    if transform is None:
        return None
    axes, dtype = tuple(range(-len(lengths), 0)), eqn.outputs[0].dtype
    return lambda x: transform(x, lengths, axes).astype(dtype, copy=False)
