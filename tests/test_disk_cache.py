"""The switch of JAX's persistent compilation cache."""

import os
import subprocess
import sys

from tfshim._src import disk_cache

PROGRAM = """
import jax.monitoring
hits = []
jax.monitoring.register_event_listener(
    lambda name, **_: hits.append(1) if name.endswith("/cache_hits") else None
)
import tfshim as tf
from tfshim._src import config
config.hot_after = 1
v = tf.Variable(tf.ones([8, 8]))
x = v
for i in range(30):
    x = tf.tanh(tf.matmul(x, v)) + tf.reduce_sum(x, axis=1)
float(tf.reduce_sum(x))
print(len(hits), tf.debug.stats()["program_compiles"])
"""


def run(tmp_path, **environment):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "xdg"), **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    hits, compiles = map(int, done.stdout.split())
    return hits, compiles


def test_programs_are_found_by_the_next_process(tmp_path):
    folder = tmp_path / "programs"
    hits, compiles = run(tmp_path, TFSHIM_COMPILATION_CACHE=str(folder))
    assert hits == 0 and compiles >= 1
    assert list(folder.iterdir())
    again, _ = run(tmp_path, TFSHIM_COMPILATION_CACHE=str(folder))
    assert again >= 1


def test_nothing_is_written_unless_asked_for(tmp_path):
    run(tmp_path, TFSHIM_COMPILATION_CACHE="")
    assert not list(tmp_path.iterdir())


def test_one_means_the_users_cache_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert disk_cache.default_folder() == tmp_path / "tfshim" / "programs"


def test_the_oldest_files_go_first(tmp_path):
    for i in range(4):
        path = tmp_path / f"program{i}"
        path.write_bytes(bytes(100))
        os.utime(path, (1000 + i, 1000 + i))
    disk_cache.prune(tmp_path, 250)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["program2", "program3"]
