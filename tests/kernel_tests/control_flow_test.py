"""Functions, control flow, tapes and variables, in the manner of TensorFlow's own tests."""

import collections

import numpy as np
from absl.testing import parameterized
from tensorflow.python.eager import backprop, context, def_function, forwardprop
from tensorflow.python.framework import (
    constant_op,
    dtypes,
    errors,
    indexed_slices,
    ops,
    tensor_shape,
    tensor_spec,
    test_util,
)
from tensorflow.python.module import module
from tensorflow.python.ops import (
    array_ops,
    check_ops,
    cond,
    control_flow_assert,
    control_flow_case,
    control_flow_ops,
    control_flow_switch_case,
    custom_gradient,
    functional_ops,
    gradients_impl,
    map_fn,
    math_ops,
    nn_ops,
    resource_variable_ops,
    state_ops,
    tensor_array_ops,
    variables,
    while_loop,
)
from tensorflow.python.platform import test
from tensorflow.python.util import nest, tf_inspect


class CondTest(test.TestCase):
    @test_util.run_in_graph_and_eager_modes
    def testCond(self):
        x = constant_op.constant(10)
        r = cond.cond(math_ops.less(1, x), lambda: math_ops.add(x, 1), lambda: x - 1)
        self.assertEqual(self.evaluate(r), 11)
        r = cond.cond_for_tf_v2(x < 1, lambda: (x, x), lambda: (x + 1, x))
        self.assertAllEqual(self.evaluate(r), (11, 10))

    def testMissingArguments(self):
        with self.assertRaises(TypeError):
            cond.cond(True, lambda: 1)
        with self.assertRaises(TypeError):
            cond.cond(True)

    def testCondInFunction(self):
        @def_function.function
        def f(p, x):
            return cond.cond_for_tf_v2(p, lambda: x * 2.0, lambda: x * 3.0)

        x = constant_op.constant(2.0)
        for p, value, slope in ((True, 4.0, 2.0), (False, 6.0, 3.0)):
            with backprop.GradientTape() as tape:
                tape.watch(x)
                y = f(constant_op.constant(p), x)
            self.assertAllClose((y, tape.gradient(y, x)), (value, slope))

    def testStructuresMustAgree(self):
        @def_function.function
        def f(p):
            return cond.cond_for_tf_v2(p, lambda: (1, 2), lambda: 3)

        with self.assertRaises((AssertionError, TypeError, ValueError)):
            f(constant_op.constant(True))

    def testCaseSwitchCase(self):
        x = constant_op.constant(4)
        r = control_flow_case.case_v2([(x < 3, lambda: 1), (x < 5, lambda: 2)], default=lambda: 3)
        self.assertAllEqual(r, 2)
        branches = {0: lambda: 10, 1: lambda: 14}
        self.assertAllEqual(control_flow_switch_case.switch_case(x, branches), 14)
        with self.assertRaisesRegex(ValueError, "contiguous"):
            control_flow_switch_case.switch_case(x, {0: lambda: 10, 4: lambda: 14})
        self.assertAllEqual(
            control_flow_switch_case.switch_case(x, [lambda: 0, lambda: 1], default=lambda: 9), 9
        )

    def testAssert(self):
        with self.assertRaisesRegex(errors.InvalidArgumentError, "to be true. Summarized data: 7"):
            control_flow_assert.Assert(constant_op.constant(False), [7])

        @def_function.function
        def f(x):
            check_ops.assert_positive(x, message="must be so")
            return x

        with self.assertRaisesRegex(errors.InvalidArgumentError, "must be so"):
            f(constant_op.constant([1, -1]))

    def testGroupTuple(self):
        a, b = control_flow_ops.tuple_v2([constant_op.constant(1), constant_op.constant(2)])
        self.assertAllEqual((a, b), (1, 2))
        self.assertIsNone(control_flow_ops.group(a, b))


