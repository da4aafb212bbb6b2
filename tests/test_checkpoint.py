"""Checkpoints in TensorFlow's files. What is expected was seen on TensorFlow 2.21, and
facts/checkpoint holds one that it wrote."""

import os
from pathlib import Path

import numpy as np
import pytest

import tfshim as tf
from tfshim._src.checkpoint import crc32c, table

WRITTEN_BY_TENSORFLOW = str(Path(__file__).parent / "facts" / "checkpoint" / "ck-1")


class Model(tf.Module):
    def __init__(self, fill=0.0):
        super().__init__(name="m")
        self.w = tf.Variable([fill, 2 * fill], name="w")
        self.parts = [tf.Variable(int(fill)), {"a/b": tf.Variable(bool(fill))}]
        self.t = (tf.Variable(2.5 * fill, dtype=tf.float64),)
        self.s = tf.Variable("hi" if fill else "")
        self.again = self.w
        self.e = tf.Variable(tf.zeros([0, 2]))
        self.number = 3


def whole(fill=0.0):
    step = tf.Variable(int(7 * fill), dtype=tf.int64)
    return tf.train.Checkpoint(model=Model(fill), step=step)


def assert_restored(ck):
    m = ck.model
    assert m.w.numpy().tolist() == [1.0, 2.0] and int(m.parts[0]) == 1
    assert bool(m.parts[1]["a/b"]) and float(m.t[0]) == 2.5 and m.s.numpy() == b"hi"
    assert int(ck.step) == 7


NAMES = [
    ("_CHECKPOINTABLE_OBJECT_GRAPH", []),
    ("model/e/.ATTRIBUTES/VARIABLE_VALUE", [0, 2]),
    ("model/parts/0/.ATTRIBUTES/VARIABLE_VALUE", []),
    ("model/parts/1/a.Sb/.ATTRIBUTES/VARIABLE_VALUE", []),
    ("model/s/.ATTRIBUTES/VARIABLE_VALUE", []),
    ("model/t/0/.ATTRIBUTES/VARIABLE_VALUE", []),
    ("model/w/.ATTRIBUTES/VARIABLE_VALUE", [2]),
    ("save_counter/.ATTRIBUTES/VARIABLE_VALUE", []),
    ("step/.ATTRIBUTES/VARIABLE_VALUE", []),
]


def test_what_tensorflow_wrote_is_read():
    assert tf.train.list_variables(WRITTEN_BY_TENSORFLOW) == NAMES
    ck = whole()
    ck.restore(WRITTEN_BY_TENSORFLOW).assert_consumed()
    assert_restored(ck)
    assert int(ck.save_counter) == 1
    w = tf.train.load_variable(WRITTEN_BY_TENSORFLOW, NAMES[6][0])
    assert w.dtype == np.float32 and w.tolist() == [1.0, 2.0]


def test_the_files_are_those_that_tensorflow_writes(tmp_path):
    path = whole(1.0).save(tmp_path / "ck")
    assert os.path.basename(path) == "ck-1" and tf.train.list_variables(path) == NAMES
    for name, _ in NAMES:
        mine, theirs = (tf.train.load_variable(p, name) for p in (path, WRITTEN_BY_TENSORFLOW))
        assert np.array_equal(mine, theirs), name  # the graph of objects among them
    ck = whole()
    ck.restore(path).assert_consumed()
    assert_restored(ck)


def test_a_root_and_every_dtype(tmp_path):
    values = [
        tf.Variable(tf.cast([1, 0, 3], dtype))
        for dtype in (tf.bfloat16, tf.float16, tf.int8, tf.uint64, tf.complex128, tf.bool)
    ]
    values.append(tf.Variable([["a", "b" * 300], ["", "d"]]))
    values.append(tf.Variable(tf.reshape(tf.range(60000.0), [6, 10000])))
    before = [v.numpy() for v in values]
    path = tf.train.Checkpoint(all=values).write(tmp_path / "sub" / "folder" / "c")
    for v in values:
        v.assign(tf.zeros_like(v))
    tf.train.Checkpoint(all=values).read(path).assert_consumed()
    assert all(np.array_equal(v.numpy(), b) for v, b in zip(values, before, strict=True))
    root = tf.train.Checkpoint(Model(1.0)).write(tmp_path / "root")
    names = [name for name, _ in tf.train.list_variables(root)]
    assert names[-1] == "w/.ATTRIBUTES/VARIABLE_VALUE"


