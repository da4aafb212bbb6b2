"""`tf.summary`: event files hold what TensorFlow writes, with the package tensorboard beside it.

The values below were read from such files of TensorFlow's. Where TensorFlow and tensorboard are
installed, `python tests/as_tensorflow.py tests/test_summary.py` asks them.
"""

import gc
import glob
import os
import struct

import numpy as np
import pytest

import tfshim as tf


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "logs")


def events(folder):
    (path,) = glob.glob(folder + "/*")
    return list(tf.compat.v1.train.summary_iterator(path))


def values(folder):
    """(step, tag, value, plugin) of all that was written."""
    return [
        (e.step, v.tag, tf.make_ndarray(v.tensor).tolist(), v.metadata.plugin_data.plugin_name)
        for e in events(folder)
        for v in e.summary.value
    ]


def test_a_file_says_what_it_is(folder):
    writer = tf.summary.create_file_writer(folder, filename_suffix=".mine")
    (name,) = os.listdir(folder)
    assert name.startswith("events.out.tfevents.") and name.endswith(".mine")
    (first,) = events(folder)
    assert first.file_version == "brain.Event:2"
    assert first.source_metadata.writer == "tensorflow.core.util.events_writer"
    assert os.path.getsize(f"{folder}/{name}") == 78
    writer.close()


def test_scalars(folder):
    writer = tf.summary.create_file_writer(folder)
    with writer.as_default():
        assert bool(tf.summary.scalar("loss", 0.5, step=1, description="text"))
        tf.summary.scalar("count", tf.constant(3), step=tf.Variable(2, dtype=tf.int64))
        with tf.name_scope("a"):
            tf.summary.scalar("b", True, step=4)
        with pytest.raises(ValueError, match=r"Expected scalar shape, saw shape: \(2,\)"):
            tf.summary.scalar("x", [1.0, 2.0], step=1)
        with pytest.raises(ValueError, match="requested dtype int64 for Tensor with dtype int32"):
            tf.summary.scalar("x", 1.0, step=tf.constant(1))
        with pytest.raises(ValueError, match="No step set"):
            tf.summary.scalar("x", 1.0)
    assert values(folder) == [
        (1, "loss", 0.5, "scalars"),
        (2, "count", 3.0, "scalars"),
        (4, "a/b", 1.0, "scalars"),
    ]
    value = events(folder)[1].summary.value[0]
    assert value.metadata.summary_description == "text"
    assert value.tensor.tensor_content == struct.pack("<f", 0.5)
    assert events(folder)[1].wall_time > 1e9


def test_histograms(folder):
    with tf.summary.create_file_writer(folder).as_default(step=1):
        tf.summary.histogram("h", tf.constant([1.0, 2, 3, 4]), buckets=3)
        tf.summary.histogram("same", tf.constant([2, 2]), buckets=2)
        tf.summary.histogram("none", tf.constant([]), buckets=2)
        tf.summary.histogram("thirty", tf.constant([3.0, 4.0]))
    found = {tag: value for _, tag, value, _ in values(folder)}
    assert found["h"] == [[1, 2, 1], [2, 3, 1], [3, 4, 2]]
    assert found["same"] == [[2, 2, 0], [2, 2, 2]]
    assert found["none"] == [[0, 0, 0], [0, 0, 0]]
    assert len(found["thirty"]) == 30
    assert found["thirty"][1] == [3.033333333333333, 3.066666666666667, 0.0]
    assert found["thirty"][-1] == [3.966666666666667, 4.0, 1.0]
    assert events(folder)[1].summary.value[0].tensor.dtype == tf.float64.as_datatype_enum


def test_images(folder):
    pixels = np.zeros([2, 2, 3, 3], np.float32)
    pixels[0, 0, 1] = [1.0, 0.5, 2.0]
    with tf.summary.create_file_writer(folder).as_default(step=1):
        tf.summary.image("im", pixels, max_outputs=1)
        with pytest.raises(ValueError, match="must have rank 4"):
            tf.summary.image("im", pixels[0])
    ((_, _, (width, height, png), plugin),) = values(folder)
    assert (width, height, plugin) == (b"3", b"2", "images")
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II5B", png[16:29]) == (3, 2, 8, 2, 0, 0, 0)
    if hasattr(tf.io, "decode_png"):
        found = tf.io.decode_png(png).numpy()
        assert found[0, 1].tolist() == [255, 127, 255] and found.sum() == 637


def test_sounds(folder):
    with tf.summary.create_file_writer(folder).as_default(step=1):
        tf.summary.audio("au", tf.constant([[[0.0], [1.0], [-1.0], [0.5]]]), 8000)
        with pytest.raises(ValueError, match="Unknown encoding: 'mp3'"):
            tf.summary.audio("au", tf.zeros([1, 1, 1]), 8000, encoding="mp3")
    ((_, _, [[wav, label]], plugin),) = values(folder)
    assert (label, plugin) == (b"", "audio")
    assert wav[:44] == (
        b"RIFF,\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0@\x1f\0\0\x80>\0\0\2\0\x10\0data\x08\0\0\0"
    )
    assert struct.unpack("<4h", wav[44:]) == (0, 32767, -32768, 16384)
    about = events(folder)[1].summary.value[0].metadata
    assert about.plugin_data.content == b"\x10\x0b"


def test_text_and_tensors(folder):
    with tf.summary.create_file_writer(folder).as_default(step=1):
        tf.summary.text("t", ["a", "b"])
        tf.summary.text("one", "abc")
        tf.summary.write("raw", lambda: tf.constant([1, 2]), step=3)
        with pytest.raises(TypeError, match="tensor must be of type tf.string; got tf.int32"):
            tf.summary.text("t", 1)
    assert values(folder) == [
        (1, "t", [b"a", b"b"], "text"),
        (1, "one", b"abc", "text"),
        (3, "raw", [1, 2], ""),
    ]


