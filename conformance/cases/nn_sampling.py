"""tf.nn: losses by samples of classes, samplers, connectionist temporal classification."""

from conformance.cases.row import draw, f32, i32, i64, make, row

_VALUES = (i64([1, 3, 5]), f32([[0.3], [0.2], [0.4], [0.1]]), f32([0.5, 0.3, 0.2]))
_TRUE = i64([[1], [0], [3], [9]])
_TWO = i64([[1, 2], [3, 0]])
_LOSSES = ("tf.nn.nce_loss", "tf.nn.sampled_softmax_loss")
_SAMPLERS = ("tf.random.log_uniform_candidate_sampler", "tf.random.uniform_candidate_sampler")
_LEARNED = "tf.random.learned_unigram_candidate_sampler"
_FIXED = "tf.random.fixed_unigram_candidate_sampler"
_WEIGHTS = [0.5, 3.0, 1.0, 2.25, 0.1]
_LABELS = i32([[1, 2, 3], [2, 2, 0], [3, 0, 0]])


def _weights(dtype="float32"):
    return draw((10, 4), dtype, 1), draw((10,), dtype, 2), _TRUE, draw((4, 4), dtype, 3)


def labels(rows):
    """A sparse tensor of labels."""
    places = [[i, j] for i, row in enumerate(rows) for j in range(len(row))]
    values = [label for row in rows for label in row]
    return make("tf.SparseTensor", places, i32(values), [len(rows), max(map(len, rows))])


