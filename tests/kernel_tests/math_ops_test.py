"""Elementwise ops and reductions, tested in the manner of TensorFlow's own tests."""

import math

import numpy as np
from absl.testing import parameterized
from tensorflow.python.eager import backprop, context, def_function
from tensorflow.python.framework import (
    constant_op,
    dtypes,
    errors,
    errors_impl,
    indexed_slices,
    ops,
    test_util,
)
from tensorflow.python.ops import (
    array_ops,
    clip_ops,
    gen_math_ops,
    gradient_checker_v2,
    math_ops,
    variables,
)
from tensorflow.python.platform import googletest, test


@test_util.run_all_in_graph_and_eager_modes
class ReduceTest(test_util.TensorFlowTestCase):
    def testReduceAllDims(self):
        x = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.int32)
        self.assertAllEqual(self.evaluate(math_ops.reduce_sum(x)), 21)

    def testReduceExtendType(self):
        x = np.array([[1, 2], [3, 4]], dtype=np.int8)
        y = math_ops.reduce_sum(x, axis=-1)
        self.assertEqual(y.dtype, dtypes.int8)
        self.assertAllEqual(self.evaluate(y), [3, 7])

    def testReduceExplicitAxes(self):
        x = np.arange(6, dtype=np.int32).reshape(2, 3)
        for axis in (0, -2, (0,), [-2]):
            self.assertAllEqual(self.evaluate(math_ops.reduce_sum(x, axis=axis)), [3, 5, 7])
        for axis in (None, (0, 1), (-1, -2), (-2, -1, 0, 1)[:2]):
            self.assertAllEqual(self.evaluate(math_ops.reduce_sum(x, axis=axis)), 15)

    def testReduceInvalidAxis(self):
        x = np.ones((2, 3), np.float32)
        with self.assertRaisesRegex(
            (ValueError, errors.InvalidArgumentError), "[Ii]nvalid reduction"
        ):
            self.evaluate(math_ops.reduce_sum(x, axis=2))

    def testV1Aliases(self):
        x = np.arange(6.0).reshape(2, 3)
        self.assertAllEqual(math_ops.reduce_sum_v1(x, reduction_indices=1), [3.0, 12.0])
        self.assertEqual(math_ops.reduce_max_v1(x, axis=0, keep_dims=True).shape, [1, 3])
        with self.assertRaises(ValueError):
            math_ops.reduce_sum_v1(x, axis=0, reduction_indices=1)

    def testReduceEmpty(self):
        x = np.zeros([0, 3], np.float32)
        self.assertAllEqual(math_ops.reduce_prod(x, 0), [1, 1, 1])
        self.assertAllEqual(math_ops.reduce_max(x, 0), [-np.inf] * 3)
        self.assertTrue(np.isnan(self.evaluate(math_ops.reduce_mean(x))))

    def testVarianceAndStd(self):
        x = constant_op.constant([[1.0, 2.0], [3.0, 6.0]])
        self.assertAllClose(math_ops.reduce_variance(x, 0), [1.0, 4.0])
        self.assertAllClose(math_ops.reduce_std(x, axis=1, keepdims=True), [[0.5], [1.5]])
        with self.assertRaisesRegex(TypeError, "must be either real or complex"):
            math_ops.reduce_variance(constant_op.constant([1, 2]))

    def testCountNonzero(self):
        x = np.array([[0.0, 1.0], [2.0, 0.0]])
        self.assertAllEqual(math_ops.count_nonzero_v2(x, axis=0), [1, 1])
        self.assertAllEqual(math_ops.count_nonzero(input_tensor=x, reduction_indices=[0, 1]), 2)
        self.assertEqual(math_ops.count_nonzero(x).dtype, dtypes.int64)


