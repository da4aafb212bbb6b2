"""`tf.keras`: the package Keras on tfshim, with the numbers that it gives on TensorFlow.

Keras cannot be taken out of a process again, so that everything with Keras in it runs in one other
process: this file as a program, which prints what each of its functions returns. With `--real` the
program runs on TensorFlow; keras_golden.json is what it printed there.
"""

import importlib.util
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve()
GOLDEN = HERE.with_name("keras_golden.json")
PROGRAMS = {}


def program(function):
    """Registers a function of `tf` whose result is a nest of numbers, names and shapes."""
    PROGRAMS[function.__name__] = function
    return function


@program
def dense(tf):
    layer = tf.keras.layers.Dense(10, activation="relu")
    x = tf.constant([[1.0, 2.0, 3.0]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(layer(x) ** 2)
    grads = tape.gradient(loss, {"k": layer.kernel, "b": layer.bias})
    return {
        "names": [v.name for v in layer.trainable_variables],
        "watched": [v.name for v in tape.watched_variables()],
        "kernel": layer.kernel,
        "dtype": layer.kernel.dtype,
        "repr": repr(layer.bias),
        "is": [
            tf.is_tensor(layer.kernel),
            isinstance(layer.kernel, tf.Variable),
            isinstance(layer.kernel, tf.Tensor),
        ],
        "k": grads["k"],
        "b": grads["b"],
        "operators": [layer.kernel[0, :2] * 2.0, tf.reduce_sum(layer.kernel), 1.0 - layer.bias[0]],
    }


@program
def persistent_tape(tf):
    layer = tf.keras.layers.Dense(4)
    x = tf.ones([2, 3])
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(layer.trainable_variables)  # none yet
        first = layer(x)
        tape.watch(layer.kernel.value)
        second = layer(x)
        try:
            tape.watch(layer.kernel)
        except ValueError as e:
            refused = str(e).replace("\n", " ")[-60:]
    return {
        "refused": refused,
        "target": tape.gradient(layer.kernel, [layer.kernel]),
        "unwatched": tape.gradient(first, layer.kernel) is None,
        "watched": tape.gradient(second, layer.kernel),
        "bias": tape.gradient(second, layer.bias) is None,
    }


@program
def jacobians(tf):
    x = tf.reshape(tf.range(35.0) / 35, [7, 5])
    one = tf.keras.layers.Dense(8, activation=tf.nn.elu)
    two = tf.keras.layers.Dense(6, activation=tf.nn.elu)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = two(one(x))
    return {
        "kernel": tape.jacobian(y, one.kernel).shape,
        "both": [j.shape for j in tape.jacobian(y, [one.kernel, two.bias])],
        "rows": tape.batch_jacobian(y, x)[2],
        "sum": tf.reduce_sum(tape.jacobian(y, one.kernel), axis=[0, 1]),
    }


@program
def batch_normalization(tf):
    x = tf.reshape(tf.sin(tf.range(35.0)), [7, 5])
    one = tf.keras.layers.Dense(8, activation=tf.nn.elu)
    norm = tf.keras.layers.BatchNormalization()
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        y = norm(one(x), training=True)
    return {
        "jacobian": tape.jacobian(y, x)[0, 1],
        "mean": norm.moving_mean,
        "variance": norm.moving_variance,
        "inference": norm(one(x), training=False)[0],
    }


@program
def newton(tf):
    x = tf.reshape(tf.sin(tf.range(35.0)), [7, 5])
    one = tf.keras.layers.Dense(8, activation=tf.nn.relu)
    two = tf.keras.layers.Dense(6, activation=tf.nn.relu)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            loss = tf.reduce_mean(two(one(x)) ** 2)
        g = inner.gradient(loss, one.kernel)
    h = outer.jacobian(g, one.kernel)
    n = int(tf.reduce_prod(one.kernel.shape))
    matrix = tf.reshape(h, [n, n]) + tf.eye(n)
    step = tf.linalg.solve(matrix, tf.reshape(g, [n, 1]))
    one.kernel.assign_sub(tf.reshape(step, one.kernel.shape))
    return {"shape": h.shape, "kernel": one.kernel}


@program
def sequential(tf):
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.ELU(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(3),
        ]
    )
    x = tf.reshape(tf.sin(tf.range(384.0)), [2, 8, 8, 3])
    entropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        y = model(x, training=True)
        loss = entropy(tf.constant([0, 2]), y)
    grads = tape.gradient(loss, model.trainable_variables)
    return {
        "paths": [v.path for v in model.trainable_variables],
        "shapes": [g.shape for g in grads],
        "y": y,
        "loss": loss,
        "last": grads[-1],
        "count": model.count_params(),
    }


@program
def functional(tf):
    inputs = tf.keras.Input((4,))
    hidden = tf.keras.layers.Dense(3, activation="tanh")(inputs) * 2 + 1
    doubled = tf.keras.layers.Lambda(lambda t: tf.concat([t, t], -1))(hidden)
    rows = tf.keras.layers.Lambda(lambda t: tf.reshape(t, [-1]))(doubled)
    model = tf.keras.Model(inputs, doubled)

    @tf.function
    def call(x):
        return model(x)

    x = tf.ones([2, 4])
    return {
        "shape": list(model.output_shape),
        "flat": list(rows.shape),
        "y": model(x),
        "called": call(x),
    }


@program
def subclass(tf):
    class Model(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.out = tf.keras.layers.Dense(2)
            self.table = tf.keras.layers.Embedding(5, 3)

        def call(self, x):
            return self.out(self.table(x))

    model = Model()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(tf.constant([[1, 2]])) ** 2)
    grads = tape.gradient(loss, model.trainable_variables)
    tf.keras.optimizers.SGD(0.1).apply_gradients(zip(grads, model.trainable_variables))
    return {
        "paths": [v.path for v in model.trainable_variables],
        "types": [type(g).__name__ for g in grads],
        "table": model.table.embeddings,
    }


@program
def optimizers(tf):
    found = {}
    for name in ("SGD", "Adam", "RMSprop", "AdamW", "Adagrad"):
        v = tf.Variable([1.0, 2.0])
        optimizer = getattr(tf.keras.optimizers, name)(learning_rate=0.1)
        for _ in range(3):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(v**2)
            optimizer.apply_gradients([(tape.gradient(loss, v), v)])
        found[name] = [v, int(optimizer.iterations)]
    return found


@program
def metrics_and_losses(tf):
    accuracy = tf.keras.metrics.SparseCategoricalAccuracy()
    accuracy.update_state([0, 1], [[0.9, 0.1], [0.8, 0.2]])
    mean = tf.keras.metrics.Mean()
    mean(3.0)
    mean(5.0)
    found = {"accuracy": accuracy.result(), "mean": mean.result()}
    for name in ("MeanSquaredError", "CategoricalCrossentropy", "BinaryCrossentropy", "Huber"):
        found[name] = getattr(tf.keras.losses, name)()([[0.0, 1.0]], [[0.2, 0.8]])
    return found


@program
def random_numbers(tf):
    names = "GlorotUniform HeNormal Orthogonal RandomNormal TruncatedNormal VarianceScaling"
    found = {n: getattr(tf.keras.initializers, n)()((2, 2)) for n in names.split()}
    found["uniform"] = tf.keras.random.uniform((2,))
    found["normal"] = tf.keras.random.normal((2,))
    found["randint"] = tf.keras.random.randint((5,), 0, 9)
    found["dropout"] = tf.keras.random.dropout(tf.ones([6]), 0.5)
    return found


@program
def training_step(tf):
    x = tf.reshape(tf.sin(tf.range(32.0)), [16, 2])
    y = tf.reduce_sum(x, 1, keepdims=True)
    model = tf.keras.Sequential(
        [
            tf.keras.Input((2,)),
            tf.keras.layers.Dense(8, activation="relu"),
            tf.keras.layers.Dense(1),
        ]
    )
    optimizer = tf.keras.optimizers.Adam(0.1)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
        grads = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables))
        return loss

    return [step(x, y) for _ in range(5)]


