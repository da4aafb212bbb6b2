"""`tensorflow.python.*`: what is public there is the same object, and adapters do what they say."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

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