@test_util.run_all_in_graph_and_eager_modes
class LogSumExpTest(test_util.TensorFlowTestCase):
    def testReduceLogSumExp(self):
        for dtype in (np.float16, np.float32, np.float64):
            x = np.random.rand(5, 5).astype(dtype)
            got = self.evaluate(math_ops.reduce_logsumexp(x))
            self.assertAllCloseAccordingToType(got, np.log(np.sum(np.exp(x))))

    def testKeepDims(self):
        x = np.random.rand(5, 5)
        got = math_ops.reduce_logsumexp_v1(x, keep_dims=True)
        self.assertEqual(got.shape.as_list(), [1, 1])

    def testOverflow(self):
        x = [1000, 1001, 1002, 1003]
        got = self.evaluate(math_ops.reduce_logsumexp(np.array(x, np.float32)))
        self.assertAllClose(got, 1003 + np.log(sum(np.exp(v - 1003) for v in x)))

    def testInfinity(self):
        self.assertEqual(self.evaluate(math_ops.reduce_logsumexp(np.inf)), np.inf)
        self.assertEqual(self.evaluate(math_ops.reduce_logsumexp([-np.inf, -np.inf])), -np.inf)


@test_util.run_all_in_graph_and_eager_modes
class RoundModDivTest(test_util.TensorFlowTestCase):
    def testRounding(self):
        x = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999997], np.float32)
        self.assertAllEqual(math_ops.round(x), np.round(x))
        self.assertAllEqual(math_ops.rint(x), np.rint(x))
        self.assertAllEqual(math_ops.ceil(x), np.ceil(x))
        i = np.array([1, -2], np.int32)
        self.assertAllEqual(math_ops.round(i), i)

    def testFloorMod(self):
        a, b = np.array([4, 3, -1, -7]), np.array([-3, 3, 3, -3])
        self.assertAllEqual(math_ops.floormod(a, b), a % b)
        self.assertAllEqual(math_ops.mod(a, b), np.mod(a, b))
        self.assertAllEqual(math_ops.truncatemod(a, b), np.fmod(a, b))
        self.assertAllEqual(math_ops.floordiv(a, b), a // b)
        self.assertAllEqual(math_ops.truncatediv(a, b), np.trunc(a / b).astype(int))

    def testDivideByZero(self):
        one = constant_op.constant([1, 2])
        with self.assertRaisesRegex(errors_impl.InvalidArgumentError, "division by zero"):
            self.evaluate(math_ops.floordiv(one, [0, 1]))

    def testDivideInt(self):
        self.assertAllEqual(math_ops.divide(3, 2), 1.5)
        self.assertEqual(
            math_ops.truediv(constant_op.constant(3, dtypes.int64), 2).dtype, dtypes.float64
        )
        self.assertEqual(
            math_ops.truediv(
                constant_op.constant(3, dtypes.int16), constant_op.constant(2, dtypes.int16)
            ).dtype,
            dtypes.float32,
        )
        self.assertAllEqual(math_ops.div(constant_op.constant([7, -7]), 2), [3, -4])

    def testDivNoNan(self):
        num = np.array([1.0, 0.0, -2.0])
        self.assertAllEqual(math_ops.div_no_nan(num, np.zeros(3)), np.zeros(3))
        self.assertAllEqual(math_ops.multiply_no_nan([np.nan, 2.0], [0.0, 3.0]), [0.0, 6.0])

    def testReciprocalNoNan(self):
        self.assertAllEqual(math_ops.reciprocal_no_nan([2.0, 0.0]), [0.5, 0.0])

    def testXlogy(self):
        self.assertAllClose(math_ops.xlogy([0.0, 2.0], [0.0, 3.0]), [0.0, 2 * math.log(3)])
        self.assertAllClose(math_ops.xdivy([0.0, 2.0], [0.0, 4.0]), [0.0, 0.5])
        self.assertAllClose(math_ops.xlog1py([0.0, 2.0], [-1.0, 1.0]), [0.0, 2 * math.log(2)])

    def testNextafter(self):
        eps = np.finfo(np.float64).eps
        one = constant_op.constant(1.0, dtypes.float64)
        self.assertAllEqual(math_ops.nextafter(one, 2 * one) - one, eps)


class BinaryOpsTest(test_util.TensorFlowTestCase):
    def testErrorReceivedIfDtypeMismatch(self):
        with self.assertRaises((TypeError, ValueError, errors.InvalidArgumentError)):
            a = array_ops.ones([1], dtype=dtypes.int32) + 1.0
            self.evaluate(a)

    def testRHSDispatchingAndErrorRaising(self):
        class RHSReturnsTrue:
            def __radd__(self, other):
                return True

        class RHSRaisesNotImplemented:
            def __radd__(self, other):
                raise NotImplementedError()

        a = array_ops.ones([1], dtype=dtypes.int32)
        self.assertEqual(a + RHSReturnsTrue(), True)
        with self.assertRaises((TypeError, NotImplementedError, ValueError)):
            a + RHSRaisesNotImplemented()

    def testIncompatibleShapes(self):
        x, y = constant_op.constant([1.0, 2.0, 3.0]), constant_op.constant([1.0, 2.0])
        for op in (math_ops.add, math_ops.multiply, math_ops.maximum, math_ops.squared_difference):
            with self.assertRaisesIncompatibleShapesError(
                (ValueError, errors_impl.InvalidArgumentError)
            ):
                self.evaluate(op(x, y))

    def testEquality(self):
        x, y = constant_op.constant([1, 2]), constant_op.constant([1, 3])
        self.assertAllEqual(math_ops.equal(x, y), [True, False])
        self.assertAllEqual(math_ops.not_equal(x, y), [False, True])
        self.assertAllEqual(x == y, [True, False])
        self.assertFalse(constant_op.constant([1.0]) is None)

    def testComparisonOperators(self):
        x = constant_op.constant([1.0, np.nan, 3.0])
        self.assertAllEqual(x > 2.0, [False, False, True])
        self.assertAllEqual(2.0 >= x, [True, False, False])
        self.assertAllEqual(math_ops.logical_not(x < 2), [False, True, True])

    def testLogical(self):
        a, b = np.array([True, True, False]), np.array([True, False, False])
        self.assertAllEqual(math_ops.logical_xor(a, b), np.logical_xor(a, b))
        self.assertAllEqual(constant_op.constant(a) & b, a & b)
        self.assertAllEqual(~constant_op.constant(a), ~a)
        self.assertAllEqual(constant_op.constant([3, 5]) ^ 1, [2, 4])

    def testPow(self):
        x = constant_op.constant([2, 3], dtypes.int32)
        self.assertAllEqual(math_ops.pow(x, [3, 2]), [8, 9])
        self.assertAllEqual(2.0 ** constant_op.constant([1.0, 3.0]), [2.0, 8.0])
        with self.assertRaisesRegex(errors.InvalidArgumentError, "[Ii]nteger.*negative"):
            self.evaluate(math_ops.pow(x, -1))

    def testTensorBoolean(self):
        with self.assertRaises(ValueError):
            bool(constant_op.constant([1, 2]))
        self.assertTrue(constant_op.constant(2))


class GenMathOpsTest(test.TestCase):
    def testKeywords(self):
        x = constant_op.constant([[1.0, 2.0], [3.0, 4.0]])
        self.assertAllEqual(gen_math_ops.mat_mul(a=x, b=x, transpose_a=True), [[10, 14], [14, 20]])
        self.assertAllEqual(
            gen_math_ops.batch_mat_mul_v2(x=x, y=x, adj_x=True), [[10, 14], [14, 20]]
        )
        self.assertAllEqual(gen_math_ops._sum(x, 0, keep_dims=True), [[4, 6]])
        self.assertAllEqual(gen_math_ops.add_v2(x=x, y=x), 2 * x)
        self.assertAllEqual(gen_math_ops.neg(x), -x)
        self.assertAllEqual(gen_math_ops.cast(x, DstT=dtypes.int32), [[1, 2], [3, 4]])

    def testSelect(self):
        got = gen_math_ops.select_v2(condition=[True, False], t=[1, 2], e=[3, 4])
        self.assertAllEqual(got, [1, 4])

    def testWrongArgument(self):
        with self.assertRaises(TypeError):
            gen_math_ops.add_v2(a=1, b=2)


class CastTest(test.TestCase, parameterized.TestCase):
    @parameterized.named_parameters(
        ("int32", dtypes.int32, [1, -1]),
        ("int8", dtypes.int8, [1, -1]),
        ("float64", dtypes.float64, [1.5, -1.5]),
        ("bool", dtypes.bool, [True, True]),
        ("complex64", dtypes.complex64, [1.5 + 0j, -1.5 + 0j]),
    )
    def testCast(self, dtype, expected):
        with self.cached_session():
            got = math_ops.cast([1.5, -1.5], dtype)
            self.assertEqual(got.dtype, dtype)
            self.assertAllEqual(self.evaluate(got), expected)

    def testSaturateCast(self):
        got = math_ops.saturate_cast([-300.0, 300.0, 1.5], dtypes.int8)
        self.assertAllEqual(got, [-128, 127, 1])
        self.assertAllEqual(math_ops.saturate_cast([-1, 300], dtypes.uint8), [0, 255])

    def testToFloat(self):
        self.assertEqual(math_ops.to_float([1]).dtype, dtypes.float32)
        self.assertEqual(math_ops.to_int64([1.5]).dtype, dtypes.int64)


class RangeArgmaxTest(test.TestCase):
    @test_util.run_in_graph_and_eager_modes
    def testRange(self):
        self.assertAllEqual(math_ops.range(2, 9, 3), [2, 5, 8])
        self.assertAllEqual(math_ops.range(5, 0, -2), [5, 3, 1])
        self.assertAllClose(math_ops.range(0.0, 1.0, 0.25), [0, 0.25, 0.5, 0.75])
        self.assertEqual(math_ops.range(0, 3, dtype=dtypes.float64).dtype, dtypes.float64)
        with self.assertRaisesRegex((ValueError, errors.InvalidArgumentError), "Requires"):
            self.evaluate(math_ops.range(0, 5, -1))

    @test_util.run_in_graph_and_eager_modes
    def testArgMax(self):
        x = np.array([[3.0, 1.0, 3.0], [0.0, 2.0, 2.0]])
        self.assertAllEqual(math_ops.argmax(x, axis=1), [0, 1])
        self.assertAllEqual(math_ops.argmax(x, dimension=0), [0, 1, 0])
        self.assertEqual(math_ops.argmin_v2(x, 0, dtypes.int32).dtype, dtypes.int32)

    @test_util.run_in_graph_and_eager_modes
    def testCumsum(self):
        x = np.arange(1.0, 5.0)
        self.assertAllEqual(math_ops.cumsum(x, exclusive=True), [0, 1, 3, 6])
        self.assertAllEqual(math_ops.cumsum(x, reverse=True), [10, 9, 7, 4])
        self.assertAllEqual(math_ops.cumprod(x, exclusive=True, reverse=True), [24, 12, 4, 1])

    def testBincountAndSegments(self):
        self.assertAllEqual(math_ops.segment_sum([1, 2, 3], [0, 0, 1]), [3, 3])
        self.assertAllEqual(math_ops.unsorted_segment_max([1, 2, 3], [1, 1, 0], 2), [3, 2])
        with self.assertRaisesOpError("segment ids are not increasing"):
            self.evaluate(math_ops.segment_sum([1, 2, 3], [1, 0, 1]))

    def testLinspaceAddN(self):
        self.assertAllClose(math_ops.linspace(0.0, 1.0, 3), [0, 0.5, 1])
        self.assertAllEqual(math_ops.add_n([constant_op.constant([1, 2])] * 3), [3, 6])
        with self.assertRaises(ValueError):
            math_ops.add_n([])

    def testTensordot(self):
        a, b = np.random.rand(2, 3, 4), np.random.rand(4, 3, 5)
        got = math_ops.tensordot(a, b, axes=[[1, 2], [1, 0]])
        self.assertAllClose(got, np.tensordot(a, b, axes=[[1, 2], [1, 0]]))
        self.assertAllClose(math_ops.matmul(a, a, transpose_b=True), a @ a.transpose(0, 2, 1))


class GradientTest(test.TestCase, parameterized.TestCase):
    @parameterized.parameters(
        math_ops.sigmoid, math_ops.tanh, math_ops.exp, math_ops.square, math_ops.sin,
        math_ops.erf, math_ops.expm1, math_ops.softplus, math_ops.atan, math_ops.lgamma,
    )  # fmt: skip
    def testUnary(self, op):
        x = constant_op.constant([0.3, 0.7, 1.4], dtypes.float64)
        theory, numeric = gradient_checker_v2.compute_gradient(op, [x], delta=1e-5)
        self.assertLess(gradient_checker_v2.max_error(theory, numeric), 1e-6)

    @parameterized.parameters(
        math_ops.add, math_ops.multiply, math_ops.divide, math_ops.pow, math_ops.atan2,
        math_ops.squared_difference, math_ops.xlogy,
    )  # fmt: skip
    def testBinaryBroadcast(self, op):
        x = constant_op.constant([[0.5, 1.5, 2.5]], dtypes.float64)
        y = constant_op.constant([[1.1], [0.4]], dtypes.float64)
        error = gradient_checker_v2.max_error(
            *gradient_checker_v2.compute_gradient(op, [x, y], delta=1e-5)
        )
        self.assertLess(error, 1e-6)

    def testPowNegativeBase(self):
        x, y = constant_op.constant(-2.0), constant_op.constant(2.0)
        with backprop.GradientTape() as tape:
            tape.watch([x, y])
            z = math_ops.pow(x, y)
        self.assertAllClose(tape.gradient(z, [x, y]), [-4.0, 0.0])

    def testRealValuedComplexGradient(self):
        x = constant_op.constant([1.0 + 2.0j], dtypes.complex128)
        with backprop.GradientTape() as tape:
            tape.watch(x)
            y = math_ops.real(x * math_ops.conj(x))
        self.assertAllClose(tape.gradient(y, x), [2.0 + 4.0j])

    def testMaximumTies(self):
        x, y = constant_op.constant([1.0]), constant_op.constant([1.0])
        with backprop.GradientTape(persistent=True) as tape:
            tape.watch([x, y])
            z, w = math_ops.maximum(x, y), math_ops.minimum(x, y)
        self.assertAllEqual(tape.gradient(z, [x, y]), [[1.0], [0.0]])
        self.assertAllEqual(tape.gradient(w, [x, y]), [[1.0], [0.0]])


class ClipTest(test.TestCase):
    def testClipByValue(self):
        x = constant_op.constant([-5.0, 2.0, 3.0, 4.0, 5.0, 6.0], shape=[2, 3])
        self.assertAllClose(clip_ops.clip_by_value(x, -4.4, 4.4), [[-4.4, 2, 3], [4, 4.4, 4.4]])
        low = constant_op.constant(2, shape=[2, 3], dtype=dtypes.float32)
        self.assertAllClose(clip_ops.clip_by_value(x, low, 4.4)[0], [2, 2, 3])

    def testClipByValueGradient(self):
        x = constant_op.constant([-2.0, 1.0, 9.0])
        with backprop.GradientTape() as tape:
            tape.watch(x)
            y = clip_ops.clip_by_value(x, -2.0, 3.0)
        self.assertAllEqual(tape.gradient(y, x), [1.0, 1.0, 0.0])

    def testClipByNorm(self):
        x = constant_op.constant([[-3.0, 0.0, 0.0], [4.0, 0.0, 0.0]])
        self.assertAllClose(clip_ops.clip_by_norm(x, 4.0), [[-2.4, 0, 0], [3.2, 0, 0]])
        self.assertAllClose(clip_ops.clip_by_norm(x, 1.0, axes=[1])[1], [1.0, 0, 0])
        self.assertAllClose(clip_ops.clip_by_average_norm(x, 5.0 / 6), x)

    def testClipByGlobalNorm(self):
        x = constant_op.constant([-2.0, 0.0])
        values, rows = constant_op.constant([1.0, -2.0]), constant_op.constant([3, 4])
        y = indexed_slices.IndexedSlices(values, rows)
        clipped, norm = clip_ops.clip_by_global_norm((x, None, y), 1.5)
        self.assertAllClose(norm, 3.0)
        self.assertIsNone(clipped[1])
        self.assertAllClose(clipped[2].values, [0.5, -1.0])
        nan, _ = clip_ops.clip_by_global_norm([constant_op.constant([np.inf, 1.0])], 1.0)
        self.assertTrue(np.all(np.isnan(self.evaluate(nan[0]))))
        with self.assertRaises(TypeError):
            clip_ops.clip_by_global_norm(x, 1.0)


class ContextTest(test.TestCase):
    def testExecutingEagerly(self):
        self.assertTrue(context.executing_eagerly())
        seen = []

        @def_function.function
        def f():
            seen.append(context.executing_eagerly())
            with ops.init_scope():
                seen.append(context.executing_eagerly())
            return constant_op.constant(1)

        f()
        self.assertEqual(seen, [False, True])
        with context.eager_mode():
            self.assertTrue(context.executing_eagerly())

    def testVariablesInitializer(self):
        v = variables.Variable([1.0, 2.0])
        self.evaluate(variables.global_variables_initializer())
        self.assertAllEqual(self.evaluate(v), [1.0, 2.0])


if __name__ == "__main__":
    googletest.main()
