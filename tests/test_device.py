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


@pytest.fixture
def soft_placement():
    yield tf.config.set_soft_device_placement
    tf.config.set_soft_device_placement(True)


def test_ops_on_a_device_that_is_not_there_raise(soft_placement):
    soft_placement(False)
    with (
        tf.device("CPU:7"),
        pytest.raises(
            tf.errors.InvalidArgumentError, match="Could not satisfy device specification .*CPU:7"
        ),
    ):
        tf.add(1.0, 2.0)
    assert float(tf.add(1.0, 2.0)) == 3.0


def test_placement_is_soft_at_first():
    assert tf.config.get_soft_device_placement()
    with tf.device("CPU:7"):
        assert float(tf.add(1.0, 2.0)) == 3.0


def test_logging_placement_turns_soft_placement_off(soft_placement):
    float(tf.add(1.0, 2.0))
    tf.debugging.set_log_device_placement(False)
    with tf.device("CPU:7"), pytest.raises(tf.errors.InvalidArgumentError):
        tf.add(1.0, 2.0)
    soft_placement(True)
    with tf.device("CPU:7"):
        assert float(tf.add(1.0, 2.0)) == 3.0


def test_parts_of_a_device_name():
    spec = tf.DeviceSpec.from_string("/job:w/task:1/device:GPU:2")
    assert repr(spec) == (
        "<DeviceSpec(job=w, replica=None, task=1, device_type=GPU, device_index=2)>"
    )
    assert spec.replace(device_index=0).to_string() == "/job:w/task:1/device:GPU:0"
    merged = tf.DeviceSpec(job="a").make_merged_spec(tf.DeviceSpec(task=1))
    assert merged.to_string() == "/job:a/task:1"
    assert tf.DeviceSpec.from_string("/cpu:0") == tf.DeviceSpec(device_type="CPU", device_index=0)


def test_a_memory_limit_is_for_gpus():
    (cpu,) = tf.config.list_physical_devices("CPU")
    with pytest.raises(ValueError, match="memory limit on CPU"):
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration(memory_limit=100)]
        )


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
