"""`tf.test`: what passes, what fails and how it is said. Also runs with TensorFlow itself."""

import collections
import os
import random
import sys
import unittest
from typing import Any

import numpy as np
import pytest

import tfshim as tf

Point = collections.namedtuple("Point", "x y")
RAGGED = [[1.0], [2.0, 3.0]]


class Case(tf.test.TestCase):
    def test_nothing(self):
        pass


@pytest.fixture
def case():
    made = Case("test_nothing")
    made.setUp()
    return made


def run(cls):
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(cls).run(result)
    return result


def test_it_is_absls_test_case():
    from absl.testing import absltest

    assert issubclass(tf.test.TestCase, absltest.TestCase)


def test_every_test_starts_with_the_same_seeds(case):
    def draw():
        return random.random(), np.random.rand(), float(tf.random.uniform([]))

    first = draw()
    assert draw() != first
    case.setUp()
    assert draw() == first
    assert first == pytest.approx((0.3499765785632496, 0.18463433217903202, 0.58363748))


CLOSE: list[Any] = [
    ([1.0, 2.0], [1.0, 2.0]),
    (tf.constant(1.0), 1.0 + 1e-7),
    (tf.Variable([1.0]), [1.0]),
    ([np.inf], [np.inf]),
    ([np.nan], [np.nan]),
    ({"a": 1.0, "b": [1.0, 2.0]}, {"a": 1.0, "b": [1.0, 2.0]}),
    ([[1.0, 2.0], [3.0]], [[1.0, 2.0], [3.0]]),
    ((tf.constant(1.0), tf.constant([2.0, 3.0])), (1.0, [2.0, 3.0])),
    (tf.ragged.constant(RAGGED), tf.ragged.constant(RAGGED)),
    (tf.ragged.constant(RAGGED), RAGGED),
    (Point(1.0, 2.0), Point(1.0, 2.0)),
    (tf.constant([1.0], tf.bfloat16), [1.0]),
    ([1, 2], np.array([1, 2])),
]


@pytest.mark.parametrize("a, b", CLOSE, ids=range(len(CLOSE)))
def test_close(case, a, b):
    case.assertAllClose(a, b)
    with pytest.raises(AssertionError, match="The two values are close at all elements. why"):
        case.assertNotAllClose(a, b, msg="why")


FAR: list[Any] = [
    ([1.0, 2.0], [1.0, 2.1], AssertionError, r"Mismatched value: a is different from b"),
    ([1.0, 2.0], [1.0, 2.1], AssertionError, r"not close where = \(array\(\[1\]\),\)"),
    ([1.0, 2.0], [1.0, 2.5], AssertionError, r"not close dif = \[0.5\]"),
    (1.0, 1.5, AssertionError, r"not close lhs = 1.0"),
    ([1.0], [1.0, 2.0], AssertionError, r"expected \(1,\), got \(2,\) with contents"),
    ([np.nan], [1.0], AssertionError, r"not close rhs = \[1.\]"),
    ([np.inf], [-np.inf], AssertionError, "not close where"),
    ({"a": [1.0, 2.0]}, {"a": [1.0, 3.0]}, AssertionError, r"a\[a\] is different from b\[a\]"),
    ({"a": 1.0}, {"b": 1.0}, AssertionError, "mismatched keys: a has keys"),
    ({"a": 1.0}, [1.0], ValueError, "Can't compare dict to non-dict, a vs b"),
    ([[1.0, 2.0], [3.0]], [[1.0, 2.0], [4.0]], AssertionError, r"a\[1\] is different from b\[1\]"),
    ([[1.0, 2.0], [3.0]], [[1.0, 2.0]], AssertionError, r"expected \(2,\), got \(1, 2\)"),
    (Point(1.0, 2.0), Point(1.0, 3.0), AssertionError, r"a\[y\] is different"),
    (tf.ragged.constant(RAGGED), [[1.0], [2.0, 4.0]], AssertionError, "not close"),
    (tf.ragged.constant(RAGGED), [[1.0], [2.0]], AssertionError, r"Length differs for value\[1\]"),
    ("a", "b", TypeError, "Error: a has <class"),
]