def test_objects_that_are_made_later_get_their_values(tmp_path):
    class Inner(tf.Module):
        def __init__(self):
            super().__init__()
            self.v = tf.Variable(0.0)

    class Lazy(tf.Module):
        w = None

        def __call__(self, x):
            if self.w is None:
                self.w = tf.Variable([0.0, 0.0])
                self.inner = Inner()
            return self.w * x

    first = Lazy()
    first(1.0)
    first.w.assign([3.0, 4.0])
    first.inner.v.assign(8.0)
    path = tf.train.Checkpoint(lazy=first).write(tmp_path / "c")
    second = Lazy()
    status = tf.train.Checkpoint(lazy=second).read(path)
    with pytest.raises(AssertionError, match=r"Unresolved object in checkpoint \(root\).lazy.w"):
        status.assert_consumed()
    assert second(2.0).numpy().tolist() == [6.0, 8.0] and float(second.inner.v) == 8.0
    assert status.assert_consumed() is status


def test_what_does_not_fit(tmp_path):
    path = whole(1.0).save(tmp_path / "ck")
    with pytest.raises(AssertionError, match="Unresolved object in checkpoint .root..step: attrib"):
        tf.train.Checkpoint(model=Model()).restore(path).assert_consumed()
    more = tf.train.Checkpoint(model=Model(), extra=tf.Variable(1.0)).restore(path)
    with pytest.raises(AssertionError, match="Found 1 Python objects that were not bound to check"):
        more.assert_existing_objects_matched()
    assert more.expect_partial() is more and more.assert_nontrivial_match() is more
    with pytest.raises(AssertionError, match="Nothing except the root object matched"):
        tf.train.Checkpoint(other=tf.Variable(1.0)).read(path).assert_nontrivial_match()
    with pytest.raises(tf.errors.NotFoundError, match="Error when restoring from checkpoint or"):
        whole().restore(tmp_path / "nope")
    with pytest.raises(tf.errors.NotFoundError, match="Failed to find any matching files for"):
        tf.train.list_variables(str(tmp_path / "nope"))
    with pytest.raises(tf.errors.NotFoundError, match="Key zz not found in checkpoint"):
        tf.train.load_checkpoint(path).get_tensor("zz")
    with pytest.raises(ValueError, match="was expecting w to be a trackable object"):
        tf.train.Checkpoint(w=3)
    assert type(whole().restore(None)).__name__ == "InitializationOnlyStatus"


def test_another_shape_or_dtype_is_refused_and_changes_nothing(tmp_path):
    path = tf.train.Checkpoint(w=tf.Variable([1.0, 2.0])).write(tmp_path / "c")
    longer, whole_numbers = tf.Variable([5.0, 6.0, 7.0]), tf.Variable([5, 6])
    text = r"incompatible tensor with shape \(2,\) when attempting to restore variable with shape"
    with pytest.raises(ValueError, match=text):
        tf.train.Checkpoint(w=longer).read(path)
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected dtype int32 does not equal"):
        tf.train.Checkpoint(w=whole_numbers).read(path)
    assert longer.numpy().tolist() == [5.0, 6.0, 7.0] and whole_numbers.numpy().tolist() == [5, 6]


