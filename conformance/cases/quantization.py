"""Quantization that stays in floats."""

from conformance.cases.row import draw, f32, f64, i32, row

_X = f32([-10, -1, -0.3, 0, 0.26, 1, 5.99, 7])
_ARGS = "tf.quantization.fake_quant_with_min_max_args"
_VARS = "tf.quantization.fake_quant_with_min_max_vars"
_CHANNELS = "tf.quantization.fake_quant_with_min_max_vars_per_channel"
_BOTH = "tf.quantization.quantize_and_dequantize_v2"
_OLD = "tf.quantization.quantize_and_dequantize"
_PLAIN = f32([[-1.8, -1.24, -0.2, 0, 0.3, 0.5, 1.1, 2.3], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, -8]])
_ROWS = f32([[1, 2], [3, -4]])

ROWS = [
    row(_ARGS, _X),
    row(_ARGS, _X, -1.0, 3.0, 4),
    row(_ARGS, _X, -1.0, 3.0, narrow_range=True),
    row(_ARGS, draw((3, 4))),
    row(_ARGS, _X, 1.0, 3.0, kind="boundary"),
    row(_ARGS, _X, -3.0, -1.0, kind="boundary"),
    row(_ARGS, f32([float("nan"), float("inf")]), kind="boundary"),
    row(_ARGS, _X, 3.0, 1.0, kind="error"),
    row(_ARGS, _X, num_bits=1, kind="error"),
    row(f"{_ARGS}_gradient", _X, _X, grad=()),
    row(f"{_ARGS}_gradient", f32([]), f32([]), kind="boundary", grad=()),
    row(f"{_ARGS}_gradient", _X, _X, 3.0, 1.0, kind="error"),
    row(_VARS, _X, f32(-1.0), f32(3.0)),
    row(_VARS, _X, f32(-6.0), f32(6.0), 4, True),
    row(_VARS, _X, f32(0.0), f32(0.0), kind="boundary"),
    row(_VARS, _X, f32(1.0), f32(3.0), kind="boundary"),
    row(_VARS, _X, f32([1.0]), f32(3.0), kind="error"),
    row(_VARS, _X, f32(-1.0), f32(3.0), num_bits=17, kind="error"),
    row(f"{_VARS}_gradient", _X, _X, f32(-1.0), f32(3.0), grad=()),
    row(f"{_VARS}_gradient", _X, _X, f32(0.0), f32(0.0), kind="boundary", grad=()),
    row(f"{_VARS}_gradient", _X, _X, f32([0.0]), f32(0.0), kind="error"),
    row(_CHANNELS, _ROWS, f32([-1, -2]), f32([2, 3])),
    row(_CHANNELS, _ROWS, f32([0, -2]), f32([0, 3]), kind="boundary"),
    row(_CHANNELS, _ROWS, f32([-1]), f32([2, 3]), kind="error"),
    row(f"{_CHANNELS}_gradient", _ROWS, _ROWS, f32([-1, -2]), f32([2, 3]), grad=()),
    row(f"{_CHANNELS}_gradient", _ROWS, _ROWS, f32([0, -2]), f32([0, 3]), kind="boundary", grad=()),
    row(f"{_CHANNELS}_gradient", _ROWS, _ROWS, f32([-1]), f32([2, 3]), kind="error"),
    row(_BOTH, _X, -1.0, 1.0, range_given=True),
    row(_BOTH, _X, -1.0, 3.0, range_given=True),
    row(_BOTH, _X, 0.0, 0.0),
    row(_BOTH, _X, -1.0, 1.0, signed_input=False, range_given=True),
    row(_BOTH, _X, -1.0, 1.0, num_bits=4, range_given=True, narrow_range=True),
    row(_BOTH, _X, -1.0, 1.0, num_bits=4, range_given=True, round_mode="HALF_UP"),
    row(_BOTH, f32([0, 0]), 0.0, 0.0, kind="boundary"),
    row(_BOTH, _X, 1.0, -1.0, range_given=True, kind="error"),
    row(_BOTH, _X, 0.0, 0.0, round_mode="foo", kind="error"),
    *(
        row(name, _PLAIN, -1.0, 2.0, **options)
        for name in (_OLD, _BOTH)
        for options in (
            {},
            {"range_given": True},
            {"signed_input": False, "range_given": True},
            {"num_bits": 3, "round_mode": "HALF_UP", "narrow_range": True},
            {"axis": 0, "grad": ()},
            {"axis": -1, "grad": (), "signed_input": False},
        )
    ),
    row(_OLD, _PLAIN, f32(-1), f32(2), range_given=True),
    row(_OLD, _PLAIN, f32(-1), f32(2), axis=1),
    row(_BOTH, _PLAIN, f32([-1, -2]), f32([2, 0.5]), axis=0),
    row(_OLD, f64([1.5, -0.25]), -1.0, 2.0),
    row(_OLD, 1.5, -1.0, 2.0),
    *(
        row(n, f32([-0.41, 1]), -2.65, -0.07, False, 5, True, kind="boundary", grad=())
        for n in (_OLD, _BOTH)
    ),
    row(_OLD, f32([]), -1.0, 2.0, kind="boundary"),
    row(_BOTH, f32([]).reshape(0, 2), -1.0, 2.0, axis=1, kind="boundary", grad=()),
    row(_OLD, f32([0, 0]), 0.0, 0.0, kind="boundary"),
    row(_OLD, f32([1, float("nan"), 2]), 0.0, 1.0, kind="boundary"),
    row(_OLD, f32([1, float("inf"), 2]), 0.0, 1.0, range_given=True, kind="boundary"),
    row(_OLD, _PLAIN, 2.0, -1.0, range_given=True, kind="error"),
    row(_OLD, _PLAIN, 2.0, -1.0, round_mode="UP", kind="error"),
    row(_OLD, i32([1]), -1, 2, kind="error"),
    *(row(n, _PLAIN, -1.0, 2.0, num_bits=b, kind="error") for n in (_OLD, _BOTH) for b in (0, 62)),
    *(
        row(name, _PLAIN, low, high, axis=axis, range_given=True, kind="error")
        for name in (_OLD, _BOTH)
        for low, high, axis in ((-1.0, 2.0, 0), ([-1.0, -2.0], [2.0, 3.0], 0), (-1.0, 2.0, 2))
    ),
]