@pytest.mark.parametrize("a, b, kind, text", FAR, ids=range(len(FAR)))
def test_not_close(case, a, b, kind, text):
    with pytest.raises(kind, match=text):
        case.assertAllClose(a, b)
    if kind is AssertionError:
        case.assertNotAllClose(a, b)


def test_tolerances(case):
    case.assertAllClose([1.0], [1.1], rtol=0.2)
    case.assertAllClose([1.0], [1.1], atol=0.2)
    case.assertAllCloseAccordingToType(np.array([1], np.float16), np.array([1.001], np.float16))
    case.assertAllCloseAccordingToType(tf.constant([1.0], tf.bfloat16), [1.008])
    with pytest.raises(AssertionError):
        case.assertAllCloseAccordingToType(np.array([1], np.float32), np.array([1.001], np.float32))
    case.assertAllCloseAccordingToType(
        np.array([1], np.float32), np.array([1.001], np.float32), float_rtol=0.1
    )
    with pytest.raises(AssertionError):
        case.assertAllCloseAccordingToType(
            np.array([1], np.float64), np.array([1.001], np.float64), float_rtol=0.1
        )


EQUAL: list[Any] = [
    ([1, 2], tf.constant([1, 2])),
    (tf.constant(["a", "b"]), ["a", "b"]),
    ([b"a"], tf.constant(["a"])),
    ([], []),
    ([np.nan], [np.nan]),
    (tf.ragged.constant([[1], [2, 3]]), [[1], [2, 3]]),
    (True, tf.constant(True)),
]


@pytest.mark.parametrize("a, b", EQUAL, ids=range(len(EQUAL)))
def test_equal(case, a, b):
    case.assertAllEqual(a, b)
    with pytest.raises(AssertionError, match="The two values are equal at all elements. why"):
        case.assertNotAllEqual(a, b, msg="why")


UNEQUAL: list[Any] = [
    ([1, 2], [1, 3], r"not equal where = \(array\(\[1\]\),\)"),
    ([1, 2], [1, 3], r"not equal lhs = array\(\[2\]\)"),
    ([1], [1, 2], r"expected \(1,\), got \(2,\). Contents: array\(\[1, 2\]\)"),
    ([], np.zeros((0, 2)), "Shape mismatch"),
    (tf.constant(["a", "b"]), ["a", "c"], "not equal where"),
    ([np.nan], [1.0], "not equal rhs"),
    (tf.ragged.constant([[1], [2, 3]]), [[1], [2]], "Lists differ"),
]


@pytest.mark.parametrize("a, b, text", UNEQUAL, ids=range(len(UNEQUAL)))
def test_not_equal(case, a, b, text):
    with pytest.raises(AssertionError, match=text):
        case.assertAllEqual(a, b)
    case.assertNotAllEqual(a, b)


