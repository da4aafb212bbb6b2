"""Differences that are known, as data: docs/differences.md says them for users."""

from __future__ import annotations

import dataclasses
import fnmatch
import re
from collections.abc import Callable

import numpy as np

from conformance.cases.arrays import Array
from conformance.cases.harness.execute import Outcome
from conformance.cases.harness.plain import content
from conformance.cases.row import Row
from conformance.fuzz import decompositions
from conformance.fuzz.draws import INTS
from conformance.fuzz.mutate import arrays_of, changed

Condition = Callable[[Row, str, Outcome, Outcome], bool]


@dataclasses.dataclass(frozen=True)
class Known:
    """A difference that is accepted.

    Attributes:
      ops: pattern of public names.
      line: regular expression that each line of the difference must match, from its start.
      why: the reason.
      when: a further condition on row, mode, our outcome and TensorFlow's.
    """

    ops: str
    line: str
    why: str
    when: Condition | None = None


def _raises(part: str, *words: str) -> Condition:
    """TensorFlow raises in this part, with one of these words in its text."""

    def holds(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
        error = (expected.get(part) or {}).get("error")
        return bool(error) and any(w in f"{error['type']}: {error['text']}" for w in words)

    return holds


def _in_function(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    return mode == "function"


def _broadcast_in_function(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """Arguments of different ranks, in a function."""
    return mode == "function" and len({a.value.ndim for a in arrays_of(row)}) > 1


def _volumes(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """A batch of volumes is padded as "SAME"."""
    same = "SAME" in (*row.args, *row.kwargs.values())
    return (
        same and bool(row.args) and isinstance(row.args[0], Array) and row.args[0].value.ndim == 5
    )


def _subnormal_bfloat16(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    values = [np.abs(a.value.astype(np.float64)) for a in arrays_of(row) if a.dtype == "bfloat16"]
    return any(((v > 0) & (v < np.finfo(np.float32).tiny)).any() for v in values)


def _of_size_one(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """All arrays have one element."""
    return all(a.value.size == 1 for a in arrays_of(row))


def _empty(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """An argument has no elements."""
    return any(not a.value.size for a in arrays_of(row))


def _tiny_matrix(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    return any(a.value.size < 2 for a in arrays_of(row))


def _wide(values: np.ndarray) -> np.ndarray:
    """The same in a dtype that `np.linalg` takes."""
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)


def _singular(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """A matrix among the arguments is singular, as far as its dtype can tell."""
    for array in arrays_of(row):
        shape = array.value.shape
        if len(shape) >= 2 and array.value.size and array.value.dtype.kind in "fc":
            if not np.isfinite(array.value).all():
                return True
            s = np.linalg.svd(_wide(array.value), compute_uv=False)
            limit = 100 * np.finfo(array.value.dtype).eps * s.max(initial=0)
            if (s[..., -1] <= limit).any():
                return True
    return False


def _other_length(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """A Fourier transform with a length of its own."""
    return "fft_length" in row.kwargs or len(row.args) > 1


def _not_finite(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """NaN or -inf among the arguments."""
    floats = [a.value for a in arrays_of(row) if a.dtype.startswith(("float", "bfloat"))]
    return any((np.isnan(v) | np.isneginf(v)).any() for v in floats)


def _on_a_cut(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """A matrix has a real eigenvalue that is not positive."""
    for array in arrays_of(row):
        values = np.linalg.eigvals(_wide(array.value)).ravel()
        if ((values.real <= 0) & (np.abs(values.imag) < 1e-4 * np.abs(values) + 1e-12)).any():
            return True
    return False


def _far_below(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """A float of 32 bits or fewer is below -8."""
    floats = [a.value for a in arrays_of(row) if a.dtype in ("float32", "float16", "bfloat16")]
    return any((v < -8).any() for v in floats)


def _only_far_below(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """The same, and numbers differ nowhere else."""
    return _far_below(row, mode, got, expected) and _only_at(lambda x: x < -8)(
        row, mode, got, expected
    )


def _no_matrix(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    return any(a.value.ndim != 2 or not a.value.size for a in arrays_of(row))


def _complex_numbers(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    return any(a.dtype.startswith("complex") for a in arrays_of(row))


_PARTS = ("result", "taped", "grads", "second")


def _where_not_finite(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """Some arguments are infinite or NaN, and so is one of the two sides where they differ."""
    floats = [a.value for a in arrays_of(row) if a.dtype.startswith(("float", "bfloat"))]
    if all(np.isfinite(v.astype("float64")).all() for v in floats):
        return False
    for mine, theirs in _pairs(got, expected):
        if mine.shape != theirs.shape:
            return False
        finite = np.isfinite(mine) & np.isfinite(theirs)
        if not np.isclose(mine[finite], theirs[finite], rtol=1e-3, atol=1e-4).all():
            return False
    return True


def _lost_nan(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """The same; without NaN among the arguments it is TensorFlow's number that is NaN."""
    return _where_not_finite(row, mode, got, expected) and (
        _nan(row, mode, got, expected)
        or all(
            (np.isclose(mine, theirs, rtol=1e-3, atol=1e-4) | np.isnan(theirs)).all()
            for mine, theirs in _pairs(got, expected)
        )
    )


def _pairs(got: Outcome, expected: Outcome) -> list[tuple[np.ndarray, np.ndarray]]:
    """Our arrays and TensorFlow's, part by part."""
    both = ([_wide(x) for p in _PARTS for x in _complex(o.get(p))] for o in (got, expected))
    return list(zip(*both, strict=False))


def _only_at(where: Callable[[np.ndarray], np.ndarray]) -> Condition:
    """Numbers differ only where the one argument, which is real, is such."""

    def holds(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
        arrays = [a for a in arrays_of(row) if a.dtype.startswith(("float", "bfloat"))]
        if len(arrays) != 1:
            return False
        excused = where(arrays[0].value.astype("float64"))
        return all(
            mine.shape == theirs.shape == excused.shape
            and bool(
                (np.isclose(mine, theirs, rtol=1e-3, atol=1e-4, equal_nan=True) | excused).all()
            )
            for mine, theirs in _pairs(got, expected)
        )

    return holds


def _singular_points(x: np.ndarray) -> np.ndarray:
    """0 and what is nearly so, 1, -1, infinities and NaN."""
    return (np.abs(x) < 2.0**-120) | (np.abs(x) == 1) | ~np.isfinite(x)


def _on_an_edge(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """No more values of a histogram are in another bin than lie next to an edge."""
    values, bounds = (np.asarray(getattr(a, "value", a), "float64") for a in row.args[:2])
    mine, theirs = _complex(got.get("result")), _complex(expected.get("result"))
    if len(mine) != 1 or len(theirs) != 1 or mine[0].shape != theirs[0].shape:
        return False
    at = (values - bounds[0]) / (bounds[1] - bounds[0]) * mine[0].size
    near = int((np.abs(at - np.round(at)) < 1e-2).sum())
    moved = np.cumsum(mine[0].astype("int64") - theirs[0].astype("int64"))
    return bool(not moved[-1] and np.abs(moved).max() <= near)


def _one_element(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """In a function, every array has one element."""
    inside = mode == "function" or "tf.function" in row.source
    return inside and all(a.value.size == 1 for a in arrays_of(row) if a.dtype not in INTS)


def _huge_divisor(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """Compiled, one divisor of all that is so large that its reciprocal is subnormal."""
    limits = {"float32": 2.0**126, "bfloat16": 2.0**126, "float64": 2.0**1022}
    return mode != "eager" and any(
        a.value.size == 1 and float(np.abs(a.value.astype("float64")).max()) > limits[a.dtype]
        for a in arrays_of(row)
        if a.dtype in limits
    )


def _zeros_in_function(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """In a function, TensorFlow's second derivatives are zero wherever ours are None."""
    mine, theirs = ((o.get("second") or {}).get("items", []) for o in (got, expected))
    return mode == "function" and all(
        not array.any() for m, t in zip(mine, theirs) if m is None for array in _complex(t)
    )


def _strings(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """In a function, the first argument is of strings."""
    first = np.asarray(getattr(row.args[0], "value", row.args[0])) if row.args else np.zeros(0)
    return mode == "function" and first.dtype.kind in "OUS"


def _value_first(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """In a function, what is no tensor there comes before the first that is one."""
    seen: list[bool] = []

    def look(leaf: object) -> object:
        seen.append(isinstance(leaf, (Array, np.ndarray)))
        return leaf

    changed(row, look)
    return mode == "function" and True in seen and not seen[0]


def _odd_lengths(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """The second argument, which should be a vector, is none, or not as long as the batch."""
    labels, lengths = (np.shape(getattr(a, "value", a)) for a in row.args[:2])
    return len(labels) != 2 or len(lengths) != 1 or lengths != labels[:1] or not labels[0]


def _complex_overflow(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """Complex results differ only where both are infinite or NaN in some part."""
    for part in _PARTS:
        for mine, theirs in zip(_complex(got.get(part)), _complex(expected.get(part))):
            if mine.shape != theirs.shape:
                return False
            both = ~np.isfinite(mine) & ~np.isfinite(theirs)
            same = np.isclose(mine, theirs, rtol=1e-4, atol=1e-5, equal_nan=True)
            if not (both | same).all():
                return False
    return any(a.dtype.startswith("complex") for a in arrays_of(row))


def _complex(entry: object) -> list[np.ndarray]:
    if not isinstance(entry, dict):
        return []
    if "items" in entry:
        return [x for item in entry["items"] for x in _complex(item)]
    return [content(entry)] if "d" in entry and entry.get("t") != "string" else []


def _half_zeros(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """A float16 among the arguments is zero."""
    return any(a.dtype == "float16" and (a.value == 0).any() for a in arrays_of(row))


def _cancelled(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """Derivatives of bfloat16 differ by less than their terms, squares of x, are rounded."""
    arrays = [a for a in arrays_of(row) if a.value.size]
    if not arrays or any(a.dtype != "bfloat16" for a in arrays):
        return False
    largest = max(1.0, float(np.abs(arrays[0].value.astype("float64")).max()))
    return all(
        mine.shape == theirs.shape and (np.abs(mine - theirs) <= 2.0**-6 * largest**2).all()
        for mine, theirs in _pairs(got, expected)
    )


def _short_bands(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """The first argument has at least as many bands as they have elements."""
    return bool(row.args) and isinstance(row.args[0], Array) and _as_many(row.args[0].value.shape)


def _as_many(shape: tuple[int, ...]) -> bool:
    return len(shape) >= 2 and shape[-2] >= shape[-1]


def _nan(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """NaN among the arguments."""
    floats = [a.value for a in arrays_of(row) if a.dtype.startswith(("float", "bfloat"))]
    return any(np.isnan(v).any() for v in floats)


def _beyond_float32(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """An integer among the arguments has more digits than float32."""
    ints = [a.value for a in arrays_of(row) if a.value.dtype.kind in "iu"]
    return any((np.abs(v.astype("float64")) > 2.0**24).any() for v in ints)


def _one_dnn(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """Both refuse, TensorFlow from inside oneDNN, which says nothing of the reason."""
    mine, theirs = ((o.get("result") or {}).get("error") for o in (got, expected))
    return bool(mine and theirs and "received an exception" in theirs["text"])


_NO_KERNEL = (
    "NotFoundError: Could not find device",
    "UnimplementedError",
    "No OpKernel was registered",
    "Could not find device for node",
)
_OTHER_CLASS = r"result: raises \w+: .*, expected \w+: "
_SINGULAR = (
    r"(\S+, expected |(does not raise|raises) InvalidArgumentError: .*"
    r"not (be )?(invertible|successful|valid))"
)

KNOWN = (
    Known(
        "*",
        "(result|grads|taped|vars)",
        "TensorFlow has no CPU kernel for this dtype or layout",
        _raises("result", *_NO_KERNEL),
    ),
    Known(
        "*",
        "result: .*TypeError: .To be compatible with tf.function, Python functions must return",
        "a function that returns what is no tensor: of an assertion an operation, there",
    ),
    Known(
        "*",
        r"result: (does not raise|raises \w+: .*, expected) TypeError: .*"
        "(that does not match type|has DataType)",
        "Python values before the first tensor take its dtype, in functions as outside of them",
        _value_first,
    ),
    Known(
        "*",
        r"result: does not raise ValueError: .*for \\?'.*node ",
        "shape inference of a graph refuses what the op itself takes",
        _in_function,
    ),
    Known(
        "*",
        r"result: raises InvalidArgumentError: .*, expected ValueError: .*for \\?'.*node ",
        "a function that runs op by op raises what an op raises outside of functions",
        _in_function,
    ),
    Known(
        "tf.Tensor.__array__",
        "result: .*dtype=string.*, expected .*Tensor.*dtype=string",
        "a function that runs op by op prints values",
        _in_function,
    ),
    Known(
        "tf.quantization.quantize_and_dequantize*",
        r"(result|grads|taped)[^:]*: \S+, expected nan",
        "the range of numbers with NaN among them: TensorFlow's depends on where it stands",
        _nan,
    ),
    Known(
        "*",
        "grads",
        "TensorFlow has no CPU kernel for this gradient",
        _raises("grads", *_NO_KERNEL),
    ),
    Known("*", "result: raises", "refused by both, in TensorFlow by oneDNN", _one_dnn),
    Known(
        "tf.nn.*pool*",
        "result: does not raise AbortedError: .*received an exception",
        "oneDNN has no pooling whose windows do not fit",
    ),
    Known(
        "tf.math.cumulative_logsumexp",
        r"(result|grads|taped|second)[^:]*: \S+, expected ",
        "TensorFlow's loop loses NaN, and gives NaN for two infinities",
        _lost_nan,
    ),
    Known(
        "tf.nn.avg_pool*",
        "grads: does not raise InvalidArgumentError: 'Output only has 0 elements",
        "TensorFlow's gradient fails for images without channels",
        _empty,
    ),
    Known(
        "*",
        "result: raises NotFoundError: .Could not find device.*expected ValueError: .Shape must be",
        "two mistakes in one call: a graph tells of the rank before it looks for a kernel",
        _in_function,
    ),
    Known(
        "tf.nn.*pool*",
        r"((result|grads|taped|second)[^:]*: [-+0-9.naif]+, expected|"
        "grads: does not raise AttributeError)",
        "SAME windows of volumes, shorter than their strides: with oneDNN TensorFlow begins here",
        _volumes,
    ),
    Known(
        "tf.math.zero_fraction",
        r"(result|taped): [\d.]+, expected",
        "subnormal numbers of bfloat16 are zeros there, and where XLA compares them not",
        _subnormal_bfloat16,
    ),
    Known(
        "tf.linalg.qr",
        "grads: does not raise InvalidArgumentError: .In.0. matrices in the last dimensions",
        "TensorFlow's gradient fails for matrices without rows",
        _empty,
    ),
    Known(
        "*",
        "result: does not raise (OverflowError|SystemError): .can't convert negative int",
        "TensorFlow wraps negative numbers to uint64 and leaves an error behind for later calls",
    ),
    Known(
        "tf.conv",
        "result: raises UnimplementedError: .Grouped.*expected ValueError: .Number of groups",
        "two mistakes in one call: a graph tells of the groups first",
        _in_function,
    ),
    Known(
        "tf.math.xdivy",
        r"second[^:]*: -?inf, expected nan",
        "second derivatives at y = 0, where the first one is infinite: infinity or NaN",
        _in_function,
    ),
    Known(
        "tf.strings.*",
        "result: raises InvalidArgumentError: .Could not create converter.*expected ValueError: ",
        "an encoding that there is not: a graph finds it among its attributes",
        _in_function,
    ),
    Known(
        "tf.extract_volume_patches",
        "result: raises UnimplementedError: .Only support strides.*expected ValueError: .Shape",
        "two mistakes in one call: a graph tells of the rank first",
        _in_function,
    ),
    Known(
        "tf.signal.*dct",
        "result: raises TypeError: .The `real` and `imag`.*expected IndexError: .tuple index",
        "two mistakes in one call: a graph meets the rank of a scalar first",
        _in_function,
    ),
    Known(
        "tf.*reduce_*",
        "result: raises InvalidArgumentError: .*Axes contains duplicate dimension",
        "a graph drops the reduction of an axis of size 1, and with it the mistake",
        _of_size_one,
    ),
    Known(
        "tf.math.betainc",
        r"(grads\[[01]\]: is None, expected tensor|second)",
        "scalars broadcast with vectors in a function: zeros for a and b there, None here as alone",
        _broadcast_in_function,
    ),
    Known(
        "tf.nn.weighted_moments",
        r"grads\[\d\]: is None, expected tensor \w+ \[[\d, ]*0[\d, ]*\]",
        "the gradient of no elements: None here, a tensor without elements there",
        _empty,
    ),
    Known(
        "*",
        "result: raises InvalidArgumentError: .*negative integer powers.*expected NotFoundError: .*"
        "'Reciprocal",
        "a graph makes x ** -1 of integers the inverse, for which there is no kernel",
        _in_function,
    ),
    Known(
        "tf.math.betainc",
        "grads: does not raise InvalidArgumentError: 'Input to reshape",
        "TensorFlow's gradient fails where scalars broadcast with vectors",
    ),
    Known(
        "tf.image.adjust_contrast",
        "result.*: [-0-9]+, expected [-0-9]+",
        "integers that float32 rounds: the mean of large ones depends on the order of the sum",
        _beyond_float32,
    ),
    Known(
        "tf.math.*_k",
        r"(result|grads|taped|second)[^:]*: [-+0-9.naif]\S*, expected ",
        "the order of NaN, to which TensorFlow's comparison gives no place",
        _nan,
    ),
    Known("*", "grads: does not raise LookupError", "a gradient that TensorFlow lacks"),
    Known(
        "*",
        "grads: does not raise AttributeError: .*NoneType",
        "TensorFlow's own gradient function fails",
    ),
    Known(
        "*",
        "second.*(None|unlike)",
        "second derivatives for tensors of size 0 or 1: zeros or None",
        _tiny_matrix,
    ),
    Known(
        "tf.signal.*rfft*",
        "grads",
        "TensorFlow's gradient is wrong or raises where a transform cuts or pads its input",
        _other_length,
    ),
    Known(
        "tf.signal.irfft*",
        "(result|grads|taped)",
        "irfft of nothing: TensorFlow returns memory that is not set",
        _empty,
    ),
    *(
        Known(
            f"tf.linalg.{op}",
            rf"(result|grads|second|taped)[^:]*: {_SINGULAR}",
            "singular matrices: NaN, an error, or one of many answers",
            _singular,
        )
        for op in (
            *"inv det slogdet logdet pinv solve lstsq qr svd eig eigh eigvals lu lu_*".split(),
            *"cholesky cholesky_solve sqrtm logm *triangular_solve tridiagonal_solve".split(),
        )
    ),
    Known(
        "tf.linalg.expm",
        r"(result|grads|second|taped)[^:]*: \S+, expected ",
        "matrices of infinities or NaN: products meet them in another order",
        _where_not_finite,
    ),
    *(
        Known(
            op,
            r"(result|grads|second)[^:]*: [-+(0-9.naif]+",
            "eigenvalues come in another order, or vectors with another sign or phase; else equal",
            decompositions.turned,
        )
        for op in ("tf.linalg.eig", "tf.linalg.eigvals", "tf.linalg.eigh", "tf.linalg.svd")
    ),
    Known(
        "tf.linalg.svd",
        r"second[^:]*: [-+(0-9.naif]+",
        "TensorFlow's second derivative of complex singular vectors is not that of its first one",
        _complex_numbers,
    ),
    Known(
        "tf.linalg.tridiagonal_solve",
        r"second[^:]*: [-+(0-9.naif]+",
        "TensorFlow's second derivative of complex systems is not that of its first one",
        _complex_numbers,
    ),
    Known(
        "tf.linalg.eigh_tridiagonal",
        r"(grads|second)[^:]*: [-+(0-9.naif]+",
        "TensorFlow differentiates its bisection; the gradient of the eigenvalues is the true one",
    ),
    Known(
        "tf.linalg.eigh_tridiagonal",
        r"(result\[1\]|grads|second)[^:]*: [-+(0-9.naif]+",
        "eigenvectors with another sign or phase; else equal",
        decompositions.turned,
    ),
    Known(
        "tf.linalg.expm",
        "(grads|second)",
        "TensorFlow's expm of an empty batch has no gradient; here it is empty",
        _empty,
    ),
    Known(
        "tf.linalg.diag",
        "grads: does not raise InvalidArgumentError: '(lower|upper)_diag_index is out of bound",
        "TensorFlow makes a matrix of more diagonals than it has, and cannot differentiate it",
    ),
    Known(
        "tf.linalg.lu_reconstruct",
        "result: does not raise InvalidArgumentError: '.*Shapes of all inputs must match",
        "factors of no matrix: TensorFlow cannot pack their rows",
        _empty,
    ),
    Known(
        "tf.nn.isotonic_regression",
        r"grads[^:]*: (shape|does not raise)",
        "TensorFlow's gradient has another shape than the values, except for matrices, or fails",
        _no_matrix,
    ),
    Known(
        "tf.math.digamma",
        "(grads|second): does not raise (InvalidArgument|Type)Error: .*(half|float16)",
        "TensorFlow has no polygamma, which is the derivative, in 16 bits",
    ),
    Known(
        "tf.math.lbeta",
        "second: does not raise InvalidArgumentError: .*(half|bfloat16)",
        "TensorFlow has no second derivative in 16 bits",
    ),
    Known(
        "tf.nn.collapse_repeated",
        "result",
        "lengths that are no vector of the batch: TensorFlow reshapes what it can, or raises",
        _odd_lengths,
    ),
    Known(
        "tf.linalg.eigh_tridiagonal",
        "result: raises InvalidArgumentError: .*bfloat16",
        "bfloat16 is refused by both, with another class of error",
    ),
    Known(
        "tf.nn.*max_pool*",
        r"(result|grads|second|taped)[^:]*: \S+, expected ",
        "windows with NaN, or with nothing but -inf: TensorFlow's kernels differ among themselves",
        _not_finite,
    ),
    Known(
        "*gather_nd",
        "grads: does not raise (InvalidArgumentError|ValueError: .Shape must be at least rank 1)",
        "TensorFlow has no gradient for these index vectors",
    ),
    Known(
        "tf.math.special.*",
        r"second[^:]*: [-+0-9.naif]\S*, expected ",
        "second derivatives at singular points of special functions",
        _only_at(_singular_points),
    ),
    Known(
        "tf.math.special.expint",
        r"(result|taped)[^:]*: -inf, expected ",
        "the logarithm of subnormal float32 numbers, which TensorFlow's processor takes for zeros",
        _only_at(lambda x: (x != 0) & (np.abs(x) < 2.0**-126)),
    ),
    Known("tf.range", "result: does not raise AssertionError", "TensorFlow fails for uint64"),
    Known(
        "tf.linalg.banded_triangular_solve",
        "grads(: does not raise ValueError: 'Incompatible shapes between op|[^:]*: shape)",
        "TensorFlow's gradient loses an axis of size 1",
    ),
    Known(
        "tf.linalg.banded_triangular_solve",
        "grads: does not raise InvalidArgumentError: '(lower|upper)_diag_index is out of bound",
        "more bands than rows: TensorFlow cannot take the diagonals of its own gradient",
        _short_bands,
    ),
    Known(
        "tf.linalg.l2_normalize",
        r"grads[^:]*: nan, expected -?inf",
        "float16 has no epsilon of 1e-12: zeros are divided by zero",
        _half_zeros,
    ),
    Known(
        "tf.nn.weighted_moments",
        r"(grads|second)[^:]*: [-+0-9.e]+, expected",
        "gradients of the weights cancel: nothing but rounded bits of bfloat16 is left",
        _cancelled,
    ),
    Known(
        "tf.nn.ctc_unique_labels",
        "result: raises InvalidArgumentError: .*unique expects a 1D vector",
        "labels that are no matrix, and none: TensorFlow's loop never looks at one",
        _empty,
    ),
    Known(
        "tf.nn.ctc_unique_labels",
        "result: does not raise InvalidArgumentError: 'Tried to stack elements of an empty list",
        "no labels: TensorFlow's loop in a function cannot tell the shape of nothing",
        _empty,
    ),
    Known(
        "tf.math.top_k",
        "grads: does not raise InvalidArgumentError: 'Requires delta != 0",
        "nothing of rows without elements: TensorFlow cannot count them",
        _empty,
    ),
    Known(
        "tf.nn.*conv*",
        r"(result|grads|taped|second)[^:]*: [-+(0-9.naif]+",
        "infinite weights or images meet zeros: kernels leave out what others multiply",
        _where_not_finite,
    ),
    Known(
        "tf.nn.conv*",
        "result: does not raise InvalidArgumentError: '(Number of channels|CPU impl|input and fil)",
        "accepted here: groups and dilations, which TensorFlow has on other devices only",
    ),
    Known(
        "tf.linalg.sqrtm",
        "grads: does not raise InvalidArgumentError: 'Input matrix is not invertible",
        "TensorFlow refuses the gradient where the root is NaN or singular",
    ),
    Known(
        "tf.linalg.logm",
        "result",
        "an eigenvalue on the negative axis, where the logarithm has two sides",
        _on_a_cut,
    ),
    *(
        Known(op, _OTHER_CLASS, "two mistakes, or a check in another place: the class differs")
        for op in (
            "tf.linalg.expm",
            "tf.linalg.tridiagonal_*",
            "tf.quantization.*",
        )
    ),
    Known(
        "tf.Variable.assign*",
        "result: .*TypeError: 'Cannot convert (True|False) to EagerTensor",
        "a Python bool becomes an integer of 8 or 16 bits, which TensorFlow refuses",
    ),
    Known(
        "tf.math.reduce_a[ln][ly]",
        "result: raises InvalidArgumentError: .*to be a bool tensor.*, expected (Value|Type)Error",
        "another dtype than bool with a list or no number as axis: told by the conversion, there",
    ),
    Known(
        "*",
        r"second[^:]*: is None, expected tensor",
        "a function's gradient of what is linear has no second derivative; there it has zeros",
        _zeros_in_function,
    ),
    *(
        Known(
            f"tf.{name}",
            r"grads[^:]*: is None, expected tensor",
            "a loop of a function over an array without rows: None, not zeros",
            _empty,
        )
        for name in ("map_fn", "scan", "foldl", "foldr")
    ),
    Known(
        "tf.Variable",
        "result: does not raise ValueError: 'tf.function only supports singleton tf.Variables",
        "a function of strings runs op by op, and may create variables at every call",
        _strings,
    ),
    Known(
        "tf.transpose",
        r"result: raises InvalidArgumentError: \d+ is missing from",
        "a transpose of one element in a function: TensorFlow drops what is no permutation",
        _one_element,
    ),
    *(
        Known(
            op,
            r"(result|taped)[^:]*: -?0\.0, expected ",
            "XLA multiplies by the reciprocal of one divisor for all, and of large ones that is 0",
            _huge_divisor,
        )
        for op in ("*div*", "*mod*")
    ),
    Known(
        "tf.split",
        "result: does not raise InvalidArgumentError: 'If there is only one output",
        "TensorFlow does not resolve the size -1 where there is one part of nothing",
    ),
    Known(
        "tf.nn.*conv*",
        r"result: (raises|shape)|grads(: (raises|does not raise)|[^:]*: \S+, expected )",
        "windows without elements",
        _empty,
    ),
    *(
        Known(
            f"tf.math.{name}",
            rf"({parts})[^:]*: [-+0-9.naif]\S*, expected ",
            "TensorFlow's zeta of float32 has no digit right below -8",
            when,
        )
        for name, parts, when in (
            ("zeta", "result|taped|grads|second", _far_below),
            ("polygamma", "result|taped|grads|second", _far_below),
            ("digamma", "grads|second", _only_far_below),
            ("lgamma", "second", _only_far_below),
        )
    ),
    Known(
        "tf.nn.ctc_beam_search_decoder",
        r"result\[1\][^:]*: [-+0-9.e]+, expected",
        "TensorFlow's beam search adds float32 numbers up, for float64 logits too",
    ),
    Known(
        "tf.random.*",
        "result: raises (InvalidArgumentError|ValueError): seed must have shape",
        "TensorFlow does not check the seed's shape where the algorithm is given",
    ),
    Known(
        "tf.strings.unicode_encode",
        "result: does not raise InvalidArgumentError: 'Input to reshape",
        "accepted here: several empty axes",
    ),
    Known(
        "tf.histogram_fixed_width",
        r"result[^:]*: \d+, expected \d+",
        "a value on the edge between two bins: rounding decides",
        _on_an_edge,
    ),
    Known(
        "*",
        r"(result|grads|taped|second)[^:]*: ",
        "complex functions where they overflow and at their poles: infinity or NaN in either part",
        _complex_overflow,
    ),
)


def reason(row: Row, mode: str, lines: list[str], got: Outcome, expected: Outcome) -> str:
    """Why a difference is accepted; "" if it is not."""
    for known in KNOWN:
        if (
            fnmatch.fnmatch(row.op, known.ops)
            and all(re.match(known.line, line) for line in lines)
            and (known.when is None or known.when(row, mode, got, expected))
        ):
            return known.why
    return ""
