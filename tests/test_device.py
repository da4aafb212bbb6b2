"""Devices: what TensorFlow calls them, and devices that are not there."""

import pytest

import tfshim as tf


def test_names():
    cpu = tf.config.list_physical_devices("CPU")
    assert repr(cpu) == "[PhysicalDevice(name='/physical_device:CPU:0', device_type='CPU')]"
    assert repr(tf.config.list_logical_devices("CPU")) == (
        "[LogicalDevice(name='/device:CPU:0', device_type='CPU')]"
    )
    assert tf.config.list_physical_devices("foo") == []
    assert tf.config.get_logical_device_configuration(cpu[0]) is None


def test_device_context_of_a_device_that_exists():
    with tf.device("/job:localhost/replica:0/task:0/device:CPU:0"):
        x = tf.add(1.0, 2.0)
    assert float(x) == 3.0
    assert x.device == "/job:localhost/replica:0/task:0/device:CPU:0"


def test_ops_on_a_device_that_is_not_there_raise():
    with (
        tf.device("CPU:7"),
        pytest.raises(
            tf.errors.InvalidArgumentError, match="Could not satisfy device specification .*CPU:7"
        ),
    ):
        tf.add(1.0, 2.0)
    assert float(tf.add(1.0, 2.0)) == 3.0


def test_soft_placement_runs_elsewhere():
    tf.config.set_soft_device_placement(True)
    try:
        with tf.device("CPU:7"):
            assert float(tf.add(1.0, 2.0)) == 3.0
    finally:
        from tfshim._src import device

        device._switches.soft = False


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (3, r"Expecting a string device name. Got <class 'int'>\(3\)"),
        ("/foo", "Unknown attribute 'foo' is encountered while parsing the device spec: '/foo'."),
    ],
)
def test_bad_names(name, text):
    with pytest.raises(ValueError, match=text):
        tf.device(name).__enter__()


def test_memory_growth_is_for_gpus():
    (cpu,) = tf.config.list_physical_devices("CPU")
    with pytest.raises(ValueError, match="Cannot set memory growth on non-GPU"):
        tf.config.experimental.set_memory_growth(cpu, True)


def test_version():
    assert tf.version.VERSION == tf.__version__ == "2.21.0"
