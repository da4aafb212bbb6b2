"""The optional C core records what the Python code records, and steps aside where it must."""

import gc
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import tfshim as tf
from tests.exact import exact
from tfshim._src.engine import speed
from tfshim._src.tensor import STATE

ROOT = Path(__file__).parent.parent
needs_core = pytest.mark.skipif(speed.core is None, reason="the C core was not built")

PROGRAM = """
import sys
import numpy as np
import tfshim as tf
from tfshim._src.engine import interpret
from tfshim._src.engine.trace import LISTED
from tfshim._src.tensor import STATE

def show(title):
    t = STATE.pending
    print(title, [(k.name, sorted(map(str, k.attrs.items())), refs) for k, refs in t.nodes])
    print([[repr(a) for a in s.outputs] for s in t.specs])
    print([(repr(e.aval), e._literal) for e in t.ext], t.nslots, t.held_bytes)
    print([interpret.describe_site(s).rsplit(":", 1)[1] for s in t.sites])
    i = 0
    for o in t.outs:
        if o is not None and sys.getrefcount(o) > LISTED:
            print("held", i)
        i += 1
    print([(i, v.name) for i, _, v in t.reads])

v = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="v")
w = tf.Variable([1.0, 2.0], name="w", trainable=False)
n = tf.Variable([1, 2], name="n")
x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
d = tf.constant(2.0, tf.float64)
for turn in range(3):
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = tf.nn.relu(tf.matmul(x, v) + w)
        y = 2.0 * h - 1
        y = y * 0.0 + y * -0.0 + (1 - y) / 3.0 + tf.reduce_sum(y, axis=0)
        parts = tf.split(y, 2, axis=1)
        loss = tf.reduce_mean(y * y) + tf.reduce_sum(parts[0] @ tf.transpose(parts[1]))
    show("forward")
    grads = tape.gradient(loss, [v, x, w])
    g = grads[0]
    show("backward")
    v.assign_sub(0.1 * g)
    v.assign_add(g)
    n.assign_add([1, 1])
    e = d * 2 + 1.0
    del parts
    show("updates")
    print(loss.numpy(), v.numpy().tolist(), e.numpy(), n.numpy().tolist(), grads[2])
"""


def _run(pure: bool, source: str = PROGRAM) -> str:
    env = {**os.environ, "TFSHIM_PURE_PYTHON": "1" if pure else "0", "JAX_PLATFORMS": "cpu"}
    env["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        [sys.executable, "-c", source], env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_core
def test_both_record_the_same_nodes():
    fast, plain = _run(pure=False), _run(pure=True)
    assert fast.count("forward") == 3 and fast == plain


def test_the_core_can_be_left_alone():
    text = "import tfshim; from tfshim._src import dispatch; from tfshim._src.engine import speed; "
    text += "print(speed.core, dispatch."
    assert _run(True, text + "dispatch is dispatch.dispatch_in_python)") == "None True\n"


@needs_core
def test_signed_zeros_stay_apart():
    x = tf.constant([1.0, -1.0])
    for _ in range(3):
        for zero in (0.0, -0.0):
            got = np.signbit((x * zero).numpy())
            assert got.tolist() == np.signbit(np.float32([1, -1]) * np.float32(zero)).tolist()


@needs_core
def test_numbers_keep_to_the_dtype_beside_them():
    for _ in range(3):
        exact(tf.constant(3) * 2, 6, "int32")
        exact(2 * tf.constant(3, tf.int64), 6, "int64")
        exact(2 * tf.constant(3.0, tf.float64), 6.0, "float64")
        exact(tf.constant([1.5]) + 1, [2.5])
        with pytest.raises(TypeError):
            _ = tf.constant(3) * 2.5
        with pytest.raises(TypeError):
            _ = 2.5 * tf.constant(3)


@needs_core
def test_what_does_not_fit_is_refused_each_time_and_leaves_nothing():
    x, y = tf.ones([2, 3]), tf.ones([2, 3], tf.float64)
    v = tf.Variable(tf.ones([4]))
    for _ in range(3):
        exact(x + x, np.full((2, 3), 2.0))
        x + x
        before = len(STATE.pending.nodes), STATE.pending.nslots
        with pytest.raises(tf.errors.InvalidArgumentError):
            x + y
        with pytest.raises(tf.errors.InvalidArgumentError):
            x + v
        with pytest.raises(tf.errors.InvalidArgumentError):
            tf.matmul(x, x)
        with pytest.raises((TypeError, ValueError)):
            tf.nn.relu(None)
        assert (len(STATE.pending.nodes), STATE.pending.nslots) == before


@needs_core
def test_tensors_of_other_threads_and_of_functions():
    x = tf.constant([1.0, 2.0])
    exact(x * x + x, [2.0, 6.0])  # the kernels know these avals
    made = []
    thread = threading.Thread(target=lambda: made.append(x * x))
    thread.start()
    thread.join()
    exact(made[0] + x, [2.0, 6.0])
    leaked = []

    @tf.function
    def f(a):
        leaked.append(a * a)
        return a + x

    exact(f(x), [2.0, 4.0])
    for _ in range(2):
        with pytest.raises(TypeError, match="out of scope"):
            leaked[0] + x


@needs_core
def test_a_finaliser_may_dispatch_while_a_node_is_made():
    class Loud:
        def __init__(self):
            self.me = self

        def __del__(self):
            seen.append((x + 1.0) * 2.0)

    x = tf.constant([1.0, 2.0])
    seen = []
    threshold = gc.get_threshold()
    exact((x + 1.0) * 2.0, [4.0, 6.0])
    gc.set_threshold(1)
    try:
        for _ in range(50):
            Loud()
            y = (x + 1.0) * 2.0 + x
        exact(y, [5.0, 8.0])
    finally:
        gc.set_threshold(*threshold)
    assert seen
    for t in seen[-5:]:
        exact(t, [4.0, 6.0])


@needs_core
def test_operators_look_like_methods():
    assert tf.Tensor.__add__.__name__ == "method"
    bound = tf.constant(1.0).__add__
    exact(bound(2.0), 3.0)
    exact(tf.Tensor.__rsub__(tf.constant(1.0), 3.0), 2.0)
    with pytest.raises(TypeError):
        tf.constant(1.0).__add__()


@needs_core
def test_small_values_are_computed_without_subnormal_numbers():
    tiny = tf.constant([1e-40, 1.0])
    assert (tiny * 1.0).numpy().tolist() == [0.0, 1.0]
    assert np.float32(1e-40) * np.float32(1.0) > 0  # the thread's mode is as it was
    with pytest.raises(ZeroDivisionError):
        speed.core.flushed(lambda n: n // 0, 1)
    assert np.float32(1e-40) * np.float32(1.0) > 0
