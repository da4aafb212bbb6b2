"""`tensorflow.python.*`: what is public there is the same object, and adapters do what they say."""

import re
import subprocess
import sys
import unittest
from pathlib import Path

import numpy as np
import pytest
from absl.testing import parameterized

import tfshim as tf
from tfshim._src.internals import kernels, served, table, v1_names
from tfshim._src.internals.graphs import NoGraph
from tfshim._src.internals.renamed import renamed, signature

HERE = Path(__file__).resolve()


def module(path):
    found = served.find(path)
    assert found is not None, path
    return found


def test_every_recorded_name_that_is_there_is_its_public_object():
    same = wrong = 0
    for path, names in table.facts().public.items():
        for name, public in names.items():
            if public.startswith("tf.compat.v1."):
                continue
            try:
                expected = table.public_object(public)
            except AttributeError:
                continue
            found = getattr(module(path), name)
            same, wrong = same + (found is expected), wrong + (found is not expected)
    assert wrong == 0 and same > 1300


def test_every_name_of_an_adapter_exists():
    folder = Path(served.__file__).parent / "python"
    count = 0
    for file in folder.rglob("*.py"):
        path = ".".join(file.relative_to(folder).with_suffix("").parts).removesuffix("__init__")
        own = served._own_module(path.rstrip("."))
        for name in getattr(own, "__all__", ()):
            assert hasattr(own, name), (path, name)
            count += 1
    assert count > 200


def test_every_row_names_parameters_of_its_op():
    recorded = {k.name: k for names in table.facts().kernels.values() for k in names.values()}
    assert set(kernels.KERNELS) <= set(recorded)
    for name, kernel in recorded.items():
        if name in kernels.KERNELS:
            public, *options = kernels.KERNELS[name].split(" ")
            known = signature(kernel.signature).parameters
            assert {re.split("[=:?]", o.lstrip("-"))[0] for o in options} <= set(known)
            assert callable(kernels.function(name, kernel.signature))
            assert callable(table.public_object(public))
    for public in v1_names.NAMES & set(table.facts().v1):
        row = v1_names._ROWS.get(public.removeprefix("tf.compat.v1."))
        assert row is None or callable(table.public_object(row.public))
        assert callable(v1_names.function(public))


def test_kernels_have_recorded_parameters():
    gen = module("ops.gen_math_ops")
    x = tf.constant([[1.0, 2.0]])
    assert gen.mat_mul(a=x, b=x, transpose_b=True).numpy().tolist() == [[5.0]]
    assert gen._sum(x, 1, keep_dims=True).numpy().tolist() == [[3.0]]
    with pytest.raises(NotImplementedError, match="Truncate=True"):
        gen.cast(x, tf.int32, Truncate=True)
    with pytest.raises(TypeError, match="AddV2"):
        gen.add_v2(a=1, b=2)


def test_aliases():
    squeeze = module("ops.array_ops").squeeze
    assert squeeze(tf.ones([1, 2, 1]), squeeze_dims=[0]).shape == [2, 1]
    with pytest.raises(ValueError, match="Cannot specify both 'squeeze_dims' and 'axis'"):
        squeeze(tf.ones([1, 2]), axis=0, squeeze_dims=0)
    with pytest.raises(TypeError):
        squeeze()


def test_a_renamed_function_refuses_what_has_no_counterpart():
    made = renamed(
        "mine", "x, mode='a', name=None", "tf.identity", {"x": "input"}, (), {"mode": "a"}
    )
    assert float(made(2.0)) == 2.0 and float(made(2.0, mode="a")) == 2.0
    with pytest.raises(NotImplementedError, match="mine with mode='b'"):
        made(2.0, "b")


def test_rows_of_where_are_those_of_tensorflow_1():
    where = module("ops.array_ops").where
    found = where([True, False], [[1, 2], [3, 4]], [[5, 6], [7, 8]])
    assert np.array_equal(found, [[1, 2], [7, 8]])


