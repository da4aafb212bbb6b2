"""`tf.compat`. Also runs with TensorFlow itself, but for what tfshim refuses."""

import datetime
import logging
import pathlib

import numpy as np
import pytest

import tfshim as tf

V1 = tf.compat.v1
LOG = V1.logging


def test_text_and_bytes():
    assert tf.compat.as_bytes("é") == b"\xc3\xa9" and tf.compat.as_bytes("é", "latin-1") == b"\xe9"
    assert tf.compat.as_bytes(bytearray(b"ab")) == b"ab"
    for read in (tf.compat.as_text, tf.compat.as_str, tf.compat.as_str_any):
        assert read(b"\xc3\xa9") == "é" and read("é") == "é" and read(b"\xe9", "latin-1") == "é"
    assert tf.compat.as_str_any(3) == "3"
    assert tf.compat.path_to_str(pathlib.PurePosixPath("/a/b")) == "/a/b"
    assert tf.compat.path_to_str(3) == 3
    for read in (tf.compat.as_bytes, tf.compat.as_text, tf.compat.as_str):
        with pytest.raises(TypeError, match="Expected binary or unicode string, got 3"):
            read(3)
        with pytest.raises(LookupError, match="unknown encoding: nope"):
            read("a", "nope")
    with pytest.raises(TypeError, match="Expected binary or unicode string"):
        tf.compat.as_text(bytearray(b"a"))


def test_kinds_of_numbers():
    assert isinstance(1, tf.compat.integral_types)
    assert isinstance(np.int8(1), tf.compat.integral_types)
    assert not isinstance(1.0, tf.compat.integral_types)
    assert isinstance(np.float32(1), tf.compat.real_types)
    assert isinstance(np.complex64(1), tf.compat.complex_types)
    assert tf.compat.bytes_or_text_types == (bytes, str)


def test_dates_of_compatibility(monkeypatch, caplog):
    compatible = tf.compat.forward_compatible
    assert compatible(2026, 1, 15) and not compatible(2026, 1, 16)
    with tf.compat.forward_compatibility_horizon(2031, 2, 3):
        assert compatible(2031, 2, 2) and not compatible(2031, 2, 3)
    assert not compatible(2031, 2, 2)
    with (
        caplog.at_level("WARNING", "tensorflow"),
        tf.compat.forward_compatibility_horizon(2001, 2, 3),
    ):
        assert compatible(2026, 1, 15)
    assert "Trying to set the forward compatibility date to the past date 2001-02-03" in caplog.text
    monkeypatch.setenv("TF_FORWARD_COMPATIBILITY_DELTA_DAYS", "10")
    with tf.compat.forward_compatibility_horizon(2031, 2, 3):
        pass
    day = datetime.date(2026, 1, 25)
    assert compatible(day.year, day.month, day.day) and not compatible(2026, 1, 26)
    monkeypatch.delenv("TF_FORWARD_COMPATIBILITY_DELTA_DAYS")
    with tf.compat.forward_compatibility_horizon(2031, 2, 3):
        pass
    assert not compatible(2026, 1, 25)


def test_v2_has_the_same_objects():
    assert tf.compat.v2.constant is tf.constant and tf.compat.v2.math.abs is tf.math.abs
    assert tf.compat.v2.nn.relu is tf.nn.relu


def test_v1_seeds_and_switches():
    V1.set_random_seed(3)
    drawn = float(tf.random.uniform([]))
    tf.random.set_seed(3)
    assert float(tf.random.uniform([])) == drawn
    assert V1.random.set_random_seed is V1.set_random_seed
    for what in ("v2_behavior", "v2_tensorshape", "resource_variables", "control_flow_v2"):
        assert getattr(V1, f"enable_{what}")() is None
    assert V1.enable_eager_execution() is None and V1.enable_tensor_equality() is None
    assert V1.executing_eagerly() and V1.executing_eagerly_outside_functions()
    assert V1.resource_variables_enabled() and V1.control_flow_v2_enabled()
    assert tf.function(lambda: V1.executing_eagerly())().numpy() is np.False_
    V1.reset_default_graph()


@pytest.mark.parametrize(
    "name", ["float", "double", "int32", "int64", "bfloat16", "complex64", "complex128"]
)
def test_v1_casts(name):
    dtype = {"float": tf.float32, "double": tf.float64}.get(name) or getattr(tf, name)
    found = getattr(V1, f"to_{name}")([1.5, 2.0])
    assert found.dtype is dtype
    np.testing.assert_array_equal(found.numpy(), np.array([1.5, 2.0]).astype(dtype.as_numpy_dtype))


def test_v1_has_no_graphs():
    if tf.__name__ == "tensorflow":
        pytest.skip("TensorFlow has graphs")
    for name in ("disable_v2_behavior", "disable_eager_execution"):
        with pytest.raises(NotImplementedError, match=f"tf.compat.v1.{name}: .* without"):
            getattr(V1, name)()
    with pytest.raises(ValueError, match="config=1"):
        V1.enable_eager_execution(config=1)
    with pytest.raises(AttributeError, match="of TensorFlow 1 there is what needs no graph"):
        _ = V1.Session


@pytest.fixture
def records():
    kept = []

    class Keeping(logging.Handler):
        def emit(self, record):
            kept.append(record)

    handler = Keeping()
    logger = tf.get_logger()
    level = logger.level
    logger.addHandler(handler)
    yield kept
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_v1_logging(records):
    assert (LOG.DEBUG, LOG.INFO, LOG.WARN, LOG.ERROR, LOG.FATAL) == (10, 20, 30, 40, 50)
    LOG.set_verbosity("INFO")
    assert LOG.get_verbosity() == 20
    for name in ("debug", "info", "warn", "warning", "error", "fatal"):
        getattr(LOG, name)("a %d", 3)
    LOG.log(LOG.INFO, "b")
    LOG.vlog(LOG.ERROR, "c %s", "d")
    LOG.TaskLevelStatusMessage("e")
    levels = [r.levelno for r in records]
    assert levels == [20, 30, 30, 40, 50, 20, 40, 40]
    assert [r.getMessage() for r in records][-4:] == ["a 3", "b", "c d", "e"]
    LOG.set_verbosity(LOG.ERROR)
    LOG.warning("dropped")
    assert len(records) == 8


def test_v1_logging_now_and_then(records):
    if tf.__name__ == "tensorflow":
        pytest.skip("TensorFlow counts by the line that called the caller")
    for i in range(5):
        LOG.log_every_n(LOG.ERROR, "every %d", 2, i)
        LOG.log_first_n(LOG.ERROR, "first %d", 2, i)
        LOG.log_if(LOG.ERROR, "if %d", i == 3, i)
    said = [r.getMessage() for r in records]
    assert said == ["every 0", "first 0", "first 1", "every 2", "if 3", "every 4"]
