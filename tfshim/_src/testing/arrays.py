"""Assertions on arrays and tensors, and on structures of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from absl.testing import absltest

from tfshim._src import dtypes
from tfshim._src.control_flow.host_calls import eager_py_func
from tfshim._src.ragged import RaggedTensor
from tfshim._src.tensor import STATE, Tensor
from tfshim._src.testing.values import RaggedTensorValue, evaluated
from tfshim._src.variable import Variable

#: Dtypes of fewer bits than NumPy's functions take.
_NARROW = frozenset(
    d.np for d in (
        dtypes.bfloat16, dtypes.float8_e5m2, dtypes.float8_e4m3fn, dtypes.float8_e4m3fnuz,
        dtypes.float8_e4m3b11fnuz, dtypes.float8_e5m2fnuz,
    )
)  # fmt: skip


def deferrable(method: Callable) -> Callable:
    """An assertion that, in a function being traced, looks at values when the function runs."""

    @functools.wraps(method)
    def asserting(self, *args, **kwargs):
        if not STATE.trace.symbolic:
            return method(self, *args, **kwargs)
        places = [i for i, a in enumerate(args) if isinstance(a, (Tensor, Variable))]

        def later(*values):
            filled = list(args)
            for i, value in zip(places, values, strict=True):
                filled[i] = value
            method(self, *filled, **kwargs)

        return eager_py_func(later, [args[i] for i in places], [])

    return asserting


def to_array(value: Any) -> np.ndarray:
    """A NumPy array of a tensor, or of anything that NumPy takes."""
    if isinstance(value, (Tensor, Variable)):
        value = value.numpy()
    if isinstance(value, np.ndarray):
        return value
    try:
        return np.array(value)
    except ValueError as error:
        if "inhomogeneous shape" not in str(error):
            raise
        return np.array(value, dtype=object)


def _is_ragged(value: Any) -> bool:
    return isinstance(value, (RaggedTensor, RaggedTensorValue))


def _to_list(value: Any) -> Any:
    if _is_ragged(value):
        return value.to_list()
    if isinstance(value, (Tensor, np.ndarray)):
        return to_array(value).tolist()
    return np.array(value, dtype=object).tolist()


def _where(mask: np.ndarray) -> tuple:
    """np.where, also of a scalar."""
    return np.where(mask) if mask.ndim else np.where(np.atleast_1d(mask))


def _picked(mask: np.ndarray, *arrays: np.ndarray) -> tuple:
    """The elements that differ; scalars as they are."""
    if not mask.ndim:
        return arrays
    return tuple(a[_where(mask)] for a in arrays)


class ArrayAssertions(absltest.TestCase):
    """The assertions of `tf.test.TestCase` that compare values."""

    # -- close ---------------------------------------------------------------------------------

    @deferrable
    def assertAllClose(self, a, b, rtol=1e-6, atol=1e-6, msg=None):
        """Fails unless two structures of arrays are close: |a - b| <= atol + rtol * |b|.

        Args:
          a, b: arrays, tensors, or nested lists, tuples, named tuples and dicts of them.
          rtol, atol: tolerances.
          msg: added to the message of the failure.

        Raises:
          ValueError: where one is a dict and the other is not, or lengths differ.
        """
        self._all_close(a, b, rtol, atol, (), msg or "")

    def _all_close(self, a, b, rtol, atol, path: tuple, msg: str) -> None:
        if _is_ragged(a) or _is_ragged(b):
            self._ragged_close(a, b, rtol, atol, msg)
            return
        at = "".join(f"[{p}]" for p in path)
        a = a._asdict() if hasattr(a, "_asdict") else a
        b = b._asdict() if hasattr(b, "_asdict") else b
        if isinstance(a, Mapping) != isinstance(b, Mapping):
            raise ValueError(f"Can't compare dict to non-dict, a{at} vs b{at}. {msg}")
        if isinstance(a, Mapping):
            self.assertCountEqual(
                a.keys(),
                b.keys(),
                msg=f"mismatched keys: a{at} has keys {a.keys()}, but b{at} has keys {b.keys()}. "
                f"{msg}",
            )
            for key in a:
                self._all_close(a[key], b[key], rtol, atol, (*path, key), msg)
            return
        told = f"Mismatched value: a{at} is different from b{at}. {msg}"
        if isinstance(a, (list, tuple)):
            try:
                self._arrays_close(to_array(a), to_array(b), rtol, atol, told)
            except (ValueError, TypeError, NotImplementedError) as error:
                if len(a) != len(b):
                    raise ValueError(
                        f"Mismatched length: a{at} has {len(a)} items, but b{at} has {len(b)} "
                        f"items. {msg}"
                    ) from error
                for i, (x, y) in enumerate(zip(a, b, strict=True)):
                    self._all_close(x, y, rtol, atol, (*path, i), msg)
            return
        try:
            self._arrays_close(to_array(a), to_array(b), rtol, atol, told)
        except TypeError as error:
            told = f"Error: a{at} has {type(a)}, but b{at} has {type(b)}. {msg}"
            error.args = (f"{error.args[0]} : {told}", *error.args[1:])
            raise

    def _arrays_close(self, a: np.ndarray, b: np.ndarray, rtol, atol, msg: str) -> None:
        told = f"Shape mismatch: expected {a.shape}, got {b.shape}"
        told += f" with contents {b}." if b.ndim <= 3 or b.size < 500 else "."
        self.assertEqual(a.shape, b.shape, told)
        dtype = a.dtype
        a = a.astype(np.float32) if a.dtype in _NARROW else a
        b = b.astype(np.float32) if b.dtype in _NARROW else b
        if np.allclose(a, b, rtol=rtol, atol=atol):
            return
        far = np.logical_or(np.abs(a - b) > atol + rtol * np.abs(b), np.isnan(a) != np.isnan(b))
        x, y = _picked(far, a, b)
        lines = [msg]
        if far.ndim:
            lines.append(f"not close where = {_where(far)}")
        lines += [
            f"not close lhs = {x}",
            f"not close rhs = {y}",
            f"not close dif = {np.abs(x - y)}",
            f"not close tol = {atol + rtol * np.abs(y)}",
            f"dtype = {dtype}, shape = {a.shape}",
        ]
        # equal NaNs pass here
        np.testing.assert_allclose(a, b, rtol=rtol, atol=atol, err_msg="\n".join(lines))

    @deferrable
    def assertAllCloseAccordingToType(
        self,
        a,
        b,
        rtol=1e-6,
        atol=1e-6,
        float_rtol=1e-6,
        float_atol=1e-6,
        half_rtol=1e-3,
        half_atol=1e-3,
        bfloat16_rtol=1e-2,
        bfloat16_atol=1e-2,
        msg=None,
    ):
        """`assertAllClose` with the largest of the tolerances that the dtypes of a and b have.

        Args:
          a, b: arrays or tensors.
          rtol, atol: the least tolerances.
          float_rtol, float_atol: for float32 and complex64.
          half_rtol, half_atol: for float16.
          bfloat16_rtol, bfloat16_atol: for bfloat16.
          msg: added to the message of the failure.
        """
        a, b = to_array(a), to_array(b)
        kinds = {a.dtype, b.dtype}
        for those, r, t in (
            ({np.dtype(np.float32), np.dtype(np.complex64)}, float_rtol, float_atol),
            ({np.dtype(np.float16)}, half_rtol, half_atol),
            ({dtypes.bfloat16.np}, bfloat16_rtol, bfloat16_atol),
        ):
            if kinds & those:
                rtol, atol = max(rtol, r), max(atol, t)
        self.assertAllClose(a, b, rtol=rtol, atol=atol, msg=msg)

    @deferrable
    def assertNotAllClose(self, a, b, rtol=1e-6, atol=1e-6, msg=None):
        """Fails if `assertAllClose` passes; arguments as there."""
        try:
            self.assertAllClose(a, b, rtol=rtol, atol=atol, msg=msg)
        except AssertionError:
            return
        raise AssertionError(f"The two values are close at all elements. {msg or ''}")

    @deferrable
    def assertNear(self, f1, f2, err, msg=None):
        """Fails unless two numbers differ by at most `err`."""
        x, y = np.squeeze(f1), np.squeeze(f2)
        if x != y:
            gap = abs(float(x) - float(y))
            more = "" if msg is None else f" ({msg})"
            self.assertTrue(gap <= err, f"{x:f} != {y:f} +/- {err:f} (difference: {gap:g}){more}")

    @deferrable
    def assertArrayNear(self, farray1, farray2, err, msg=None):
        """Fails unless two vectors of floats differ by at most `err` everywhere."""
        self.assertEqual(len(farray1), len(farray2), msg=msg)
        for x, y in zip(farray1, farray2, strict=True):
            self.assertNear(float(x), float(y), err, msg=msg)

    @deferrable
    def assertNDArrayNear(self, ndarray1, ndarray2, err, msg=None):
        """Fails unless the norm of the difference of two arrays is below `err`."""
        self.assertTrue(np.linalg.norm(ndarray1 - ndarray2) < err, msg=msg)

    # -- equal ---------------------------------------------------------------------------------

    @deferrable
    def assertAllEqual(self, a, b, msg=None):
        """Fails unless two arrays have the same shape and elements; NaN equals NaN.

        Args:
          a, b: arrays, tensors, ragged tensors, or what NumPy makes arrays of.
          msg: added to the message of the failure.
        """
        if _is_ragged(a) or _is_ragged(b):
            self._ragged_equal(a, b, msg)
            return
        a, b = to_array(a), to_array(b)
        told = f"Shape mismatch: expected {a.shape}, got {b.shape}."
        small = b.ndim <= 3 or b.size < 500
        told += f" Contents: {b!r}. \n{msg or ''}." if small else f" {msg or ''}"
        self.assertEqual(a.shape, b.shape, told)
        same = np.asarray(a == b)
        if a.dtype.kind == "f" or a.dtype in _NARROW:
            same = same | (np.isnan(a) & np.isnan(b))
        if np.all(same):
            return
        x, y = _picked(~same, a, b)
        lines = [msg or ""]
        if same.ndim:
            lines.append(f"not equal where = {_where(~same)}")
        lines += [f"not equal lhs = {x!r}", f"not equal rhs = {y!r}"]
        if a.dtype.kind != b.dtype.kind and {a.dtype.kind, b.dtype.kind} <= set("USO"):
            a, b = _as_bytes(a), _as_bytes(b)
        np.testing.assert_array_equal(a, b, err_msg="\n".join(lines))

    @deferrable
    def assertNotAllEqual(self, a, b, msg=None):
        """Fails if `assertAllEqual` passes; arguments as there."""
        try:
            self.assertAllEqual(a, b)
        except AssertionError:
            return
        raise AssertionError(f"The two values are equal at all elements. {msg or ''}")

    @deferrable
    def assertDTypeEqual(self, target, expected_dtype):
        """Fails unless an array has this NumPy dtype."""
        self.assertEqual(to_array(target).dtype, expected_dtype)

    def assertShapeEqual(self, input_a, input_b, msg=None):
        """Fails unless two arrays or tensors have the same shape.

        Raises:
          TypeError: for other arguments.
        """
        shapes = []
        for name, value in (("input_a", input_a), ("input_b", input_b)):
            if not isinstance(value, (np.ndarray, np.generic, Tensor)):
                raise TypeError(
                    f"{name} must be a Numpy ndarray, Numpy scalar, or a Tensor.Instead received "
                    f"{type(value)}"
                )
            shapes.append(tuple(value.shape))
        self.assertAllEqual(*shapes, msg=msg)

    @deferrable
    def assertDictEqual(self, a, b, msg=None):
        """Fails unless two dicts have the same keys, and equal or, for floats, close values."""
        try:
            super().assertDictEqual(a, b, msg)
        except Exception:
            self.assertSameElements(a.keys(), b.keys())
            for key, value in a.items():
                if np.issubdtype(to_array(value).dtype, np.floating):
                    self.assertAllClose(value, b[key], msg=key)
                else:
                    self.assertAllEqual(value, b[key], msg=key)

    # -- order and range ------------------------------------------------------------------------

    @deferrable
    def assertAllGreater(self, a, comparison_target):
        """Fails unless all elements are above a number."""
        self.assertGreater(np.min(to_array(a)), comparison_target)

    @deferrable
    def assertAllLess(self, a, comparison_target):
        """Fails unless all elements are below a number."""
        self.assertLess(np.max(to_array(a)), comparison_target)

    @deferrable
    def assertAllGreaterEqual(self, a, comparison_target):
        """Fails unless no element is below a number."""
        self.assertGreaterEqual(np.min(to_array(a)), comparison_target)

    @deferrable
    def assertAllLessEqual(self, a, comparison_target):
        """Fails unless no element is above a number."""
        self.assertLessEqual(np.max(to_array(a)), comparison_target)

    @deferrable
    def assertAllInRange(
        self, target, lower_bound, upper_bound, open_lower_bound=False, open_upper_bound=False
    ):
        """Fails unless all elements are within bounds, and none is NaN.

        Args:
          target: array or tensor of numbers.
          lower_bound, upper_bound: numbers.
          open_lower_bound, open_upper_bound: whether the bounds themselves are outside.
        """
        x = to_array(target)
        if not (np.issubdtype(x.dtype, np.floating) or np.issubdtype(x.dtype, np.integer)):
            raise AssertionError(
                f"The value of {x} does not have an ordered numeric type, instead it has type: "
                f"{x.dtype}"
            )
        nan = np.isnan(x)
        if np.any(nan):
            raise AssertionError(
                f"{np.sum(nan)} of the {x.size} element(s) are NaN. Subscripts(s) and value(s) of "
                "the NaN element(s):\n" + _listed(nan, x)
            )
        outside = x <= lower_bound if open_lower_bound else x < lower_bound
        outside = outside | (x >= upper_bound if open_upper_bound else x > upper_bound)
        if np.any(outside):
            left, right = "(" if open_lower_bound else "[", ")" if open_upper_bound else "]"
            raise AssertionError(
                f"{np.sum(outside)} of the {x.size} element(s) are outside the range "
                f"{left}{lower_bound}, {upper_bound}{right}. Subscript(s) and value(s) of the "
                "offending elements:\n" + _listed(np.asarray(outside), x)
            )

    @deferrable
    def assertAllInSet(self, target, expected_set):
        """Fails unless every element is in a set."""
        extra = np.setdiff1d(to_array(target).flatten(), list(expected_set))
        if np.size(extra):
            raise AssertionError(
                f"{np.size(extra)} unique element(s) are not in the set {expected_set}: {extra}"
            )

    # -- ragged --------------------------------------------------------------------------------

    def _ragged_equal(self, a, b, msg) -> None:
        self.assertEqual(_to_list(a), _to_list(b), msg)
        self._same_ragged_rank(a, b, msg)

    def _same_ragged_rank(self, a, b, msg) -> None:
        if isinstance(a, (list, tuple)) or isinstance(b, (list, tuple)):
            return
        of_a, of_b = (v.ragged_rank if _is_ragged(v) else 0 for v in (a, b))
        self.assertEqual(of_a, of_b, msg)

    def _ragged_close(self, a, b, rtol, atol, msg) -> None:
        self._lists_close(_to_list(a), _to_list(b), rtol, atol, msg, "value")
        self._same_ragged_rank(a, b, msg)

    def _lists_close(self, a, b, rtol, atol, msg, path: str) -> None:
        self.assertEqual(type(a), type(b))
        if not isinstance(a, (list, tuple)):
            self._all_close(a, b, rtol, atol, (path,), msg)
            return
        self.assertLen(a, len(b), f"Length differs for {path}")
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            self._lists_close(x, y, rtol, atol, msg, f"{path}[{i}]")

    # -- values --------------------------------------------------------------------------------

    def evaluate(self, tensors) -> Any:
        """The same structure with NumPy arrays for tensors; see `testing.values`."""
        return evaluated(tensors)

    def evaluate_if_both_tensors(self, a, b) -> tuple:
        """Both as they are: outside of graphs every tensor has a value."""
        return a, b

    def _GetNdArray(self, a) -> np.ndarray:  # subclasses in published tests call it
        return to_array(a)


def _as_bytes(x: np.ndarray) -> np.ndarray:
    return np.array([v.encode() if isinstance(v, str) else v for v in x.flat])


def _listed(mask: np.ndarray, x: np.ndarray, limit: int = 10) -> str:
    """A line for each of the first elements of x where the mask holds."""
    if not x.ndim:
        return f"  [0] : {x}"
    places = np.argwhere(mask)
    lines = [f"  {place} : {x[tuple(place)]}" for place in places[:limit]]
    return "\n".join([*lines, "  ..."] if len(places) > limit else lines)