@program
def fit(tf):
    x = np.arange(32, dtype="float32").reshape(16, 2) / 16
    y = x.sum(1, keepdims=True)
    layers = [tf.keras.layers.Dense(4, activation="relu"), tf.keras.layers.Dense(1)]
    model = tf.keras.Sequential(layers)
    model.compile(optimizer=tf.keras.optimizers.Adam(0.05), loss="mse", metrics=["mae"])
    history = model.fit(x, y, epochs=2, batch_size=5, shuffle=False, verbose=0).history

    def batches():
        for i in range(0, 16, 8):
            yield x[i : i + 8], y[i : i + 8]

    more = model.fit(batches(), epochs=1, verbose=0).history
    return {
        "history": [history["loss"], history["mae"]],
        "generator": more["loss"],
        "evaluate": model.evaluate(x, y, verbose=0),
        "predict": model.predict(x, batch_size=5, verbose=0),
        "batch": model.train_on_batch(x, y),
    }


@program
def fit_on_datasets(tf):
    x = np.sin(np.arange(64, dtype="float32")).reshape(32, 2)
    y = (x.sum(1) > 0).astype("int32")

    def model(**options):
        made = tf.keras.Sequential([tf.keras.layers.Dense(8, "relu"), tf.keras.layers.Dense(2)])
        entropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        made.compile("adam", entropy, metrics=["accuracy"], **options)
        return made

    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
    one, two = model(), model(steps_per_execution=2)
    history = one.fit(dataset, epochs=2, verbose=0, validation_data=dataset).history
    more = two.fit(x, y, batch_size=7, shuffle=False, verbose=0, validation_split=0.25).history

    def five():
        for i in range(5):
            yield x[i : i + 6], y[i : i + 6]

    return {
        "dataset": history,
        "steps": more,
        "predict": one.predict(dataset, verbose=0)[-1],
        "odd": two.predict(x, batch_size=7, verbose=0).shape,
        "generator": two.fit(five(), verbose=0).history,
    }


