"""Shapes, slices, gathers and stacks, tested in the manner of TensorFlow's own tests."""

import numpy as np
from absl.testing import parameterized
from tensorflow.python.eager import backprop, def_function
from tensorflow.python.framework import (
    constant_op,
    dtypes,
    errors,
    errors_impl,
    indexed_slices,
    ops,
    random_seed,
    sparse_tensor,
    tensor_shape,
    tensor_spec,
    tensor_util,
    test_util,
)
from tensorflow.python.ops import (
    array_ops,
    array_ops_stack,
    gen_array_ops,
    math_ops,
    random_ops,
    variables,
)
from tensorflow.python.platform import test


@test_util.run_all_in_graph_and_eager_modes
class ShapeTest(test.TestCase):
    def testExpandDims(self):
        x = np.zeros([2, 3, 5])
        for axis, shape in ((0, [1, 2, 3, 5]), (-1, [2, 3, 5, 1]), (3, [2, 3, 5, 1])):
            self.assertEqual(array_ops.expand_dims(x, axis).shape, shape)
            self.assertEqual(array_ops.expand_dims(x, dim=axis).shape, shape)
        for axis in (4, -5):
            with self.assertRaises((ValueError, errors.InvalidArgumentError)):
                self.evaluate(array_ops.expand_dims(x, axis))

    def testSqueeze(self):
        x = np.zeros([1, 2, 1, 3])
        self.assertEqual(array_ops.squeeze(x).shape, [2, 3])
        self.assertEqual(array_ops.squeeze(x, squeeze_dims=[0]).shape, [2, 1, 3])
        self.assertEqual(array_ops.squeeze_v2(x, -2).shape, [1, 2, 3])
        with self.assertRaises((ValueError, errors.InvalidArgumentError)):
            array_ops.squeeze(x, 1)

    def testRankSizeShape(self):
        x = np.zeros([2, 0, 3])
        self.assertAllEqual(array_ops.shape(x), [2, 0, 3])
        self.assertEqual(array_ops.shape_v2(x, out_type=dtypes.int64).dtype, dtypes.int64)
        self.assertAllEqual(array_ops.rank(x), 3)
        self.assertAllEqual(array_ops.size(x), 0)

    def testReshape(self):
        x = np.arange(6)
        self.assertAllEqual(array_ops.reshape(x, [2, -1]), x.reshape(2, 3))
        with self.assertRaises((ValueError, errors.InvalidArgumentError)):
            self.evaluate(array_ops.reshape(x, [-1, -1]))
        with self.assertRaises((ValueError, errors.InvalidArgumentError)):
            self.evaluate(array_ops.reshape(x, [4, -1]))

    def testTransposeAndReverse(self):
        x = np.arange(24).reshape(2, 3, 4)
        self.assertAllEqual(array_ops.transpose(x), x.T)
        self.assertAllEqual(array_ops.transpose(x, [1, 0, 2]), x.transpose(1, 0, 2))
        self.assertAllEqual(array_ops.reverse_v2(x, [-1, 0]), x[::-1, :, ::-1])
        c = np.array([[1 + 2j]])
        self.assertAllEqual(array_ops.transpose(c, conjugate=True), np.conj(c))

    def testReverseSequence(self):
        x = np.arange(8).reshape(2, 4)
        got = array_ops.reverse_sequence(x, [2, 3], seq_axis=1, batch_axis=0)
        self.assertAllEqual(got, [[1, 0, 2, 3], [6, 5, 4, 7]])

    def testBroadcast(self):
        self.assertAllEqual(array_ops.broadcast_to([1, 2], [2, 2]), [[1, 2], [1, 2]])
        self.assertAllEqual(array_ops.broadcast_dynamic_shape([2, 1], [3]), [2, 3])
        got = array_ops.broadcast_static_shape(
            tensor_shape.TensorShape([2, 1]), tensor_shape.TensorShape([3])
        )
        self.assertEqual(got, [2, 3])

    def testMeshgrid(self):
        x, y = array_ops.meshgrid([1, 2, 3], [4, 5])
        self.assertAllEqual(x, [[1, 2, 3], [1, 2, 3]])
        self.assertAllEqual(y, [[4, 4, 4], [5, 5, 5]])

    def testPad(self):
        x = np.array([[1, 2, 3]])
        got = array_ops.pad(x, [[0, 1], [1, 0]], constant_values=9)
        self.assertAllEqual(got, [[9, 1, 2, 3], [9, 9, 9, 9]])
        self.assertAllEqual(array_ops.pad_v2(x, [[0, 0], [2, 1]], "reflect")[0], [3, 2, 1, 2, 3, 2])
        self.assertAllEqual(array_ops.pad(x, [[0, 0], [1, 1]], "SYMMETRIC")[0], [1, 1, 2, 3, 3])

    def testZerosOnes(self):
        for dtype in (dtypes.float32, dtypes.int8, dtypes.bool, dtypes.complex64):
            self.assertAllEqual(array_ops.zeros([2], dtype), np.zeros(2, dtype.as_numpy_dtype))
            x = constant_op.constant(np.ones([2, 1], dtype.as_numpy_dtype))
            self.assertAllEqual(array_ops.zeros_like(x), np.zeros([2, 1], dtype.as_numpy_dtype))
            self.assertEqual(array_ops.ones_like(x, dtype=dtypes.int32).dtype, dtypes.int32)

    def testFillOneHotSequenceMask(self):
        self.assertAllEqual(array_ops.fill([2], 7), [7, 7])
        self.assertAllEqual(
            array_ops.one_hot([1, -1], 2, on_value=5, off_value=1), [[1, 5], [1, 1]]
        )
        self.assertAllEqual(array_ops.sequence_mask([1, 3], 3), [[1, 0, 0], [1, 1, 1]])

    def testMatrixDiag(self):
        self.assertAllEqual(array_ops.matrix_diag([1, 2]), [[1, 0], [0, 2]])
        x = np.arange(9).reshape(3, 3)
        self.assertAllEqual(array_ops.matrix_diag_part(x), [0, 4, 8])
        self.assertAllEqual(array_ops.matrix_band_part(x, 0, -1), np.triu(x))