@pytest.mark.parametrize(
    ("condition", "x", "y", "text"),
    [
        ([True, False], [1, 2], 3, r"Input 0: \[2\] != input 1: \[\]"),
        ([True, False], [1, 2, 3], [4, 5, 6], r"Input 0: \[2\] != input 1: \[3\]"),
        ([[True], [False]], [[1, 2], [3, 4]], [[1, 2], [3, 4]], r"\[2,1\] != input 1: \[2,2\]"),
        ([True], [[1, 2], [3, 4]], [[1, 2], [3, 4]], "Number of batches"),
        ([True], 1, 2, "'then' must be at least a vector"),
    ],
)
def test_where_broadcasts_nothing(condition, x, y, text):
    with pytest.raises(tf.errors.InvalidArgumentError, match=text):
        module("ops.array_ops").where(condition, x, y)


def test_dtypes_of_results_are_checked():
    gen = module("ops.gen_math_ops")
    z = tf.constant(3 + 4j, tf.complex128)
    assert gen.complex_abs(z, Tout=tf.float64) == 5.0
    for name in ("real", "imag", "angle", "complex_abs"):
        with pytest.raises(tf.errors.NotFoundError, match="Could not find device for node"):
            getattr(gen, name)(z)
    with pytest.raises(tf.errors.NotFoundError):
        gen._complex(1.0, 2.0, Tout=tf.complex128)


def test_branches_and_loops_take_apart_what_is_alone():
    cond, case = module("ops.cond").cond, module("ops.control_flow_case").case
    while_loop = module("ops.while_loop").while_loop
    x, yes = tf.constant(1.0), tf.constant(True)

    def one():
        return [x]

    assert cond(yes, one, one) == 1.0 and case([(yes, one)], one) == 1.0
    assert isinstance(cond(yes, one, one, strict=True), list)
    assert isinstance(case([(yes, one)], one, strict=True), list)
    assert while_loop(lambda i: i < 3, lambda i: i + 1, [x]) == 3.0
    assert isinstance(while_loop(lambda i: i < 3, lambda i: [i + 1], [x]), list)
    with pytest.raises(TypeError, match="may not be set simultaneously"):
        cond(yes, one, one, fn1=one)

    @tf.function
    def looped():
        return while_loop(lambda i: i < 3, lambda i: [i + 1], [x])

    assert looped() == 3.0


