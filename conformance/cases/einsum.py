"""Sums of products over named and numbered axes."""

import numpy as np

from conformance.cases.row import b, draw, f32, f64, i32, row, u8

_NO_KERNEL = {
    "kind": "error",
    "text": "Could not find device for node",
    "reason": "the list of TensorFlow's kernels that follows is left out",
}
_A, _B, _C = draw((2, 3), "float64", 1), draw((3, 4), "float64", 2), draw((2, 2, 3), "float64", 3)
_SQUARE = draw((3, 3), "float64", 4)
_Z, _W = draw((2, 3), "complex128", 1), draw((3, 4), "complex128", 2)

_CASES = [
    ("ij,jk->ik", _A, _B),
    ("ij,jk", _A, _B),
    ("ij,jk->", _A, _B),
    ("ji,kj->ki", _B, _A),
    ("ij->ji", _A),
    ("ij->", _A),
    ("ij->j", _A),
    ("ii->i", _SQUARE),
    ("ii", _SQUARE),
    ("ij,ij->ij", _A, _A),
    ("i,j->ij", _A[0], _B[0]),
    ("...ij,...jk->...ik", _C, _B),
    ("...ij,jk", _C, _B),
    ("ij...,jk...->ik...", _A, _B),
    ("i...->...i", _C),
    ("...i,...i->...", _C, _A),
    ("...,...->...", _A, _C),
    ("i...j,j...->i...", _C, draw((3, 2), "float64", 5)),
    ("abc,cd->abd", _C, _B),
    ("abc,abd->acd", _C, draw((2, 2, 4), "float64", 5)),
    ("iij->j", _C),
    ("ij,jk,kl->il", _A, _B, draw((4, 2), "float64", 5)),
    ("ij,jk,kl,lm->im", _A, _B, draw((4, 2), "float64", 5), _A),
    ("a,b,c->abc", _A[0], _A[1], _B[0]),
    ("i,->i", _A[0], f64(2.0)),
    (" i j , j k -> k i ", _A, _B),
    ("iJ,Jk", _A, _B),
    ("ij,jk->ik", _Z, _W),
    ("ij,ij->i", _Z, _Z),
    ("...ij,...kj->...ik", _Z, _Z),
]

ROWS = [
    *(row("tf.einsum", *case) for case in _CASES),
    row("tf.einsum", "ij,jk->ik", _A, _B, second=True),
    row("tf.einsum", "ij,jk->ik", draw((2, 3), "float32"), np.ones((3, 2), np.float32)),
    row("tf.einsum", "ij,jk->ik", draw((2, 3), "bfloat16"), draw((3, 2), "bfloat16", 1)),
    row("tf.einsum", "ij,jk->ik", draw((2, 3), "float16"), draw((3, 2), "float16", 1)),
    row("tf.einsum", "ij,jk->ik", draw((2, 3), "int32"), draw((3, 2), "int64", 1), kind="error"),
    row("tf.einsum", "ij,jk->ik", draw((2, 3), "int32"), draw((3, 2), "int32", 1)),
    *(
        row("tf.einsum", "ij,jk,kl->il", _A, _B, draw((4, 2), "float64", 5), optimize=o)
        for o in ("greedy", "optimal", "auto")
    ),
    row("tf.einsum", "->", f64(1.0), kind="boundary"),
    row("tf.einsum", "...->...", _A, kind="boundary"),
    row("tf.einsum", "ijk->...", _C, kind="boundary"),
    row("tf.einsum", "ij->", f64([]).reshape(0, 3), kind="boundary"),
    row("tf.einsum", "ij,jk->ik", f64([]).reshape(2, 0), f64([]).reshape(0, 3), kind="boundary"),
    row("tf.einsum", "i,i->", f32([np.inf, 1.0]), f32([1.0, np.nan]), kind="boundary"),
    row("tf.einsum", "ij,jk", _A, _A, kind="error"),
    row("tf.einsum", "ij,jk->il", _A, _B, kind="error"),
    row("tf.einsum", "ij,jk->ii", _A, _B, kind="error"),
    row("tf.einsum", "ijk,jk", _A, _B, kind="error"),
    row("tf.einsum", "ij;jk", _A, _B, kind="error"),
    row("tf.einsum", "ij", _A, _B, kind="error"),
    row("tf.einsum", "i..j", _A, kind="error"),
    row("tf.einsum", "i0->i", _A, kind="error"),
    row("tf.einsum", "ii->i", _A, kind="error"),
    row("tf.einsum", "...i->i", _C, kind="error"),
    row(
        "tf.einsum",
        "...i,...i->...",
        _C,
        _SQUARE,
        kind="error",
        text="Invalid broadcasting dimensions",
        reason="TensorFlow shows shapes of its own, reshaped operands",
    ),
    row("tf.einsum", "ij->ji", _A, colour="red", kind="error"),
    row("tf.einsum", "ij->ji", [[1.0]], kind="error"),
    row("tf.einsum", "ij->ji", u8([[1]]), **_NO_KERNEL),
    row("tf.einsum", "ij->ji", b([[True]]), **_NO_KERNEL),
    *(
        row("tf.tensordot", _C, draw((2, 3, 4), "float64", 6), axes)
        for axes in (0, [[1, 2], [0, 1]], [[2], [1]], [1, 0], [[-1, 0], [1, 0]])
    ),
    row("tf.tensordot", _A, _B, 1, second=True),
    row("tf.tensordot", _Z, _W, 1),
    row("tf.tensordot", _A, _A, 2),
    row("tf.tensordot", _A, _B, i32([[1], [0]])),
    row("tf.tensordot", _A, _B, np.array([[1], [0]])),
    row("tf.tensordot", [1.0, 2.0], [3.0, 4.0], 1),
    row("tf.tensordot", f64([]).reshape(2, 0), f64([]).reshape(0, 3), 1, kind="boundary"),
    row("tf.tensordot", f64(2.0), f64(3.0), 0, kind="boundary"),
    row("tf.tensordot", _A, _A, 1, kind="error"),
    row("tf.tensordot", _A, _B, 3, kind="error"),
    row("tf.tensordot", _A, _B, -1, kind="error"),
    row("tf.tensordot", _A, _B, [0], kind="error"),
    row("tf.tensordot", _A, _B, [[0, 1], [0]], kind="error"),
    row("tf.tensordot", _A, _B, [[5], [0]], kind="error"),
    row("tf.tensordot", _A, _B, 1.0, kind="error"),
    row("tf.tensordot", _A, f32([[1.0], [2.0], [3.0]]), 1, kind="error"),
]