FAILING = [
    (lambda c: c.assertNear(1.0, 1.1, 0.01, "m"), r"1.000000 != 1.100000 \+/- 0.010000 .* \(m\)"),
    (lambda c: c.assertArrayNear([1.0, 2.0], [1.0, 2.2], 0.1), "difference: 0.2"),
    (lambda c: c.assertArrayNear([1.0], [1.0, 2.2], 0.1), "1 != 2"),
    (lambda c: c.assertNDArrayNear(np.ones(2), np.zeros(2), 1.0), "is not true"),
    (lambda c: c.assertAllGreater([[1, 2], [2, 3]], 1), r"1\)? not greater than 1"),
    (lambda c: c.assertAllLess(tf.constant([1, 2]), 2), r"2\)? not less than 2"),
    (lambda c: c.assertAllGreaterEqual([1, 2], 2), "not greater than or equal to 2"),
    (lambda c: c.assertAllLessEqual([1, 2], 1), "not less than or equal to 1"),
    (
        lambda c: c.assertAllInRange([1, 2, 3], 1, 3, open_upper_bound=True),
        r"1 of the 3 element\(s\) are outside the range \[1, 3\)",
    ),
    (lambda c: c.assertAllInRange([[1.0, np.nan]], 1, 3), r"1 of the 2 element\(s\) are NaN"),
    (lambda c: c.assertAllInRange([[5.0]], 1, 3), r"  \[0 0\] : 5.0"),
    (lambda c: c.assertAllInRange(["a"], 1, 3), "does not have an ordered numeric type"),
    (lambda c: c.assertAllInSet([1, 2, 3], {1, 2}), r"1 unique element\(s\) are not in the set"),
    (lambda c: c.assertDTypeEqual([1.0], np.float32), "float64"),
    (lambda c: c.assertShapeEqual(np.ones(2), tf.ones([2, 1])), "Shape mismatch"),
    (lambda c: c.assertDeviceEqual("/cpu:0", "/device:CPU:1"), "Devices /device:CPU:0 and"),
    (lambda c: c.assertDictEqual({"a": np.ones(2)}, {"a": np.zeros(2)}), "not close"),
    (lambda c: c.assertDictEqual({"a": 1}, {"b": 1}), "Missing entries|Expected|'a'"),
    (lambda c: c.assertStartsWith("abc", "b", "m"), "'abc' does not start with 'b' : 'm'"),
    (lambda c: c.assertLen([1], 2), "has length of 1, expected 2"),
]


@pytest.mark.parametrize("check, text", FAILING, ids=range(len(FAILING)))
def test_what_fails(case, check, text):
    with pytest.raises(AssertionError, match=text):
        check(case)


def test_what_passes(case):
    case.assertNear(tf.constant(1.0), tf.constant(1.1), 0.2)
    case.assertArrayNear([1.0], [1.05], 0.1)
    case.assertNDArrayNear(np.ones(2), np.zeros(2), 2.0)
    case.assertAllGreater(tf.constant([1, 2]), 0)
    case.assertAllLess([1, 2], 3)
    case.assertAllGreaterEqual([1, 2], 1)
    case.assertAllLessEqual([1, 2], 2)
    case.assertAllInRange([1, 2, 3], 1, 3)
    case.assertAllInSet(tf.constant([1, 2]), [1, 2])
    case.assertDTypeEqual(tf.constant(1.0), np.float32)
    case.assertShapeEqual(np.ones(2), tf.ones(2))
    case.assertDeviceEqual("/cpu:0", "/device:CPU:0")
    case.assertDictEqual({"a": tf.constant([1.0])}, {"a": tf.constant([1.0])})
    case.assertStartsWith("abc", "ab")
    case.assertItemsEqual([1, 2], [2, 1])
    case.assertEquals(1, 1)
    case.failUnless(True)
    case.failIf(False)
    case.assertAlmostEquals(1.0, 1.0 + 1e-9)
    case.assertRegexpMatches("abc", "b")
    with case.assertRaisesRegexp(ValueError, "x"):
        raise ValueError("xyz")


def _add(m, n):
    return tf.ones([m]) + tf.ones([n])


def test_errors_of_ops(case):
    with case.assertRaisesOpError("Incompatible shapes"):
        _add(2, 3)
    with case.assertRaisesOpError(lambda e: "AddV2" in str(e)):
        _add(2, 3)
    with case.assertRaisesIncompatibleShapesError():
        _add(2, 3)
    with case.assertRaisesWithPredicateMatch(ZeroDivisionError, "by zero"):
        _ = 1 / 0
    for pattern, body in (("nonsense", _add), ("OpError not raised", None)):
        with (
            pytest.raises(AssertionError, match="Incompatible|not raised"),
            case.assertRaisesOpError(pattern),
        ):
            if body is not None:
                body(2, 3)