class BooleanMaskTest(test.TestCase):
    @test_util.run_in_graph_and_eager_modes
    def testOneDimensional(self):
        for n in (0, 1, 5):
            x = np.random.rand(n).astype(np.float32)
            mask = np.random.rand(n) > 0.5
            self.assertAllClose(array_ops.boolean_mask(x, mask), x[mask])

    @test_util.run_in_graph_and_eager_modes
    def testAxis(self):
        x = np.arange(6).reshape(2, 3)
        self.assertAllEqual(array_ops.boolean_mask(x, [True, False, True], axis=1), x[:, [0, 2]])
        with self.assertRaisesRegex(ValueError, "incompatible"):
            array_ops.boolean_mask(x, [True, False, True])

    def testStringMask(self):
        @def_function.function(autograph=False)
        def f(x, mask):
            return array_ops.boolean_mask(x, mask)

        self.assertAllEqual(f(np.array([1, 2, 3]), np.array([True, False, True])), [1, 3])


class StridedSliceTest(test.TestCase, parameterized.TestCase):
    def testBasic(self):
        x = np.arange(24).reshape(2, 3, 4)
        t = constant_op.constant(x)
        for index in (
            np.s_[0], np.s_[-1], np.s_[:, 1], np.s_[..., 2], np.s_[::-1, 1:], np.s_[:, ::2, ::-2],
            np.s_[:, None, 1], np.s_[1, ..., None], np.s_[5:], np.s_[:, 2:0:-1], np.s_[0:0],
        ):  # fmt: skip
            self.assertAllEqual(t[index], x[index])

    def testTensorIndices(self):
        t = constant_op.constant([10, 20, 30, 40])
        i = constant_op.constant(1)
        self.assertAllEqual(t[i], 20)
        self.assertAllEqual(t[i:3], [20, 30])
        self.assertAllEqual(t[: constant_op.constant(-1, dtypes.int64)], [10, 20, 30])
        self.assertAllEqual(t[t > 15], [20, 30, 40])

    def testErrors(self):
        t = constant_op.constant([1, 2, 3])
        with self.assertRaisesRegex((ValueError, errors.InvalidArgumentError), "out of bounds"):
            self.evaluate(t[3])
        with self.assertRaisesRegex(errors.InvalidArgumentError, "out of range"):
            self.evaluate(t[0, 0])
        with self.assertRaises((TypeError, errors.InvalidArgumentError)):
            t[1.5]
        with self.assertRaisesRegex(errors.InvalidArgumentError, "must be non-zero"):
            t[::0]

    def testSliceOp(self):
        x = np.arange(6).reshape(2, 3)
        self.assertAllEqual(array_ops.slice(x, [0, 1], [-1, 2]), x[:, 1:])
        self.assertAllEqual(array_ops.strided_slice(x, [0, 2], [2, -4], [1, -1]), x[:, ::-1])
        self.assertAllEqual(gen_array_ops._slice(x, [1, 0], [1, 2]), x[1:, :2])
        with self.assertRaises((ValueError, errors.InvalidArgumentError)):
            self.evaluate(array_ops.slice(x, [0, 2], [2, 2]))

    def testGradient(self):
        x = constant_op.constant([[1.0, 2.0], [3.0, 4.0]])
        with backprop.GradientTape() as tape:
            tape.watch(x)
            y = x[:, ::-1] * [1.0, 2.0] + x[0]
        self.assertAllEqual(tape.gradient(y, x), [[4.0, 3.0], [2.0, 1.0]])

    def testVariableAssign(self):
        v = variables.Variable([1, 2, 3, 4])
        v[1:3].assign([7, 8])
        self.assertAllEqual(v, [1, 7, 8, 4])
        with self.assertRaises((ValueError, errors.InvalidArgumentError)):
            v[:2].assign([1, 2, 3])