class WhileTest(test.TestCase, parameterized.TestCase):
    @test_util.run_in_graph_and_eager_modes
    def testWhile(self):
        i = constant_op.constant(0)
        r = while_loop.while_loop(lambda i: i < 10, lambda i: [i + 1], [i])
        self.assertAllEqual(array_ops.reshape(r, [-1]), [10])
        r = while_loop.while_loop_v2(
            lambda i, s: i < 10, lambda i, s: [i + 1, s + i], [i, 0], maximum_iterations=5
        )
        self.assertAllEqual(self.evaluate(r), [5, 10])

    def testShapeInvariants(self):
        @def_function.function
        def f():
            i = constant_op.constant(0)
            x = array_ops.zeros([1])
            return while_loop.while_loop(
                lambda i, x: i < 3,
                lambda i, x: (i + 1, array_ops.concat([x, x], 0)),
                [i, x],
                shape_invariants=[i.shape, tensor_shape.TensorShape([None])],
            )[1]

        self.assertEqual(f().shape, [8])

    def testShapeChange(self):
        @def_function.function
        def f(x):
            return while_loop.while_loop(
                lambda x: math_ops.reduce_sum(x) < 9.0, lambda x: array_ops.concat([x, x], 0), [x]
            )

        with self.assertRaisesRegex(ValueError, "shape"):
            f(array_ops.ones([2]))

    def testGradient(self):
        @def_function.function
        def f(x, n):
            return while_loop.while_loop_v2(
                lambda i, y: i < n, lambda i, y: (i + 1, y * x), [0, array_ops.ones_like(x)]
            )[1]

        x = constant_op.constant(3.0)
        with backprop.GradientTape() as outer:
            outer.watch(x)
            with backprop.GradientTape() as inner:
                inner.watch(x)
                y = f(x, constant_op.constant(4))
            dy = inner.gradient(y, x)
        self.assertAllClose((y, dy, outer.gradient(dy, x)), (81.0, 108.0, 108.0))

    def testNestedAndDict(self):
        Pair = collections.namedtuple("Pair", "a b")
        out = while_loop.while_loop_v2(
            lambda d: d["p"].a < 3,
            lambda d: [{"p": Pair(d["p"].a + 1, d["p"].b * 2)}],
            [{"p": Pair(constant_op.constant(0), constant_op.constant(1))}],
        )
        self.assertAllEqual(out[0]["p"], Pair(3, 8))

    def testAutograph(self):
        @def_function.function
        def f(n):
            total = 0
            for i in math_ops.range(n):
                if i % 2 == 0:
                    continue
                if i > 7:
                    break
                total += i
            return total

        self.assertAllEqual(f(constant_op.constant(20)), 16)


class TensorArrayTest(test.TestCase):
    @test_util.run_in_graph_and_eager_modes
    def testWriteRead(self):
        ta = tensor_array_ops.TensorArray(dtypes.float32, size=3)
        ta = ta.write(0, [1.0]).write(2, [3.0]).write(1, [2.0])
        self.assertAllEqual(self.evaluate(ta.stack()), [[1.0], [2.0], [3.0]])
        self.assertAllEqual(self.evaluate(ta.read(2)), [3.0])
        self.assertAllEqual(self.evaluate(ta.size()), 3)

    def testErrors(self):
        ta = tensor_array_ops.TensorArray(dtypes.float32, size=1)
        with self.assertRaisesOpError("index"):
            self.evaluate(ta.write(3, 1.0).stack())
        with self.assertRaises((errors.InvalidArgumentError, ValueError)):
            ta.write(0, constant_op.constant(1))

    def testUnstackConcatSplit(self):
        ta = tensor_array_ops.TensorArray(dtypes.int32, size=2).unstack([[1, 2], [3, 4]])
        self.assertAllEqual(ta.concat(), [1, 2, 3, 4])
        self.assertAllEqual(ta.gather([1]), [[3, 4]])
        ta = tensor_array_ops.TensorArray(dtypes.int32, size=2, infer_shape=False)
        ta = ta.split([1, 2, 3], [1, 2])
        self.assertAllEqual(ta.read(1), [2, 3])

    def testDynamicInFunction(self):
        @def_function.function
        def f(x):
            ta = tensor_array_ops.TensorArray(dtypes.float32, size=0, dynamic_size=True)
            for i in math_ops.range(3):
                ta = ta.write(i, x * math_ops.cast(i, dtypes.float32))
            return math_ops.reduce_sum(ta.stack())

        x = constant_op.constant(2.0)
        with backprop.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        self.assertAllClose((y, tape.gradient(y, x)), (6.0, 3.0))