def test_evaluate(case):
    assert case.evaluate(None) is None
    got = case.evaluate([tf.constant(1), {"a": tf.constant([2.0])}, tf.Variable(3.0)])
    assert got[0] == 1 and got[1]["a"].tolist() == [2.0] and got[2] == 3
    assert isinstance(got[1]["a"], np.ndarray)
    assert case.evaluate(lambda: tf.constant(3)) == 3
    sparse = case.evaluate(tf.SparseTensor([[0]], [1], [2]))
    assert [v.tolist() for v in sparse] == [[[0]], [1], [2]]
    slices = case.evaluate(tf.IndexedSlices(tf.constant([1.0]), tf.constant([0])))
    assert slices.values.tolist() == [1.0] and slices.dense_shape is None
    ragged = case.evaluate(tf.ragged.constant([[1], [2, 3]]))
    assert ragged.to_list() == [[1], [2, 3]] and ragged.row_splits.tolist() == [0, 1, 3]
    with pytest.raises(ValueError, match="Unsupported type 'int'"):
        case.evaluate(3)


def test_sessions(case):
    with case.cached_session() as session:
        assert session.run(tf.constant(2)) == 2
        assert session.run([tf.constant(2), tf.constant(3)]) == [2, 3]
        with pytest.raises(RuntimeError, match="feed_dict is not supported"):
            session.run(tf.constant(2), feed_dict={1: 2})
        with pytest.raises(RuntimeError, match="Optional args are not supported"):
            session.run(tf.constant(2), options=3)
    with (
        case.session() as session,
        pytest.raises(AttributeError, match="while eager execution is enabled"),
    ):
        session.run(1)
    with case.test_session() as session:
        assert session is None


def test_threads(case):
    thread = case.checkedThread(target=lambda: None)
    thread.start()
    thread.join()
    assert not thread.is_alive()
    thread = case.checkedThread(target=lambda x: x["no"], args=({},))
    thread.start()
    with pytest.raises(AssertionError, match="Error in checkedThread: 'no'"):
        thread.join()
    case.checkedThread(target=lambda: None).start()
    with pytest.raises(AssertionError, match="A checked thread was not joined"):
        case.tearDown()


def test_files(case, capfd):
    folder = case.get_temp_dir()
    assert os.path.isdir(folder) and case.get_temp_dir() == folder
    with capfd.disabled(), case.captureWritesToStream(sys.__stderr__) as written:
        os.write(2, b"some text")
    assert written.contents() == "some text"


def test_assertions_in_functions(case):
    @tf.function
    def doubled(x):
        case.assertAllClose(x, [1.0, 2.0])
        return x * 2

    assert doubled(tf.constant([1.0, 2.0])).numpy().tolist() == [2.0, 4.0]
    with pytest.raises((AssertionError, tf.errors.OpError), match="not close|Not equal"):
        doubled(tf.constant([1.0, 3.0]))


def test_skipping():
    class Skipping(tf.test.TestCase):
        def test_session(self):
            raise AssertionError

        @tf.test.disable_with_predicate(lambda: True, "no device")
        def test_skipped(self):
            raise AssertionError

        @tf.test.disable_with_predicate(lambda: False, "no device")
        def test_run(self):
            for i in range(2):
                with self.subTest(i=i):
                    self.assertEqual(i, 0)

    result = run(Skipping)
    assert sorted(why for _, why in result.skipped if why != "Not a test.") == ["no device"]
    assert not result.errors and len(result.failures) == 1
    assert tf.test.with_eager_op_as_function(Skipping) is Skipping
    assert tf.test.with_eager_op_as_function(only_as_function=True)(Skipping) is Skipping


def test_questions_about_the_machine():
    with pytest.raises(AssertionError, match="Unknown CPU target: z80"):
        tf.test.is_cpu_target_available("z80")
    assert isinstance(tf.test.is_cpu_target_available("x86_64"), bool)
    assert tf.test.experimental.sync_devices() is None
    with pytest.raises(RuntimeError, match="must only be called in Eager mode"):
        tf.function(lambda: tf.test.experimental.sync_devices())()


# -- compute_gradient ---