@test_util.run_all_in_graph_and_eager_modes
class GatherStackTest(test.TestCase):
    def testGather(self):
        x = np.arange(6).reshape(2, 3)
        self.assertAllEqual(array_ops.gather(x, [1, 0]), x[[1, 0]])
        self.assertAllEqual(array_ops.gather(x, [[2]], axis=1), x[:, [[2]]])
        self.assertAllEqual(array_ops.gather_v2(x, [[0], [2]], batch_dims=1), [[0], [5]])
        with self.assertRaisesRegex((ValueError, errors.InvalidArgumentError), "not in|out of"):
            self.evaluate(array_ops.gather(x, [7]))

    def testGatherNd(self):
        x = np.arange(8).reshape(2, 2, 2)
        self.assertAllEqual(array_ops.gather_nd(x, [[0, 1], [1, 0]]), [x[0, 1], x[1, 0]])
        self.assertAllEqual(array_ops.gather_nd(x, [[0], [1]], batch_dims=1), [x[0, 0], x[1, 1]])
        with self.assertRaisesRegex(errors_impl.InvalidArgumentError, "does not index"):
            self.evaluate(array_ops.gather_nd(x, [[2, 0]]))

    def testStack(self):
        a, b = np.ones([2, 3]), np.zeros([2, 3])
        self.assertAllEqual(array_ops_stack.stack([a, b], axis=1), np.stack([a, b], 1))
        parts = array_ops_stack.unstack(constant_op.constant(a), axis=-1)
        self.assertLen(parts, 3)
        with self.assertRaises((ValueError, errors.InvalidArgumentError)):
            array_ops_stack.stack([a, b], axis=3)

    def testConcatSplit(self):
        a, b = np.ones([2, 1]), np.zeros([2, 2])
        self.assertAllEqual(array_ops.concat([a, b], 1), np.concatenate([a, b], 1))
        x, y = array_ops.split(np.arange(6).reshape(2, 3), [1, 2], axis=1)
        self.assertAllEqual(y, [[1, 2], [4, 5]])
        self.assertEqual(x.shape, [2, 1])
        with self.assertRaises((ValueError, errors.InvalidArgumentError)):
            self.evaluate(array_ops.concat([a, b], 0))

    def testTileRepeat(self):
        self.assertAllEqual(array_ops.tile([[1, 2]], [2, 2]), np.tile([[1, 2]], [2, 2]))
        self.assertAllEqual(array_ops.repeat([1, 2], [2, 0]), [1, 1])

    def testUnique(self):
        y, index = array_ops.unique([3, 1, 3])
        self.assertAllEqual(y, [3, 1])
        self.assertAllEqual(index, [0, 1, 0])

    def testWhere(self):
        self.assertAllEqual(array_ops.where([[True, False], [False, True]]), [[0, 0], [1, 1]])
        rows = array_ops.where([True, False], [[1, 2], [3, 4]], [[5, 6], [7, 8]])
        self.assertAllEqual(rows, [[1, 2], [7, 8]])
        columns = array_ops.where_v2([True, False], [[1, 2], [3, 4]], [[5, 6], [7, 8]])
        self.assertAllEqual(columns, [[1, 6], [3, 8]])

    def testSearchsortedInvertPermutation(self):
        self.assertAllEqual(array_ops.searchsorted([1, 3, 5], [0, 3, 6], side="right"), [0, 2, 3])
        self.assertAllEqual(array_ops.invert_permutation([2, 0, 1]), [1, 2, 0])