ROWS = [
    *(row(n, *_weights(), 3, 10, sampled_values=_VALUES) for n in _LOSSES),
    *(row(n, *_weights(), 3, 10, set_seed=42) for n in _LOSSES),
    *(
        row(n, *_weights(), 3, 10, sampled_values=_VALUES, remove_accidental_hits=True)
        for n in _LOSSES
    ),
    *(
        row(n, draw((10, 4)), draw((10,)), i64([[1, 2]]), draw((1, 4)), 10, 10, 2, set_seed=3,
            kind="boundary")
        for n in _LOSSES
    ),
    *(row(n, *_weights(), 30, 10, set_seed=3, kind="error") for n in _LOSSES),
    *(row(n, _TWO, 2, 4, u, 20, set_seed=1) for n in _SAMPLERS for u in (True, False)),
    *(row(n, _TWO, 2, 3, True, 4, seed=9, set_seed=1) for n in _SAMPLERS),
    *(row(n, _TWO, 2, 5, True, 5, set_seed=1, kind="boundary") for n in _SAMPLERS),
    *(row(n, _TWO, 2, 9, True, 5, set_seed=1, kind="error") for n in _SAMPLERS),
    *(row(n, _TWO, 1, 2, True, 5, set_seed=1, kind="error") for n in _SAMPLERS),
    row("tf.nn.all_candidate_sampler", _TWO, 2, 4, True),
    row("tf.nn.all_candidate_sampler", i64([[0]]), 1, 1, True, kind="boundary"),
    row("tf.nn.all_candidate_sampler", _TWO, 1, 4, True, kind="error"),
    *(row(n, i64([[-1, 99]]), 2, 4, True, 5, set_seed=1, kind="error") for n in _SAMPLERS),
    row("tf.random.all_candidate_sampler", i64([[-1, 99]]), 2, 4, True, kind="error"),
    *(row(_LEARNED, _TWO, 2, 4, u, 20, set_seed=1) for u in (True, False)),
    row(_LEARNED, _TWO, 2, 4, False, 7, seed=3, set_seed=1),
    row(_LEARNED, _TWO, 2, 4, True, 4, seed=3, set_seed=1, kind="boundary"),
    row(_LEARNED, _TWO, 2, 4, True, 2**31, kind="error"),
    row(_LEARNED, _TWO, 1, 2, True, 5, set_seed=1, kind="error"),
    row(_LEARNED, _TWO, 2, 2, True, 3, set_seed=1, kind="error"),
    *(row(_FIXED, _TWO, 2, 4, u, 5, unigrams=_WEIGHTS, set_seed=1) for u in (True, False)),
    row(_FIXED, _TWO, 2, 9, False, 5, unigrams=_WEIGHTS, distortion=0.75, seed=3, set_seed=1),
    row(_FIXED, _TWO, 2, 9, False, 7, unigrams=_WEIGHTS, num_reserved_ids=2, set_seed=1),
    row(_FIXED, i64([[1], [0]]), 1, 9, False, 3, unigrams=_WEIGHTS, num_shards=2, set_seed=1),
    row(_FIXED, i64([[1], [0]]), 1, 9, False, 2, unigrams=_WEIGHTS, num_shards=2, shard=1,
        set_seed=1),
    row(_FIXED, i64([[0]]), 1, 3, False, 1, unigrams=[2.0], set_seed=1, kind="boundary"),
    row(_FIXED, i64([[0, 1]]), 2, 9, False, 3, unigrams=[0.0, 0.0, 1.0], set_seed=1,
        kind="boundary"),
    row(_FIXED, _TWO, 2, 4, True, 5, set_seed=1, kind="error"),
    row(_FIXED, _TWO, 2, 4, True, 6, unigrams=_WEIGHTS, set_seed=1, kind="error"),
    row(_FIXED, _TWO, 2, 6, True, 5, unigrams=_WEIGHTS, set_seed=1, kind="error"),
    row(_FIXED, _TWO, 2, 4, True, 5, unigrams=_WEIGHTS, num_shards=0, set_seed=1, kind="error"),
    row(_FIXED, _TWO, 2, 4, True, 5, vocab_file="/nowhere/words.csv", set_seed=1, kind="error"),
    row(_FIXED, _TWO, 2, 4, True, 5, vocab_file="words.csv", unigrams=_WEIGHTS, set_seed=1,
        kind="error"),
    row("tf.nn.compute_accidental_hits", i64([[1], [2], [3]]), i64([3, 1, 7, 1]), 1),
    row("tf.nn.compute_accidental_hits", i64([[1, 3], [2, 7]]), i64([3, 1, 7]), 2),
    row("tf.nn.compute_accidental_hits", i64([[1]]), i64([5]), 1, kind="boundary"),
    row("tf.nn.compute_accidental_hits", i64([[1, 2]]), i64([5]), 1, kind="error"),
    row("tf.nn.ctc_loss", _LABELS, draw((6, 3, 5)), i32([3, 2, 1]), i32([5, 6, 4])),
    row("tf.nn.ctc_loss", _LABELS, draw((3, 6, 5)), i32([3, 2, 1]), i32([5, 6, 4]), False,
        blank_index=-1),
    row("tf.nn.ctc_loss", _LABELS, draw((6, 3, 5)), i32([0, 0, 0]), i32([5, 6, 4]),
        kind="boundary"),
    row("tf.nn.ctc_loss", _LABELS, draw((6, 3, 5)), i32([3, 2, 1]), i32([2, 2, 1]),
        kind="boundary", grad=()),
    row("tf.nn.ctc_loss", _LABELS, draw((6, 3, 5), "float64"), i32([3, 2, 1]), i32([5, 6, 4]),
        kind="error"),
    *(
        row("tf.nn.ctc_loss", labels(rows), draw((6, 2, 5), dtype), None, i32(steps),
            blank_index=blank, kind=kind)
        for rows, steps, dtype, blank, kind in [
            ([[1, 2, 1], [3, 3]], [6, 5], "float32", 0, "ordinary"),
            ([[0, 1, 0], [3, 3]], [6, 5], "float32", -1, "ordinary"),
            ([[0, 1, 0], [3]], [6, 4], "float32", 2, "ordinary"),
            ([[0, 1, 0], [3, 3]], [6, 5], "float16", 4, "ordinary"),
            ([[0, 0], [1]], [2, 1], "float32", 4, "boundary"),
            ([[0, 1, 2], [3, 3]], [2, 5], "float32", 4, "error"),
            ([[0, 1], []], [6, 5], "float32", 4, "error"),
            ([[0, 1], [-1]], [6, 5], "float32", 4, "error"),
            ([[0, 1], [2]], [7, 5], "float32", 4, "error"),
            ([[0, 1], [2]], [6, -1], "float32", 4, "error"),
            ([[0, 1], [2]], [6, 5, 4], "float32", 4, "error"),
            ([[0, 1], [2]], [[6, 5]], "float32", 4, "error"),
            ([[0, 1], [2], [3]], [6, 5], "float32", 4, "error"),
            ([[0, 1], [2]], [6, 5], "float32", None, "error"),
        ]
    ),
    row("tf.nn.ctc_unique_labels", _LABELS),
    row("tf.nn.ctc_unique_labels", i32([[3, 3, 1, 3]])),
    row("tf.nn.ctc_unique_labels", i32([[4]]), kind="boundary"),
    row("tf.nn.ctc_unique_labels", i32([1, 2]), kind="error"),
    row("tf.nn.collapse_repeated", i32([[1, 1, 2, 2, 1], [0, 0, 0, 1, 1]]), i32([5, 4])),
    row("tf.nn.collapse_repeated", i32([[1, 1], [2, 2]]), i32([0, 9]), kind="boundary"),
    row("tf.nn.collapse_repeated", i32([1, 2]), i32([1]), kind="error"),
    row("tf.nn.ctc_greedy_decoder", draw((4, 2, 3)), [3, 4]),
    row("tf.nn.ctc_greedy_decoder", draw((4, 2, 3), "float64"), i32([4, 4]), False, 0),
    row("tf.nn.ctc_greedy_decoder", draw((4, 2, 3)), i32([0, 0]), kind="boundary"),
    row("tf.nn.ctc_greedy_decoder", draw((4, 2, 3)), i32([9, 4]), kind="error"),
    row("tf.nn.ctc_greedy_decoder", draw((4, 3)), i32([9]), kind="error"),
    row("tf.nn.ctc_beam_search_decoder", draw((6, 2, 4)), [6, 4]),
    row("tf.nn.ctc_beam_search_decoder", draw((6, 2, 4)), i32([6, 6]), 3, 2),
    row("tf.nn.ctc_beam_search_decoder", draw((6, 2, 4), low=-9.0, high=9.0), i32([6, 5]), 10, 3),
    row("tf.nn.ctc_beam_search_decoder", draw((6, 2, 4)), i32([0, 6]), kind="boundary"),
    row("tf.nn.ctc_beam_search_decoder", draw((6, 2, 4)), i32([6, 6]), 1, 2, kind="error"),
]  # fmt: skip
