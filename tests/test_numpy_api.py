"""`tf.experimental.numpy` against what TensorFlow 2.21 gave; see `tests/numpy_api`."""

import subprocess
import sys

import numpy as np
import pytest

import tfshim as tf
from tests import numpy_api
from tests.numpy_api.cases import lines_of
from tests.sampling import kept
from tfshim._src.engine import speed

TNP = "tfshim.experimental.numpy"


@pytest.mark.parametrize("state", numpy_api.STATES)
def test_every_line_gives_what_tensorflow_gives(state):
    recorded = numpy_api.load()[state]
    lines = lines_of(state)
    assert lines and set(lines) == set(recorded), "record again: python -m tests.numpy_api record"
    lines = [line for line in lines if kept(line)]
    wrong = []
    for line, got in zip(lines, numpy_api.evaluate("tfshim", state, lines), strict=True):
        problems = numpy_api.differences(got, recorded[line])
        if problems and not numpy_api.known(line, problems):
            wrong.append("\n    ".join([line, *problems]))
    assert not wrong, f"{len(wrong)} of {len(lines)} lines differ:\n" + "\n".join(wrong[:40])


def test_differences_are_found():
    one, two = ({"value": {"k": "int", "v": v}} for v in "12")
    raised = {"error": {"type": "ValueError", "text": "no"}}
    assert numpy_api.differences(one, one) == numpy_api.differences(raised, raised) == []
    assert numpy_api.differences(one, two)
    assert numpy_api.differences(one, raised) and numpy_api.differences(raised, one)
    assert numpy_api.differences(raised, {"error": {"type": "ValueError", "text": "yes"}})
    assert not numpy_api.known("tnp.sin(1)", ["result: 1, expected 2"])


def test_every_known_difference_has_a_line():
    everything = [line for state in numpy_api.STATES for line in lines_of(state)]
    for part, _ in numpy_api.KNOWN:
        assert any(part in line for line in everything), part


def test_every_name_has_a_line():
    text = "\n".join(lines_of("legacy"))
    names = set(tf.experimental.numpy.__all__) - {"random"}
    names |= {f"random.{n}" for n in tf.experimental.numpy.random.__all__}
    types = {n for n in names if isinstance(getattr(tf.experimental.numpy, n, None), type)}
    assert not sorted(n for n in names - types if f"tnp.{n}" not in text)
    assert types >= {"float32", "int_", "bool_", "string_", "iinfo", "ndarray", "inexact"}


def _run(*statements: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(["import sys, tfshim as tf", *statements])],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_importing_tfshim_leaves_the_namespace_alone():
    assert _run("print([m for m in sys.modules if 'numpy_api' in m])") == "[]"


def test_the_forms_of_import():
    assert (
        _run(
            f"import {TNP} as tnp",
            "from tfshim.experimental import numpy",
            "print(numpy is tnp is tf.experimental.numpy, tnp.ndarray is tf.Tensor)",
        )
        == "True True"
    )


def test_the_functions_leave_tensors_alone():
    tnp = tf.experimental.numpy
    assert tnp.add([1], [2.5]).dtype is tf.float64
    assert not hasattr(tf.constant(1), "T")
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.constant(1) + tf.constant(1.0)


def test_operators_keep_the_fast_path_when_behavior_is_enabled():
    expected = "False" if speed.core is None else "True"
    assert expected == _run(
        "tf.experimental.numpy.experimental_enable_numpy_behavior()",
        "print(type(tf.Tensor.__add__).__name__ == 'Method')",
    )


def test_off_takes_promotion_back():
    assert (
        _run(
            "enable = tf.experimental.numpy.experimental_enable_numpy_behavior",
            "enable()",
            "print((tf.constant(1) + tf.constant(1.0)).dtype.name)",
            "enable(dtype_conversion_mode='off')",
            "try:",
            "    tf.constant(1) + tf.constant(1.0)",
            "except tf.errors.InvalidArgumentError:",
            "    print('refused', tf.constant([[1, 2]]).T.shape)",
        )
        == "float64\nrefused (2, 1)"
    )


def test_weak_tensors_in_tapes_functions_and_variables():
    """Observed in TensorFlow: a gradient is weak where its source is."""
    assert _run(
        "tf.experimental.numpy.experimental_enable_numpy_behavior(dtype_conversion_mode='all')",
        "x = tf.constant(3.0)",
        "with tf.GradientTape() as tape:",
        "    tape.watch(x)",
        "    y = x * x",
        "print(y, tape.gradient(y, x))",
        "f = tf.function(lambda a, b: a * b + 1)",
        "print(f(x, tf.cast(2, tf.float16)).dtype.name, f(x, 2), tf.is_tensor(x))",
        "v = tf.Variable(1.0)",
        "v.assign_add(tf.constant(1, tf.int8))",
        "try:",
        "    v.assign(tf.constant(1.0, tf.float64))",
        "except TypeError as e:",
        "    print(float(v), str(e)[:72])",
    ).splitlines() == [
        "tf.Tensor(9.0, shape=(), dtype=float32, weak=True) "
        "tf.Tensor(6.0, shape=(), dtype=float32, weak=True)",
        "float16 tf.Tensor(7.0, shape=(), dtype=float32, weak=True) True",
        "2.0 Variable dtype is immutable. Calling assign of Variable (with dtype <dty",
    ]


def test_numpy_takes_tensors_and_tensors_take_arrays():
    tnp = tf.experimental.numpy
    assert np.sum(tnp.ones([2, 3])) == 6.0
    assert isinstance(np.ones(2) + tnp.ones(2), tf.Tensor)