def test_a_damaged_file_is_told(tmp_path):
    path = tf.train.Checkpoint(w=tf.Variable([1.0, 2.0])).write(tmp_path / "c")
    data = Path(f"{path}.data-00000-of-00001")
    content = bytearray(data.read_bytes())
    content[-1 if content[-1] == 64 else content.index(64)] ^= 1  # a byte of 2.0
    data.write_bytes(content)
    with pytest.raises(tf.errors.DataLossError, match="Checksum does not match"):
        tf.train.load_variable(path, "w/.ATTRIBUTES/VARIABLE_VALUE")
    Path(f"{path}.index").write_bytes(b"nothing like a table, but long enough for a footer of one")
    with pytest.raises(tf.errors.DataLossError, match="bad magic number"):
        tf.train.load_checkpoint(path)


def test_a_manager_numbers_and_deletes(tmp_path):
    ck = whole(1.0)
    manager = tf.train.CheckpointManager(ck, tmp_path / "m", max_to_keep=2)
    assert manager.latest_checkpoint is None and manager.checkpoints == []
    assert manager.restore_or_initialize() is None
    for _ in range(3):
        ck.step.assign_add(1)
        manager.save()
    names = [os.path.basename(c) for c in manager.checkpoints]
    assert names == ["ckpt-2", "ckpt-3"]
    assert sorted(p.name for p in (tmp_path / "m").iterdir()) == [
        "checkpoint",
        *[f"ckpt-{i}.{end}" for i in (2, 3) for end in ("data-00000-of-00001", "index")],
    ]
    assert os.path.basename(manager.save(checkpoint_number=42)) == "ckpt-42"
    again = tf.train.CheckpointManager(ck, tmp_path / "m", max_to_keep=2)
    assert [os.path.basename(c) for c in again.checkpoints] == ["ckpt-3", "ckpt-42"]
    assert tf.train.latest_checkpoint(tmp_path / "m") == again.latest_checkpoint
    ck.step.assign(0)
    assert again.restore_or_initialize() == again.latest_checkpoint and int(ck.step) == 10
    assert tf.train.latest_checkpoint(tmp_path / "nowhere") is None
    with pytest.raises(ValueError, match="Expected a positive integer or `None` for `max_to_keep`"):
        tf.train.CheckpointManager(ck, tmp_path, max_to_keep=0)


def test_a_manager_with_a_step_counter(tmp_path):
    ck = whole(1.0)
    manager = tf.train.CheckpointManager(
        ck, tmp_path, max_to_keep=None, step_counter=ck.step, checkpoint_interval=5
    )
    assert os.path.basename(manager.save()) == "ckpt-7"
    ck.step.assign_add(3)
    assert manager.save() is None
    ck.step.assign_add(2)
    assert os.path.basename(manager.save()) == "ckpt-12"


def test_options(tmp_path):
    told = []
    options = tf.train.CheckpointOptions(experimental_write_callbacks=[told.append])
    path = whole(1.0).write(tmp_path / "c", options=options)
    assert told == [path]
    with pytest.raises(ValueError, match="enable_async=True"):
        tf.train.CheckpointOptions(enable_async=True)


def test_checksums():
    assert crc32c.extend(0, b"123456789") == 0xE3069283  # the check value of CRC-32C
    data = np.random.default_rng(0).integers(0, 256, 100003, dtype=np.uint8).tobytes()
    for at in (0, 1, 777, 99999):
        assert crc32c.extend(crc32c.extend(0, data[:at]), data[at:]) == crc32c.extend(0, data)
    slow = 0
    for i in range(0, len(data), 1000):  # too short for lanes
        slow = crc32c.extend(slow, data[i : i + 1000])
    assert slow == crc32c.extend(0, data)


def test_tables():
    entries = {f"key{i // 3}/{i}".encode(): bytes([i % 256]) * (i % 300) for i in range(500)}
    assert table.read(table.write(entries)) == dict(sorted(entries.items()))
    damaged = bytearray(table.write(entries))
    damaged[10] ^= 1
    with pytest.raises(table.Damaged, match="checksum"):
        table.read(bytes(damaged))