def both(f, *xs, **options):
    by_gradients, by_differences = tf.test.compute_gradient(f, list(xs), **options)
    for a, b in zip(by_gradients, by_differences, strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape
        np.testing.assert_allclose(a, b, atol=1e-2)
    return by_gradients


def test_gradients_of_several_arguments():
    x, y = both(lambda x, y: x * y, np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
    assert x.tolist() == [[3, 0], [0, 3], [4, 0], [0, 4]]
    assert y.tolist() == [[1, 0], [2, 0], [0, 1], [0, 2]]


def test_gradients_of_complex_numbers():
    (x,) = both(lambda x: x * x, tf.constant([1 + 2j], tf.complex128))
    assert x.tolist() == [[2, -4], [4, 2]] and x.dtype == np.float64
    (x,) = both(tf.abs, tf.constant([3 + 4j], tf.complex128))
    np.testing.assert_allclose(x, [[0.6, 0.8]])
    (x,) = both(lambda x: tf.cast(x, tf.complex64) * (1 + 2j), tf.constant([1.0]))
    assert x.tolist() == [[1], [2]] and x.dtype == np.float32


def test_gradients_that_are_slices_or_none_or_empty():
    (x,) = both(lambda x: tf.gather(x, [0, 0, 2]), tf.constant([1.0, 2.0, 3.0]))
    assert x.tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 1]]
    _, y = both(lambda x, y: x * 2, tf.constant([1.0]), tf.constant([2.0]))
    assert y.tolist() == [[0]]
    (x,) = both(lambda x: x * 2, tf.zeros([0, 2]))
    assert x.shape == (0, 0)
    (x,) = both(lambda x: x[:0], tf.zeros([2]))
    assert x.shape == (0, 2)


def test_a_wrong_gradient_shows():
    @tf.custom_gradient
    def wrong(x):
        return x * x, lambda dy: dy * 3.0

    (a,), (b,) = tf.test.compute_gradient(wrong, [5.0])
    assert a == 3 and b == pytest.approx(10, abs=1e-2)


def test_delta_and_refused_arguments():
    _, (x,) = tf.test.compute_gradient(lambda x: x**3, [3.0], delta=0.5)
    assert x == pytest.approx(27.25)
    with pytest.raises(ValueError, match="`x` must be a list or tuple of values convertible"):
        tf.test.compute_gradient(tf.sin, tf.constant([1.0]))
    with pytest.raises(AssertionError, match="unsupported type int32 of argument 0"):
        tf.test.compute_gradient(lambda x: x * 2, [tf.constant([1])])
    with pytest.raises(AssertionError, match="unsupported type int32 of y"):
        tf.test.compute_gradient(lambda x: tf.cast(x, tf.int32), [1.0])


# -- benchmarks ---


class Timing(tf.test.Benchmark):
    def benchmark_one(self):
        metrics = [{"name": "m", "value": 2.5, "min_value": 1}]
        self.report_benchmark(iters=300, wall_time=0.25, extras={"b": 'x"y'}, metrics=metrics)

    def benchmark_two(self):
        self.report_benchmark(name="other", cpu_time=1e-7, throughput=3)


def test_benchmarks_print(capsys):
    assert tf.test.Benchmark.is_abstract() and not Timing.is_abstract()
    Timing().benchmark_two()
    text = 'entry {\n  name: "Timing.other"\n  cpu_time: 1e-07\n  throughput: 3\n}\n\n'
    assert capsys.readouterr().out == text
    with pytest.raises(TypeError, match="extras must be a dict"):
        Timing().report_benchmark(name="a", extras=3)
    with pytest.raises(TypeError, match="metric must has a 'value' field"):
        Timing().report_benchmark(name="a", metrics=[{"name": "b"}])


def test_benchmarks_write_files(tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_REPORT_FILE_PREFIX", f"{tmp_path}/")
    Timing().benchmark_one()
    assert (tmp_path / "Timing.benchmark_one").read_bytes() == (
        b"\nG\n\x14Timing.benchmark_one\x10\xac\x02!\x00\x00\x00\x00\x00\x00\xd0?"
        b'2\n\n\x01b\x12\x05\x12\x03x"y:\x17\n\x01m\x11\x00\x00\x00\x00\x00\x00\x04@'
        b"\x1a\t\t\x00\x00\x00\x00\x00\x00\xf0?"
    )
    with pytest.raises(OSError, match="File already exists"):
        Timing().benchmark_one()