def test_kernels_that_no_public_op_is():
    gen = module("ops.gen_array_ops")
    y, idx, count = gen.unique_with_counts_v2([[1, 0], [2, 0], [1, 0]], [0], tf.int64)
    assert y.numpy().tolist() == [[1, 0], [2, 0]] and count.numpy().tolist() == [2, 1]
    assert idx.dtype == tf.int64 and idx.numpy().tolist() == [0, 1, 0]
    assert gen.unique_v2([3, 1, 3], []).y.numpy().tolist() == [3, 1]
    for x, axis, text in (
        ([[1]], [], "unique expects a 1D vector."),
        ([[1]], [2], "axis has to be between"),
        ([[1]], [0, 1], "axis does not support input tensors larger than 1 elements"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=re.escape(text)):
            gen.unique_v2(x, axis)
    bits = module("ops.gen_bitwise_ops").population_count(tf.constant([-1, 0, 7], tf.int16))
    assert bits.dtype == tf.uint8 and bits.numpy().tolist() == [16, 0, 3]
    assert gen.identity is not None and hasattr(module("ops.gen_bitwise_ops"), "bitwise_and")


def test_what_is_ignored_is_said():
    conv = kernels.function("Conv2D", "input, filter, strides, padding, use_cudnn_on_gpu=True")
    assert "Ignored, as they change no value: use_cudnn_on_gpu" in conv.__doc__


def test_garbage_fails_a_test():
    util = module("framework.test_util")

    class Case(tf.test.TestCase):
        @util.assert_no_garbage_created
        def clean(self):
            self.assertEqual(float(tf.constant(1.0) + 1.0), 2.0)

        @util.assert_no_garbage_created
        def loop(self):
            a: list = []
            a.append(a)

    Case("clean").assertEqual(float(tf.constant(1.0) + 1.0), 2.0)  # the first call makes a kernel
    Case("clean").clean()
    with pytest.raises(AssertionError, match="made garbage"):
        Case("loop").loop()
    assert not hasattr(util, "assert_no_new_tensors")


def test_what_is_absent_says_so():
    with pytest.raises(AttributeError, match="tfshim does not have tf.compat.v1.container"):
        _ = module("framework.ops").container
    assert not hasattr(module("framework.ops"), "no_such_name")
    assert served.find("no.such.module") is None
    assert "reduce_sum" in dir(module("ops.math_ops"))


def test_every_module_of_tensorflow_can_be_imported():
    assert len(table.facts().modules) > 800
    for path in (
        "ops.gen_tpu_ops",
        "ops.gen_list_ops",
        "eager.polymorphic_function.atomic_function",
    ):
        assert not [n for n in dir(module(path)) if not n.startswith("_")]
    code = (
        "import tfshim; tfshim.install()\n"
        "from tensorflow.core.protobuf import config_pb2\n"
        "from tensorflow.core.framework import tensor_pb2, types_pb2\n"
        "assert types_pb2.DT_FLOAT == 1 and not hasattr(config_pb2, 'NoSuch')\n"
        "tensor_pb2.TensorProto(dtype=types_pb2.DT_INT32)\n"
        "config_pb2.ConfigProto()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=HERE.parents[1]
    )
    assert "NoGraph: ConfigProto needs a TensorFlow graph" in done.stderr


def test_functions_of_tensorflow_1_that_are_written_here():
    arrays, nn, rows = module("ops.array_ops"), module("ops.nn_ops"), module("ops.inplace_ops")
    assert [v.numpy().tolist() for v in arrays.setdiff1d([1, 2, 3, 4], [2, 9])] == [
        [1, 3, 4], [0, 2, 3],
    ]  # fmt: skip
    assert arrays.batch_gather([[1, 2], [3, 4]], [[1], [0]]).numpy().tolist() == [[2], [3]]
    assert arrays.space_to_batch(tf.ones([1, 2, 2, 1]), [[0, 0]] * 2, 2).shape == [4, 1, 1, 1]
    assert nn.nth_element([3, 1, 2], 1).numpy() == 2 and nn.nth_element([3, 1], 0, True) == 3
    with pytest.raises(tf.errors.InvalidArgumentError, match="last dimension > n = 2"):
        nn.nth_element([3, 1], 2)
    assert rows.inplace_add(tf.ones([3]), [-1], [2.0]).numpy().tolist() == [1.0, 1.0, 3.0]
    assert rows.inplace_update([1, 2], None, [3, 4]).numpy().tolist() == [3, 4]
    x, f = tf.random.normal([1, 4, 4, 2]), tf.random.normal([3, 3, 2, 3])
    with tf.GradientTape() as tape:
        tape.watch([x, f])
        y = tf.nn.conv2d(x, f, 1, "SAME")
    dx, df = tape.gradient(y, [x, f])
    ones = tf.ones_like(y)
    np.testing.assert_allclose(nn.conv2d_backprop_input(x.shape, f, ones, 1, "SAME"), dx)
    np.testing.assert_allclose(nn.conv2d_backprop_filter(x, f.shape, ones, 1, "SAME"), df)
    parts, lookup = [[[0.0], [2.0]], [[1.0]]], module("ops.embedding_ops").embedding_lookup
    assert lookup(parts, [0, 1, 2])[:, 0].numpy().tolist() == [0.0, 1.0, 2.0]
    assert lookup(parts, [0, 1, 2], "div")[:, 0].numpy().tolist() == [0.0, 2.0, 1.0]
    y, mean, _ = module("ops.nn_impl").fused_batch_norm(tf.ones([2, 1, 2, 2, 1]), [2.0], [3.0])
    assert y.shape == [2, 1, 2, 2, 1] and float(y[0, 0, 0, 0, 0]) == 3.0 and float(mean[0]) == 1.0


_LOGITS = np.sin(np.arange(24, dtype=np.float32)).reshape(4, 1, 6)


@pytest.mark.parametrize(
    ("labels", "options", "loss"),
    [
        ([1, 1, 2], {}, 7.060005187988281),
        ([1, 1, 2], {"ctc_merge_repeated": False}, 5.495425701141357),
        ([1, 1, 2], {"preprocess_collapse_repeated": True}, 3.415065050125122),
        ([1, 1, 2, 0, 3], {"ignore_longer_outputs_than_inputs": True}, 0.0),
        ([1, 1, 1, 1], {}, np.inf),
    ],
)
def test_the_loss_of_tensorflow_1(labels, options, loss):
    ops = module("ops.ctc_ops")
    places = [[0, i] for i in range(len(labels))]
    sparse = tf.SparseTensor(places, tf.constant(labels), [1, len(labels)])
    x = tf.constant(_LOGITS)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = ops.ctc_loss(sparse, x, [4], **options)
        slope = inner.gradient(y, x)
    np.testing.assert_allclose(y, [loss], rtol=1e-5)
    raw = module("ops.gen_ctc_ops").ctc_loss(x, places, labels, [4], **options)
    np.testing.assert_allclose(slope, raw.gradient)
    with pytest.raises(LookupError, match="no way to take the second derivative of ctc_loss"):
        tape.gradient(slope, x)
    with pytest.raises(TypeError, match="Expected argument `labels` to be a SparseTensor"):
        ops.ctc_loss([labels], x, [4])


def test_steps_of_the_dense_loss():
    ops = module("ops.ctc_ops")
    start, final = ops.ctc_state_log_probs(tf.constant([1]), 2)
    assert start.numpy().argmax() == 0 and final.numpy()[0].tolist().count(0.0) == 2
    trans = ops._ctc_state_trans(tf.constant([[1, 1]]))
    assert trans.shape == [1, 6, 6] and trans.numpy()[0, 2].tolist() == [0, 0, 1, 0, 1, 0]
    scanned = ops._scan(lambda a, e: a + e, tf.constant([1.0, 2.0]), 3.0, reverse=True)
    assert scanned.numpy().tolist() == [6.0, 5.0]
    labels = ops.dense_labels_to_sparse([[4, 5], [6, 7]], [1, 2])
    assert labels.values.numpy().tolist() == [4, 6, 7] and labels.dense_shape.numpy()[1] == 2


@pytest.mark.parametrize(
    ("weights", "values", "text"),
    [
        ([3], [2, 3], "values.rank=2. weights.rank=1. values.shape=.2, 3.. weights.shape=.3,."),
        ([2, 2], [2, 3], r"Mismatch at dim 1. values.shape=\[2 3\], weights.shape=\[2 2\]"),
    ],
)
def test_weights_that_do_not_broadcast(weights, values, text):
    ops = module("ops.weights_broadcast_ops")
    assert ops.broadcast_weights(tf.ones([2, 1]), tf.ones([2, 3])).shape == [2, 3]
    ops.assert_broadcastable(1.0, tf.ones([2, 3]))
    with pytest.raises(ValueError, match="weights can not be broadcast to values. " + text):
        ops.broadcast_weights(tf.ones(weights), tf.ones(values))


def test_combinations_of_a_test():
    made = module("framework.test_combinations")
    with pytest.raises(ValueError, match="Keys need to not overlap"):
        made.times(made.combine(a=1), made.combine(a=2))
    seen = []

    class Case(tf.test.TestCase, parameterized.TestCase):
        @made.generate(made.times(made.combine(b=[1, 2]), made.combine(mode=["graph", "eager"])))
        def test(self, b):
            seen.append(b)

    names = unittest.TestLoader().getTestCaseNames(Case)
    result = unittest.TestResult()
    unittest.TestSuite(map(Case, names)).run(result)
    graphs = [why for _, why in result.skipped if why == "tfshim has no TensorFlow graph"]
    assert seen == [1, 2] and len(graphs) == 2 and result.wasSuccessful()


def test_graphs_are_refused_in_a_way_that_skips_a_test():
    with pytest.raises(NotImplementedError, match="needs a TensorFlow graph") as caught:
        module("framework.ops").Graph()
    assert isinstance(caught.value, NoGraph)
    with pytest.raises(NotImplementedError):
        module("eager.context").graph_mode()
    assert module("eager.context").executing_eagerly()


def test_importing_tfshim_reads_no_facts():
    code = (
        "import sys, tfshim; tfshim.install(); import tensorflow; "
        "print([m for m in sys.modules if '_src.internals' in m or 'tensorflow.python' in m])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=HERE.parents[1],
        timeout=120,
    )
    assert done.stdout == "[]\n", done.stderr