class TensorShapeTest(test.TestCase):
    def testDimension(self):
        d = tensor_shape.Dimension(12)
        self.assertEqual(d, 12)
        self.assertEqual(d + 3, tensor_shape.Dimension(15))
        self.assertEqual(tensor_shape.dimension_value(d), 12)
        self.assertIsNone(tensor_shape.dimension_value(tensor_shape.Dimension(None)))
        with self.assertRaises(ValueError):
            tensor_shape.Dimension(-1)

    def testShapes(self):
        s = tensor_shape.TensorShape([None, 3])
        self.assertTrue(s.is_compatible_with([5, 3]))
        self.assertFalse(s.is_fully_defined())
        self.assertEqual(s.merge_with([2, None]), tensor_shape.TensorShape([2, 3]))
        self.assertEqual(tensor_shape.unknown_shape(rank=2).as_list(), [None, None])
        self.assertEqual(tensor_shape.dimension_at_index(s, 1).value, 3)
        with self.assertRaisesRegex(ValueError, "not compatible"):
            s.merge_with([2, 4])

    def testTensorSpec(self):
        spec = tensor_spec.TensorSpec([None], dtypes.float32, name="x")
        self.assertTrue(spec.is_compatible_with(constant_op.constant([1.0])))
        self.assertEqual(tensor_spec.TensorSpec.from_tensor(constant_op.constant(1)).shape, [])

    def testConstantValue(self):
        self.assertAllEqual(tensor_util.constant_value(constant_op.constant([1, 2])), [1, 2])
        got = tensor_util.constant_value_as_shape(constant_op.constant([2, -1]))
        self.assertEqual(got.as_list(), [2, None])
        self.assertTrue(tensor_util.is_tf_type(constant_op.constant(1)))
        self.assertFalse(tensor_util.is_tf_type(np.ones(2)))


class ConvertTest(test.TestCase):
    def testConvert(self):
        self.assertEqual(
            ops.convert_to_tensor(1.0, preferred_dtype=dtypes.float64).dtype, dtypes.float64
        )
        self.assertEqual(ops.convert_to_tensor(1, dtype=dtypes.int64).dtype, dtypes.int64)
        with self.assertRaises((TypeError, ValueError)):
            ops.convert_to_tensor(1.5, dtype=dtypes.int32)
        with self.assertRaises(ValueError):
            ops.convert_to_tensor(None)
        self.assertIsInstance(constant_op.constant(1), ops.EagerTensor)

    def testNameScope(self):
        with ops.name_scope("a"):
            v = variables.Variable(1.0, name="v")
        with ops.name_scope_v2("b"):
            w = variables.Variable(1.0, name="w")
        self.assertEqual((v.name, w.name), ("v:0", "b/w:0"))

    def testIndexedSlices(self):
        values = constant_op.constant([[1.0], [2.0]])
        s = indexed_slices.IndexedSlices(
            values, constant_op.constant([2, 2]), constant_op.constant([3, 1])
        )
        self.assertAllEqual(ops.convert_to_tensor(s), [[0.0], [0.0], [3.0]])

    def testSparse(self):
        s = sparse_tensor.SparseTensor([[0, 1]], [3.0], [2, 2])
        value = self.evaluate(s)
        self.assertIsInstance(value, sparse_tensor.SparseTensorValue)
        self.assertAllEqual(value.values, [3.0])

    def testSeeds(self):
        random_seed.set_seed(7)
        a = random_ops.random_uniform([2])
        random_seed.set_random_seed(7)
        self.assertAllEqual(a, random_ops.random_uniform([2]))
        b = random_ops.random_normal([3], mean=1.0, stddev=0.0)
        self.assertAllEqual(b, [1.0, 1.0, 1.0])
        self.assertEqual(random_seed.get_seed(5), (7, 5))

    @test_util.run_deprecated_v1
    def testGraphOnly(self):
        x = array_ops.placeholder(dtypes.float32, [2])
        with self.session() as sess:
            self.assertAllEqual(sess.run(x + 1, {x: [1.0, 2.0]}), [2.0, 3.0])

    def testOwnGraph(self):
        with ops.Graph().as_default():
            x = math_ops.add(1, 2)
            self.assertEqual(x.dtype, dtypes.int32)


if __name__ == "__main__":
    test.main()