class FunctionalOpsTest(test.TestCase):
    @test_util.run_in_graph_and_eager_modes
    def testFoldScan(self):
        x = constant_op.constant([1, 2, 3])
        self.assertAllEqual(functional_ops.foldl(lambda a, e: a * 2 + e, x), 11)
        self.assertAllEqual(functional_ops.foldr(lambda a, e: a * 2 + e, x, initializer=1), 25)
        self.assertAllEqual(functional_ops.scan(lambda a, e: a + e, x), [1, 3, 6])
        self.assertAllEqual(functional_ops.scan_v2(lambda a, e: a + e, x, reverse=True), [6, 5, 3])

    @test_util.run_in_graph_and_eager_modes
    def testMapFn(self):
        x = np.array([1, 2, 3])
        self.assertAllEqual(map_fn.map_fn(lambda e: e * 2, x), x * 2)
        y, z = map_fn.map_fn(lambda e: (e, -e), x, dtype=(dtypes.int64, dtypes.int64))
        self.assertAllEqual(z, -x)
        got = map_fn.map_fn_v2(
            lambda e: math_ops.cast(e, dtypes.float32), x, fn_output_signature=dtypes.float32
        )
        self.assertEqual(got.dtype, dtypes.float32)
        with self.assertRaises((TypeError, ValueError)):
            map_fn.map_fn(lambda e: (e, e), x)
        with self.assertRaises(ValueError):
            map_fn.map_fn(lambda e: e, constant_op.constant(1))


class TapeTest(test.TestCase):
    def testPersistentAndNested(self):
        x = constant_op.constant(3.0)
        with backprop.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = x * x
            z = y * y
        self.assertAllClose((tape.gradient(z, x), tape.gradient(y, x)), (108.0, 6.0))
        del tape

    def testErrors(self):
        x = constant_op.constant(1.0)
        with backprop.GradientTape() as tape:
            tape.watch(x)
            y = x * 2.0
        tape.gradient(y, x)
        with self.assertRaisesRegex(RuntimeError, "non-persistent"):
            tape.gradient(y, x)
        with self.assertRaisesRegex(ValueError, "Tape is still recording"):
            with backprop.GradientTape() as t:
                with t:
                    pass

    def testStopRecordingReset(self):
        x = constant_op.constant(3.0)
        with backprop.GradientTape() as tape:
            tape.watch(x)
            with tape.stop_recording():
                y = x * x
            z = x + y
        self.assertAllClose(tape.gradient(z, x), 1.0)

    def testGatherGradient(self):
        v = resource_variable_ops.ResourceVariable([[1.0], [2.0], [3.0]])
        with backprop.GradientTape() as tape:
            y = math_ops.reduce_sum(array_ops.gather(v, [0, 2, 0]))
        g = tape.gradient(y, v)
        self.assertIsInstance(g, indexed_slices.IndexedSlices)
        self.assertAllEqual(ops.convert_to_tensor(g), [[2.0], [0.0], [1.0]])

    def testJacobian(self):
        x = constant_op.constant([1.0, 2.0])
        with backprop.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = x * x
        self.assertAllClose(tape.jacobian(y, x), [[2.0, 0.0], [0.0, 4.0]])
        self.assertAllClose(tape.jacobian(y, x, experimental_use_pfor=False), [[2, 0], [0, 4]])

    def testCustomGradient(self):
        @custom_gradient.custom_gradient
        def f(x):
            return x * 2.0, lambda dy: dy * 10.0

        x = constant_op.constant(1.0)
        with backprop.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        self.assertAllClose((y, tape.gradient(y, x)), (2.0, 10.0))

    def testForwardprop(self):
        x = constant_op.constant([1.0, 2.0])
        with forwardprop.ForwardAccumulator(x, constant_op.constant([1.0, 0.5])) as acc:
            y = math_ops.sin(x)
        self.assertAllClose(acc.jvp(y), np.cos([1.0, 2.0]) * [1.0, 0.5])

    def testGradientsInFunction(self):
        @def_function.function
        def f(x):
            y = x * x
            return gradients_impl.gradients(y, [x], grad_ys=[2.0])[0], gradients_impl.gradients_v2(
                y, x
            )[0]

        self.assertAllClose(f(constant_op.constant(3.0)), (12.0, 6.0))

    def testUnconnected(self):
        x = constant_op.constant(1.0)
        with backprop.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = constant_op.constant(2.0) * 3.0
        self.assertIsNone(tape.gradient(y, x))
        self.assertAllEqual(tape.gradient(y, x, unconnected_gradients="zero"), 0.0)

    def testSoftmaxLabelsGetNoGradient(self):
        labels, logits = constant_op.constant([[0.3, 0.7]]), constant_op.constant([[1.0, 2.0]])
        with backprop.GradientTape(persistent=True) as tape:
            tape.watch([labels, logits])
            one = nn_ops.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            two = nn_ops.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
        self.assertIsNone(tape.gradient(one, labels))
        self.assertIsNotNone(tape.gradient(two, labels))
        self.assertAllClose(tape.gradient(one, logits), tape.gradient(two, logits))