def test_in_functions_each_run_writes(folder):
    writer = tf.summary.create_file_writer(folder)

    @tf.function
    def f(x, step):
        with writer.as_default(step=step):
            first = tf.summary.scalar("x", x)
            with tf.summary.record_if(x > 1):
                second = tf.summary.scalar("large", x)
        return first, second

    for i in range(1, 4):
        first, second = f(tf.constant(float(i)), tf.constant(i, tf.int64))
        assert (bool(first), bool(second)) == (True, i > 1)
    writer.flush()
    assert [v[:3] for v in values(folder)] == [
        (1, "x", 1.0),
        (2, "x", 2.0),
        (2, "large", 2.0),
        (3, "x", 3.0),
        (3, "large", 3.0),
    ]


def test_in_a_loop_of_a_function(folder):
    writer = tf.summary.create_file_writer(folder)

    @tf.function
    def train(v):
        for step in tf.range(3, dtype=tf.int64):
            v.assign_add(1.0)
            tf.summary.scalar("v", v, step=step)

    with writer.as_default():
        train(tf.Variable(0.0))
    assert [(step, value) for step, _, value, _ in values(folder)] == [(0, 1), (1, 2), (2, 3)]


def test_the_default_writer_and_its_step(folder):
    summary = tf.summary
    assert not bool(summary.scalar("x", 1.0))  # nobody writes, so that no step is asked for
    assert not bool(summary.should_record_summaries())
    writer = summary.create_file_writer(folder)
    with writer.as_default(step=3) as same:
        assert same is writer and summary.experimental.get_step() == 3
        assert bool(summary.should_record_summaries())
        with summary.record_if(False):
            assert not bool(summary.scalar("x", 1.0))
        with summary.record_if(lambda: True):
            assert bool(summary.scalar("y", 1.0))
        summary.experimental.set_step(5)
        summary.scalar("z", 1.0)
        with summary.create_noop_writer().as_default():
            assert bool(summary.scalar("z", 2.0, step=6))  # it leaves the default as it is
        with summary.experimental.summary_scope("a/b c") as (tag, scope):
            assert (tag, scope) == ("a/b c", "a/bc/")
    assert summary.experimental.get_step() is None
    assert [(step, tag) for step, tag, _, _ in values(folder)] == [(3, "y"), (5, "z"), (6, "z")]
    writer.close()
    writer.close()
    writer.flush()
    with pytest.raises(RuntimeError, match="is already closed"), writer.as_default():
        pass
    with pytest.raises(ValueError, match="Argument `logdir` cannot be None"):
        summary.create_file_writer(None)
    with pytest.raises(ValueError, match="Invalid argument to flush"):
        summary.flush(3)


def test_events_wait_and_are_not_lost(folder, tmp_path):
    other = tf.summary.create_file_writer(str(tmp_path / "other"))
    writer = tf.summary.create_file_writer(folder, max_queue=2)
    writer.set_as_default(step=0)
    try:
        tf.summary.scalar("a", 1.0)
        tf.summary.scalar("b", 1.0)
        assert values(folder) == []
        tf.summary.scalar("c", 1.0)
        assert len(values(folder)) == 3
        tf.summary.scalar("d", 1.0)
        tf.summary.flush()
        assert len(values(folder)) == 4
        tf.summary.scalar("e", 1.0)
        other.set_as_default()
        del writer
        gc.collect()
        assert len(values(folder)) == 5
    finally:
        tf.summary.experimental.set_step(None)
        other.set_as_default()


def test_graphs(folder):
    @tf.function
    def f(x):
        return x * 2.0

    writer = tf.summary.create_file_writer(folder)
    with pytest.raises(ValueError, match="Must enable trace before export"):
        tf.summary.trace_export("t", 0)
    tf.summary.trace_on(graph=True)
    f(tf.constant(1.0))
    with writer.as_default():
        tf.summary.trace_export("t", step=0)
        tf.summary.graph(f.get_concrete_function(tf.constant(1.0)).graph)
        with pytest.raises(ValueError, match="is not tf.Graph"):
            tf.summary.graph(3)
    _, traced, graph = events(folder)
    (value,) = traced.summary.value
    assert value.tag == "t" and b"Mul" in value.tensor.string_val[0]
    assert value.metadata.plugin_data.plugin_name.startswith("graph_run_metadata")
    assert b"Placeholder" in graph.graph_def and b"Mul" in graph.graph_def


def test_damaged_files_are_refused(folder):
    with tf.summary.create_file_writer(folder).as_default(step=0):
        tf.summary.scalar("a", 1.0)
    (path,) = glob.glob(folder + "/*")
    data = open(path, "rb").read()
    for wrong, text in ((data[:-1], "truncated record"), (data[:-20] + b"x" * 20, "corrupted")):
        with open(path, "wb") as file:
            file.write(wrong)
        with pytest.raises(tf.errors.DataLossError, match=text):
            events(folder)
    with pytest.raises(tf.errors.NotFoundError):
        list(tf.compat.v1.train.summary_iterator(path + "none"))


def test_profiles(tmp_path):
    profiler = tf.profiler.experimental
    with pytest.raises(tf.errors.UnavailableError, match="No profiler is running"):
        profiler.stop()
    assert profiler.ProfilerOptions() == (2, 0, 1, None)
    with profiler.Profile(str(tmp_path)):
        with pytest.raises(tf.errors.AlreadyExistsError, match="Another profiler is running"):
            profiler.start(str(tmp_path))
        with profiler.Trace("step", step_num=1, _r=1):
            float(tf.constant(1.0) + 1.0)
    assert glob.glob(str(tmp_path) + "/**/*.xplane.pb", recursive=True)
