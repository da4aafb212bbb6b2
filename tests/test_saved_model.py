"""Modules on disk: variables and programs, loaded where the source is not there."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tfshim as tf

ROOT = Path(__file__).resolve().parent.parent


class Scaled(tf.Module):
    def __init__(self):
        super().__init__(name="scaled")
        self.w = tf.Variable([[2.0]], name="w")
        self.parts = [tf.Variable(1.0, trainable=False)]
        self.calls = tf.Variable(0)

    @tf.function(autograph=False)
    def __call__(self, x):
        self.calls.assign_add(1)
        return {"y": x @ self.w + self.parts[0]}

    @tf.function(autograph=False)
    def power(self, x, n=2):
        return x**n


@pytest.fixture
def saved(tmp_path):
    module = Scaled()
    module(tf.ones([3, 1]))
    module.power(tf.constant(3.0))
    module.w.assign([[5.0]])
    tf.saved_model.save(module, tmp_path / "m")
    return str(tmp_path / "m")


def test_values_functions_and_state_come_back(saved):
    loaded = tf.saved_model.load(saved)
    assert not isinstance(loaded, Scaled)
    assert np.array_equal(loaded(tf.ones([3, 1]))["y"], [[6.0]] * 3)
    assert int(loaded.calls) == 2
    loaded.w.assign([[1.0]])
    assert np.array_equal(loaded(tf.ones([3, 1]))["y"], [[2.0]] * 3)
    assert loaded.parts[0].trainable is False and loaded.w.name == "w:0"
    assert float(loaded.power(tf.constant(3.0))) == 9.0


def test_gradients_through_a_loaded_function(saved):
    loaded = tf.saved_model.load(saved)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(loaded(tf.constant([[1.0], [2.0], [3.0]]))["y"])
    assert np.array_equal(tape.gradient(y, loaded.w), [[6.0]])


def test_arguments_that_were_not_traced(saved):
    loaded = tf.saved_model.load(saved)
    with pytest.raises(ValueError, match="Could not find matching concrete function"):
        loaded.power(tf.constant(3.0), 3)
    with pytest.raises(ValueError, match="Could not find matching concrete function"):
        loaded(tf.ones([2, 1]))


def test_another_process_needs_no_source(saved):
    code = (
        "import sys, tfshim as tf; m = tf.saved_model.load(sys.argv[1]);"
        "print(m(tf.ones([3, 1]))['y'].numpy().tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, saved],
        capture_output=True, text=True, cwd=ROOT, timeout=120, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[[6.0], [6.0], [6.0]]"


def test_what_is_no_saved_module(tmp_path):
    assert not tf.saved_model.contains_saved_model(str(tmp_path))
    with pytest.raises(OSError, match="SavedModel file does not exist at"):
        tf.saved_model.load(str(tmp_path))


class AnySize(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable([[1.0, 2.0], [3.0, 4.0]])

    @tf.function
    def dense(self, x):
        return tf.nn.relu(x @ self.w + 0.5)

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
    def __call__(self, x):
        return self.dense(x) * 2.0

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None], tf.float32),
            tf.TensorSpec([None], tf.float32),
        ]
    )
    def rows(self, x, weights):
        return tf.reduce_sum(x * tf.expand_dims(weights, 1), 1)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def by_length(self, x):
        return x * tf.cast(tf.shape(x)[0], tf.float32)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def as_row(self, x):
        return tf.reshape(x, [1, tf.shape(x)[0]])


def test_a_signature_with_unknown_sizes_is_saved_for_all_of_them(tmp_path):
    module = AnySize()
    tf.saved_model.save(module, tmp_path / "m")
    loaded = tf.saved_model.load(str(tmp_path / "m"))
    for n in (1, 2, 5):
        x = tf.reshape(tf.range(2.0 * n), [n, 2])
        assert np.array_equal(loaded(x), module(x))
        with tf.GradientTape() as tape:
            y = loaded(x)
        assert np.array_equal(
            tape.gradient(y, loaded.w), 2 * tf.reduce_sum(x, 0)[:, None] @ [[1.0, 1.0]]
        )
    assert np.array_equal(loaded.rows(tf.ones([2, 3]), tf.constant([1.0, 2.0])), [3.0, 6.0])
    assert np.array_equal(
        loaded.rows(tf.ones([3, 1]), tf.constant([1.0, 2.0, 3.0])), [1.0, 2.0, 3.0]
    )
    assert np.array_equal(loaded.by_length(tf.ones([4])), [4.0, 4.0, 4.0, 4.0])
    with pytest.raises(ValueError, match="Could not find matching|shapes"):
        loaded.rows(tf.ones([2, 3]), tf.constant([1.0, 2.0, 3.0]))


def test_a_program_that_depends_on_sizes_is_never_used_for_others(tmp_path):
    module = AnySize()
    module.as_row(tf.ones([3]))
    tf.saved_model.save(module, tmp_path / "m")
    loaded = tf.saved_model.load(str(tmp_path / "m"))
    assert np.array_equal(loaded.as_row(tf.ones([3])), [[1.0, 1.0, 1.0]])
    with pytest.raises(ValueError, match="fixed sizes"):
        loaded.as_row(tf.ones([4]))


def test_a_custom_gradient_is_saved_with_its_function(tmp_path):
    @tf.custom_gradient
    def clipped(x):
        return tf.identity(x), lambda dy: tf.clip_by_norm(dy, 0.5)

    class Clip(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec(None)])
        def call(self, x):
            return clipped(x)

    options = tf.saved_model.SaveOptions(experimental_custom_gradients=True)
    tf.saved_model.save(Clip(), tmp_path / "m", options=options)
    loaded = tf.saved_model.load(str(tmp_path / "m"), options=tf.saved_model.LoadOptions())
    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = loaded.call(v * v)
    assert float(tape.gradient(y, v)) == 2.0


def test_options_that_the_format_lacks_are_refused():
    assert tf.saved_model.SaveOptions().function_aliases == {}
    with pytest.raises(ValueError, match="experimental_custom_gradients=False"):
        tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    with pytest.raises(ValueError, match="experimental_skip_checkpoint=True"):
        tf.saved_model.LoadOptions(experimental_skip_checkpoint=True)
    with pytest.raises(TypeError, match="SaveOptions"):
        tf.saved_model.save(tf.Module(), "nowhere", options={"a": 1})


class Standardized(tf.Module):
    """Its weights have 3 features; its signature leaves that open."""

    def __init__(self):
        super().__init__()
        self.scale = tf.Variable([1.0, 2.0, 4.0])
        self.w = tf.Variable([[1.0], [1.0], [1.0]])

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.float32)])
    def __call__(self, x):
        return tf.matmul(x / self.scale, self.w)


def test_sizes_that_only_the_weights_know(tmp_path):
    """TensorFlow 2.21 gives these shapes and values as well."""
    model = Standardized()
    concrete = model.__call__.get_concrete_function()
    assert concrete.output_shapes.as_list() == [None, 1]
    tf.saved_model.save(model, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    for rows in (1, 2, 5):
        x = tf.ones([rows, 3])
        assert loaded(x).numpy().tolist() == [[1.75]] * rows == model(x).numpy().tolist()
    with pytest.raises(ValueError):
        loaded(tf.ones([2, 4]))
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        model(tf.ones([2, 4]))


def test_sizes_that_cannot_fit_are_told_as_the_user_wrote_them():
    a, b = tf.Variable(tf.ones([3])), tf.Variable(tf.ones([4]))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def both(x):
        return x * a + x * b

    with pytest.raises(ValueError, match="Dimensions must be equal"):
        both.get_concrete_function()