class FunctionTest(test.TestCase):
    def testTraceCount(self):
        count = []

        @def_function.function
        def f(x):
            count.append(1)
            return x + 1

        f(constant_op.constant(1)), f(constant_op.constant(2)), f(constant_op.constant(1.0))
        f(1), f(2)
        self.assertLen(count, 4)

    def testInputSignature(self):
        @def_function.function(input_signature=[tensor_spec.TensorSpec([None], dtypes.float32)])
        def f(x):
            return x * 2.0

        self.assertAllEqual(f([1.0]), [2.0])
        with self.assertRaises((TypeError, ValueError)):
            f(constant_op.constant([1]))
        with self.assertRaises((TypeError, ValueError)):
            f(constant_op.constant(1.0))

    def testVariableCreation(self):
        @def_function.function
        def f():
            return variables.Variable(1.0)

        with self.assertRaisesRegex(ValueError, "[Vv]ariable"):
            f()

    def testVariableOnce(self):
        state = []

        @def_function.function
        def f(x):
            if not state:
                state.append(variables.Variable(2.0))
            return state[0] * x

        self.assertAllClose(f(constant_op.constant(3.0)), 6.0)

    def testConcreteFunction(self):
        @def_function.function
        def f(x, y=2):
            return {"out": x * y}

        c = f.get_concrete_function(tensor_spec.TensorSpec([], dtypes.int32))
        self.assertAllEqual(c(constant_op.constant(3))["out"], 6)
        self.assertEqual(c.structured_outputs["out"].dtype, dtypes.int32)

    def testMethodAndSignature(self):
        class C:
            @def_function.function
            def f(self, x, *, k=1):
                return x + k

        self.assertAllEqual(C().f(1, k=3), 4)
        argspec = tf_inspect.getfullargspec(C().f.python_function)
        self.assertIn("x", argspec.args)

    def testRunEagerly(self):
        seen = []

        @def_function.function
        def f():
            seen.append(context.executing_eagerly())

        with test_util.run_functions_eagerly(True):
            f()
        f()
        self.assertEqual(seen, [True, False])

    def testSymbolicBool(self):
        @def_function.function(autograph=False)
        def f(x):
            return 1 if x > 0 else 2

        with self.assertRaisesRegex(errors.OperatorNotAllowedInGraphError, "bool"):
            f(constant_op.constant(1))