@program
def saving(tf):
    import tempfile

    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(3)])
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.keras")
        loaded = tf.keras.models.load_model(f"{folder}/model.keras")
        model.save_weights(f"{folder}/w.weights.h5")
        loaded.load_weights(f"{folder}/w.weights.h5")
    tf.keras.backend.clear_session()
    return {"same": bool(tf.reduce_all(model(tf.ones([1, 2])) == loaded(tf.ones([1, 2]))))}


@program
def recurrent(tf):
    x = tf.reshape(tf.sin(tf.range(40.0)), [2, 4, 5])
    found = {}
    for name in ("SimpleRNN", "LSTM", "GRU"):
        layer = getattr(tf.keras.layers, name)(3)
        with tf.GradientTape() as tape:
            y = layer(x)
            loss = tf.reduce_sum(y**2)
        found[name] = [y, tape.gradient(loss, layer.trainable_variables)[0]]
    return found


def plain(value):
    """What JSON can carry of a result."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (str, bool, type(None))):
        return value
    if hasattr(value, "as_list"):  # a shape
        return value.as_list()
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return np.asarray(value).tolist()


def main(real: bool) -> None:
    if real:
        import tensorflow as tf
    else:
        import tfshim as tf

        assert "keras" not in sys.modules, "import tfshim imports Keras"
    found = {}
    for name, function in PROGRAMS.items():
        tf.keras.utils.set_random_seed(7)
        try:
            found[name] = plain(function(tf))
        except Exception as e:  # reported by the test of this program
            found[name] = f"{type(e).__name__}: {e}"
    print("RESULT" + json.dumps(found))


if __name__ == "__main__":
    main("--real" in sys.argv)
    raise SystemExit


import pytest  # noqa: E402  # not needed by the program

KERAS = importlib.util.find_spec("keras") is not None
needs_keras = pytest.mark.skipif(not KERAS, reason="Keras is not installed (the extra `keras`)")


def python(*arguments: str) -> subprocess.CompletedProcess:
    path = os.pathsep.join([str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "PYTHONPATH": path, "KERAS_BACKEND": "tensorflow"}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=env, timeout=300
    )


@pytest.fixture(scope="module")
def results():
    done = python(str(HERE))
    assert "RESULT" in done.stdout, done.stderr
    return json.loads(done.stdout.partition("RESULT")[2])


def assert_same(got, expected, where: str) -> None:
    """Text, structure and shape exactly, floats within what float32 allows."""
    if isinstance(expected, dict):
        assert isinstance(got, dict) and got.keys() == expected.keys(), (where, got)
        for key in expected:
            assert_same(got[key], expected[key], f"{where}.{key}")
        return
    if isinstance(expected, list):
        assert isinstance(got, list) and len(got) == len(expected), (where, got)
        for i, (g, e) in enumerate(zip(got, expected, strict=True)):
            assert_same(g, e, f"{where}[{i}]")
        return
    assert type(got) is type(expected), (where, got, expected)
    if isinstance(expected, float):
        assert got == pytest.approx(expected, rel=2e-5, abs=2e-6), where
    else:
        assert got == expected, where


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.001]),
        ([1.0], [1.0, 1.0]),
        ({"a": 1.0}, {"b": 1.0}),
        ("ValueError: x", [1.0]),
        (1, 1.0),
        (float("nan"), 1.0),
        (True, False),
    ],
)
def test_the_comparison_sees_a_difference(got, expected):
    with pytest.raises(AssertionError):
        assert_same(got, expected, "")


def test_every_program_has_its_numbers():
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert golden.keys() == PROGRAMS.keys()
    assert not [name for name, value in golden.items() if isinstance(value, str)]


@needs_keras
@pytest.mark.parametrize("name", PROGRAMS)
def test_keras_gives_tensorflows_numbers(name, results):
    expected = json.loads(GOLDEN.read_text(encoding="utf-8"))[name]
    assert_same(results[name], expected, name)


@needs_keras
def test_every_form_of_import():
    done = python(
        "-c",
        textwrap.dedent(
            """
            import tfshim as tf
            tf.install()
            import tensorflow.keras.layers as layers
            from tensorflow import keras
            from tensorflow.keras.models import Sequential
            import keras as package
            assert layers.Dense is tf.keras.layers.Dense is package.layers.Dense
            assert tf.losses is keras.losses and tf.optimizers is keras.optimizers
            assert tf.metrics is keras.metrics and tf.initializers is keras.initializers
            assert keras is tf.keras and Sequential is package.Sequential
            assert package.backend.backend() == "tensorflow"
            assert layers.__spec__.name == "keras._tf_keras.keras.layers"
            print("good")
            """
        ),
    )
    assert done.stdout == "good\n", done.stderr


@needs_keras
def test_a_seed_set_before_the_first_layer_is_whole():
    done = python(
        "-c",
        textwrap.dedent(
            """
            import random
            import tfshim as tf
            random.seed(7)
            before = random.getstate()
            tf.keras
            assert random.getstate() == before
            print(tf.keras.layers.Dense(2).kernel_initializer.seed)  # as in TensorFlow
            """
        ),
    )
    assert done.stdout == "347712783\n", done.stderr


def test_without_keras_the_error_names_the_extra():
    done = python(
        "-c",
        textwrap.dedent(
            """
            import sys
            sys.modules["keras"] = None  # not installed
            import tfshim as tf
            assert not hasattr(tf, "keras")
            for attempt in ("tf.keras", "__import__('tensorflow.keras')"):
                tf.install()
                try:
                    eval(attempt)
                except (AttributeError, ModuleNotFoundError) as e:
                    print(type(e).__name__, "tfshim[keras]" in str(e))
            """
        ),
    )
    assert done.stdout == "AttributeError True\nModuleNotFoundError True\n", done.stderr
