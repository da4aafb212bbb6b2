"""tf.nn: combined rows of embedding tables, for sparse and ragged ids."""

from conformance.cases.row import code, draw, f32, f64, i32, i64, make, row, var

_NAME = "tf.nn.embedding_lookup_sparse"
_SAFE = "tf.nn.safe_embedding_lookup_sparse"
_PLACES = i64([[0, 0], [0, 1], [1, 0], [2, 0], [2, 1], [2, 2]])
_IDS = make("tf.SparseTensor", _PLACES, i64([1, 3, 0, 5, 1, 1]), i64([3, 3]))
_WEIGHTS = make("tf.SparseTensor", _PLACES, f32([1, 0.5, 2, 3, -1, 0.25]), i64([3, 3]))
_RAGGED = make("tf.ragged.constant", [[1, 3], [0], [5, 1, 1]])
_RAGGED_WEIGHTS = make("tf.ragged.constant", [[1.0, 0.5], [2.0], [3.0, -1.0, 0.25]])
_HOLES = make("tf.SparseTensor", i64([[0, 0], [0, 1], [3, 0]]), i64([-1, 3, 2]), i64([5, 2]))
_HOLE_WEIGHTS = make("tf.SparseTensor", i64([[0, 0], [0, 1], [3, 0]]), f32([1, 2, 0]), i64([5, 2]))
_RAGGED_HOLES = make("tf.ragged.constant", [[-1, 3], [], [-2], [2]])
_RAGGED_HOLE_WEIGHTS = make("tf.ragged.constant", [[1.0, 2.0], [], [3.0], [0.0]])
_NOTHING = make("tf.SparseTensor", i64([]).reshape(0, 2), i64([]), i64([3, 2]))
_BAD = make("tf.SparseTensor", i64([[0, 0]]), i64([9]), i64([1, 1]))
_TABLE = draw((6, 2))
_PARTS = [draw((2, 3), seed=1), draw((2, 3), seed=2), draw((2, 3), seed=3)]
_COMBINERS = ("mean", "sqrtn", "sum")
_OF_WEIGHTS = """lambda p, w: tf.nn.{}(
    p, tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [1, 3, 0], [2, 2]),
    tf.SparseTensor([[0, 0], [0, 1], [1, 0]], w, [2, 2]), combiner={!r})"""


def _several(name, ids, weights, **options):
    """Tables that are tensors and variables, with and without a limit and weights."""
    return [
        row(name, table, ids, w, combiner=c, max_norm=limit, **options)
        for table in (_TABLE, var(_TABLE))
        for w in (None, weights)
        for c, limit in (*((c, None) for c in _COMBINERS), ("sum", 1.0))
    ]


ROWS = [
    *_several(_NAME, _IDS, _WEIGHTS),
    *_several(_NAME, _RAGGED, _RAGGED_WEIGHTS),
    *_several(_SAFE, _HOLES, _HOLE_WEIGHTS),
    *_several(_SAFE, _RAGGED_HOLES, _RAGGED_HOLE_WEIGHTS),
    *_several(_SAFE, _HOLES, _HOLE_WEIGHTS, default_id=2),
    *_several(_SAFE, _RAGGED_HOLES, _RAGGED_HOLE_WEIGHTS, default_id=2),
    row(_NAME, _TABLE, _IDS, None, allow_fast_lookup=True),
    row(_NAME, var(_TABLE), _IDS, _WEIGHTS, allow_fast_lookup=True),
    row(_NAME, _TABLE, _IDS, _WEIGHTS, allow_fast_lookup=True),
    row(_NAME, _PARTS, _IDS, None),
    row(_NAME, _PARTS, _IDS, _WEIGHTS, "sum"),
    row(_SAFE, _PARTS, _HOLES),
    row(_NAME, draw((6, 2, 3)), _IDS, _WEIGHTS),
    row(_NAME, draw((6,)), _IDS, None),
    row(_NAME, draw((6, 2), "float64"), _IDS, _WEIGHTS),
    row(_NAME, draw((6, 2), "float16"), _IDS, _WEIGHTS, "sum"),
    *(
        code(name, _OF_WEIGHTS.format(name[6:], c), _TABLE, f32([0.5, 2, 3]))
        for name in (_NAME, _SAFE)
        for c in _COMBINERS
    ),
    code(
        _SAFE,
        "lambda p: tf.nn.safe_embedding_lookup_sparse(p, tf.SparseTensor("
        "[[0, 0, 0], [0, 1, 1], [1, 0, 0]], tf.constant([1, 2, 3], tf.int64), [2, 2, 2]))",
        _TABLE,
    ),
    row(_NAME, _TABLE, _HOLES, None, kind="error"),
    row(_NAME, _TABLE, _NOTHING, None, kind="boundary"),
    row(_SAFE, _TABLE, _NOTHING, kind="boundary"),
    row(_NAME, _TABLE, _BAD, None, kind="error"),
    row(_SAFE, _TABLE, _BAD, kind="error"),
    row(_NAME, _TABLE, _IDS, None, "max", kind="error"),
    row(_NAME, _TABLE, _RAGGED, None, "max", kind="error"),
    row(_NAME, _TABLE, i32([[1]]), None, kind="error"),
    row(_NAME, _TABLE, _IDS, f32([[1]]), kind="error"),
    row(_NAME, _TABLE, _IDS, _RAGGED_WEIGHTS, kind="error"),
    row(_NAME, _TABLE, _RAGGED, _WEIGHTS, kind="error"),
    row(_NAME, _TABLE, _IDS, _HOLE_WEIGHTS, kind="error"),
    row(_NAME, [], _IDS, None, kind="error"),
    row(_SAFE, None, _IDS, kind="error"),
    row(_SAFE, [], _IDS, kind="error"),
    row(_SAFE, draw((6, 2, 3)), _HOLES, kind="error"),
    row(_SAFE, f64([[1], [2]]), _IDS, _WEIGHTS, kind="error"),
    row("tf.nn.embedding_lookup", _TABLE, _RAGGED),
    row("tf.nn.embedding_lookup", _TABLE, _RAGGED_HOLE_WEIGHTS, kind="error"),
    row("tf.nn.embedding_lookup", None, _RAGGED, kind="error"),
]