class VariableTest(test.TestCase):
    @test_util.run_in_graph_and_eager_modes
    def testAssign(self):
        v = resource_variable_ops.ResourceVariable([1.0, 2.0], name="var")
        self.evaluate(variables.global_variables_initializer())
        self.evaluate(v.assign([3.0, 4.0]))
        self.evaluate(state_ops.assign_add(v, [1.0, 1.0]))
        self.assertAllEqual(self.evaluate(v.read_value()), [4.0, 5.0])
        self.assertEqual((v.dtype, v.shape), (dtypes.float32, [2]))
        with self.assertRaises(ValueError):
            v.assign([1.0])

    def testScatter(self):
        v = variables.Variable([1.0, 2.0, 3.0])
        v.scatter_add(
            indexed_slices.IndexedSlices(constant_op.constant([5.0]), constant_op.constant([1]))
        )
        v.scatter_nd_update([[0]], [9.0])
        self.assertAllEqual(v, [9.0, 7.0, 3.0])

    def testTrainableAndRepr(self):
        v = variables.Variable(1, trainable=False)
        self.assertFalse(v.trainable)
        self.assertIn("numpy=1", repr(v))
        with self.assertRaises(ValueError):
            variables.Variable(None)

    def testModule(self):
        class M(module.Module):
            def __init__(self):
                super().__init__(name="mine")
                with self.name_scope:
                    self.w = variables.Variable(1.0, name="w")
                self.parts = [module.Module(), {"v": variables.Variable(2.0, trainable=False)}]

        m = M()
        self.assertEqual(m.w.name, "mine/w:0")
        self.assertLen(m.variables, 2)
        self.assertLen(m.trainable_variables, 1)
        self.assertLen(m.submodules, 1)


class NestTest(test.TestCase):
    def testFlattenUpTo(self):
        self.assertEqual(nest.flatten_up_to({"a": 0, "b": 1}, {"a": [1, 2], "b": 3}), [[1, 2], 3])
        got = nest.map_structure_up_to([0, 0], lambda x: len(x), [[1, 2], [3]])
        self.assertEqual(got, [2, 1])
        with self.assertRaisesRegex(ValueError, "same sequence length"):
            nest.flatten_up_to([0, 0], [1])
        with self.assertRaises(TypeError):
            nest.flatten_up_to([[0], 0], [1, 2])

    def testPaths(self):
        Point = collections.namedtuple("Point", "x y")
        structure = {"b": [1, (2,)], "a": Point(3, 4)}
        paths = [("a", "x"), ("a", "y"), ("b", 0), ("b", 1, 0)]
        self.assertEqual(list(nest.yield_flat_paths(structure)), paths)
        joined = nest.flatten_with_joined_string_paths(structure)
        self.assertEqual(joined, [("a/x", 3), ("a/y", 4), ("b/0", 1), ("b/1/0", 2)])
        got = nest.map_structure_with_paths(lambda p, v: f"{p}={v}", [1, [2]])
        self.assertEqual(got, ["0=1", ["1/0=2"]])

    def testFlattenDictItems(self):
        self.assertEqual(
            nest.flatten_dict_items({(4, 5): ("a", "b"), 6: "c"}), {4: "a", 5: "b", 6: "c"}
        )
        with self.assertRaisesRegex(ValueError, "Key had 2 elements, but value had 1"):
            nest.flatten_dict_items({(1, 2): ("a",)})
        with self.assertRaisesRegex(ValueError, "not unique"):
            nest.flatten_dict_items({(1, 2): ("a", "b"), 1: "c"})

    def testListToTuple(self):
        self.assertEqual(nest.list_to_tuple([1, [2, {"a": 3}]]), (1, (2, {"a": 3})))
        self.assertTrue(nest.is_namedtuple(collections.namedtuple("P", "x")(1)))


if __name__ == "__main__":
    test.main()
