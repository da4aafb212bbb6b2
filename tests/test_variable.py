"""`tf.Variable`: making, reading, writing, text, copies, Python operators."""

import copy
import pickle

import numpy as np
import pytest
from exact import exact

import tfshim as tf

V = tf.Variable


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1, "int32"),
        (1.0, "float32"),
        (True, "bool"),
        (np.float64(1.0), "float64"),
        (np.arange(3), "int64"),
        ([[1.0, 2.0]], "float32"),
        (2**40, "int64"),
        (1j, "complex128"),
        (lambda: 3.0, "float32"),
        (lambda: tf.constant([3]), "int32"),
        (lambda: tf.constant(1.0, tf.float64), "float64"),
    ],
)
def test_dtype_of_the_initial_value(value, dtype):
    v = V(value)
    assert v.dtype.name == dtype


def test_a_wanted_dtype():
    exact(V(1, dtype=tf.float64), 1.0, "float64")
    exact(V(np.float64(1.5), dtype=tf.float32), 1.5)
    with pytest.raises(
        ValueError, match="Tensor conversion requested dtype float32 for Tensor with"
    ):
        V(tf.constant(1), dtype=tf.float32)
    with pytest.raises(TypeError, match="Cannot convert 1.5 to EagerTensor of dtype int32"):
        V(1.5, dtype=tf.int32)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "The `initial_value` arg to `tf.Variable` must be specified"),
        ({"initial_value": None}, "The `initial_value` arg to `tf.Variable` must be specified"),
        (
            {"initial_value": [1.0, 2.0], "shape": [3]},
            "not compatible with the explicitly supplied",
        ),
        (
            {"initial_value": 1.0, "constraint": 5},
            "Argument `constraint` must be None or a callable",
        ),
        (
            {"initial_value": 1.0, "synchronization": "x"},
            "Invalid variable synchronization mode: x",
        ),
        ({"initial_value": 1.0, "aggregation": "x"}, "Invalid variable aggregation mode: x"),
        ({"initial_value": 1.0, "name": 5}, "must be a string"),
    ],
)
def test_arguments_that_do_not_fit(options, text):
    with pytest.raises(ValueError, match=text):
        V(**options)


def test_trainable():
    on_read = tf.VariableSynchronization.ON_READ
    assert V(1.0).trainable is True
    assert V(1.0, trainable=None).trainable is True
    assert V(1.0, trainable=False).trainable is False
    assert V(1.0, synchronization=on_read).trainable is False
    assert V(1.0, synchronization=on_read, trainable=True).trainable is True


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: V(1), "<tf.Variable 'Variable:0' shape=() dtype=int32, numpy=1>"),
        (lambda: V(1.0), "<tf.Variable 'Variable:0' shape=() dtype=float32, numpy=1.0>"),
        (lambda: V("a"), "<tf.Variable 'Variable:0' shape=() dtype=string, numpy=b'a'>"),
        (lambda: V(True), "<tf.Variable 'Variable:0' shape=() dtype=bool, numpy=True>"),
        (
            lambda: V([1.0, 2.0], name="foo"),
            "<tf.Variable 'foo:0' shape=(2,) dtype=float32, numpy=array([1., 2.], dtype=float32)>",
        ),
        (
            lambda: V([[1, 2], [3, 4]]),
            "<tf.Variable 'Variable:0' shape=(2, 2) dtype=int32, numpy=\n"
            "array([[1, 2],\n       [3, 4]], dtype=int32)>",
        ),
        (
            lambda: V([1.0], shape=[None]),
            "<tf.Variable 'Variable:0' shape=(None,) dtype=float32, "
            "numpy=array([1.], dtype=float32)>",
        ),
        (
            lambda: V(1.0).assign(2.0),
            "<tf.Variable 'UnreadVariable' shape=() dtype=float32, numpy=2.0>",
        ),
    ],
)
def test_text(make, text):
    assert repr(make()) == text
    assert str(make()) == text
    assert f"{make()}" == text


def test_names():
    with tf.name_scope("foo"):
        assert V(1.0, name="var7").name == "foo/var7:0"
        with tf.name_scope("bar"):
            assert V(1.0).name == "foo/bar/Variable:0"
    assert V(1.0).name == "Variable:0"


def test_assigning():
    v = V([1.0, 2.0])
    exact(v.assign([3.0, 4.0]), [3.0, 4.0])
    exact(v.assign_add([1.0, 1.0]), [4.0, 5.0])
    exact(v.assign_sub([0.5, 0.5]), [3.5, 4.5])
    exact(v, [3.5, 4.5])
    assert v.assign([0.0, 0.0], read_value=False) is None
    exact(V(1.0).assign_add(1.0).assign_add(1.0).assign_sub(0.5), 2.5)
    assert isinstance(v.assign_add([1.0, 1.0]), tf.Variable)


def test_the_returned_variable_is_the_variable():
    v = V(1.0)
    w = v.assign(2.0)
    v.assign(3.0)
    exact(w, 3.0)
    w.assign_add(1.0)
    exact(v, 4.0)


@pytest.mark.parametrize("method", ["assign", "assign_add", "assign_sub"])
def test_what_cannot_be_assigned(method):
    with pytest.raises(TypeError, match="Cannot convert 2.5 to EagerTensor of dtype int32"):
        getattr(V(1), method)(2.5)
    with pytest.raises(
        ValueError, match="Tensor conversion requested dtype float32 for Tensor with"
    ):
        getattr(V(1.0), method)(tf.constant(1))
    v = V([1.0, 2.0])
    error = ValueError if method == "assign" else tf.errors.InvalidArgumentError
    text = r"shape.*and.*are incompatible" if method == "assign" else "Cannot update variable with"
    with pytest.raises(error, match=text):
        getattr(v, method)(1.0)
    exact(v, [1.0, 2.0])


def test_a_relaxed_shape():
    v = V([1.0, 2.0], shape=[None])
    assert v.shape.as_list() == [None]
    v.assign([1.0, 2.0, 3.0])
    exact(v.value(), [1.0, 2.0, 3.0])
    exact(tf.shape(v), [3], "int32")
    exact(v * 2.0, [2.0, 4.0, 6.0])
    with pytest.raises(ValueError, match=r"shape.*and.*are incompatible"):
        v.assign([[1.0]])
    free = V(1.0, shape=tf.TensorShape(None))
    free.assign([[1.0, 2.0]])
    assert free.shape.rank is None
    exact(free.value(), [[1.0, 2.0]])


def test_reads():
    v = V([1.0, 2.0])
    before = v.value()
    v.assign([5.0, 6.0])
    exact(before, [1.0, 2.0])
    for read in (
        v.value(),
        v.read_value(),
        tf.convert_to_tensor(v),
        tf.identity(v),
        tf.constant(v),
    ):
        exact(read, [5.0, 6.0])
        assert not isinstance(read, tf.Variable)
    array = v.numpy()
    array[0] = 100.0
    exact(v, [5.0, 6.0])
    assert np.array(v).tolist() == [5.0, 6.0]
    with pytest.raises(ValueError, match="Incompatible type conversion requested to type float64"):
        tf.convert_to_tensor(v, tf.float64)


def test_the_assigned_tensor_and_the_variable_are_apart():
    t = tf.constant([1.0, 2.0])
    v = V(t)
    v.assign_add([1.0, 1.0])
    exact(t, [1.0, 2.0])
    w = V(v)
    v.assign([0.0, 0.0])
    exact(w, [2.0, 3.0])
    array = np.zeros(2, np.float32)
    v.assign(array)
    array[0] = 7.0
    exact(v, [0.0, 0.0])


def test_slices_can_be_assigned():
    v = V([1.0, 2.0, 3.0])
    exact(v[1], 2.0)
    exact(v[1].assign(5.0), [1.0, 5.0, 3.0])
    v[0:2].assign([7.0, 8.0])
    exact(v, [7.0, 8.0, 3.0])
    v[::-1].assign([3.0, 2.0, 1.0])
    exact(v, [1.0, 2.0, 3.0])
    v[1:].assign(0.0)
    exact(v, [1.0, 0.0, 0.0])
    m = V([[1.0, 2.0], [3.0, 4.0]])
    m[:, 1].assign([9.0, 8.0])
    m[0, 0].assign(-1.0)
    exact(m, [[-1.0, 9.0], [3.0, 8.0]])
    with pytest.raises(tf.errors.InvalidArgumentError):
        v[0:2].assign([1.0, 2.0, 3.0])
    with pytest.raises((TypeError, ValueError)):
        v[1].assign("a")


def test_as_python_values():
    assert bool(V(1.0)) is True
    assert int(V(2.7)) == 2
    assert float(V(2)) == 2.0
    assert complex(V(2.0)) == 2 + 0j
    with pytest.raises(TypeError, match="list indices must be integers or slices"):
        [10, 11, 12][V(1)]
    assert [float(x) for x in V([1.0, 2.0])] == [1.0, 2.0]
    with pytest.raises(TypeError, match="scalar tensor"):
        iter(V(1.0))
    with pytest.raises(TypeError, match="object of type 'ResourceVariable' has no len()"):
        len(V([1.0]))
    with pytest.raises(ValueError, match="truth value of an array"):
        bool(V([1.0, 2.0]))


def test_identity_and_equality():
    v, w = V([1.0, 2.0]), V([1.0, 2.0])
    exact(v == w, [True, True], "bool")
    exact(v != w, [False, False], "bool")
    with pytest.raises(TypeError, match="Variable is unhashable. Instead, use variable.ref()"):
        hash(v)
    assert v.ref() == v.ref()
    assert v.ref() != w.ref()
    assert v.ref().deref() is v
    assert len({v.ref(), v.ref(), w.ref()}) == 2
    assert repr(v.ref()) == f"<Reference wrapping {v!r}>"
    with pytest.raises(ValueError, match="Attempt to convert a value .None."):
        v == None  # noqa: B015, E711


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "**"])
def test_no_assignment_in_place_by_operator(operator):
    with pytest.raises(RuntimeError, match="with `tf.Variable`s is not supported. Use"):
        exec(f"v {operator}= 2.0", {"v": V(1.0)})


def test_operators():
    v, n, b = V([4.0, 9.0]), V([5, 6]), V([True, False])
    t = tf.constant([2.0, 3.0])
    for got, expected in [
        (v + t, [6.0, 12.0]),
        (t + v, [6.0, 12.0]),
        (v - 1.0, [3.0, 8.0]),
        (1.0 - v, [-3.0, -8.0]),
        (v * v, [16.0, 81.0]),
        (2.0 * v, [8.0, 18.0]),
        (v / t, [2.0, 3.0]),
        (36.0 / v, [9.0, 4.0]),
        (v // t, [2.0, 3.0]),
        (v % 3.0, [1.0, 0.0]),
        (v**0.5, [2.0, 3.0]),
        (2.0**v, [16.0, 512.0]),
        (-v, [-4.0, -9.0]),
        (abs(-v), [4.0, 9.0]),
        (np.float32(1.0) + v, [5.0, 10.0]),
        (np.ones(2, np.float32) * v, [4.0, 9.0]),
        (v + [1.0, 2.0], [5.0, 11.0]),
    ]:
        exact(got, expected)
    exact(v < 5.0, [True, False], "bool")
    exact(v >= 9.0, [False, True], "bool")
    exact(n & 4, [4, 4], "int32")
    exact(n | 1, [5, 7], "int32")
    exact(n ^ 1, [4, 7], "int32")
    exact(~n, [-6, -7], "int32")
    exact(b & True, [True, False], "bool")
    exact(~b, [False, True], "bool")
    exact(V([[1.0, 2.0]]) @ V([[3.0], [4.0]]), [[11.0]])
    with pytest.raises(tf.errors.InvalidArgumentError, match="cannot compute AddV2 as input #1"):
        v + tf.constant(1)
    assert repr(max([V(1.0), V(3.0), V(2.0)])).endswith("numpy=3.0>")


def test_copies():
    v = V([1.0, 2.0], name="kept", trainable=False)
    deep = copy.deepcopy(v)
    shallow = copy.copy(v)
    again = pickle.loads(pickle.dumps(v))
    v.assign([5.0, 6.0])
    exact(deep, [1.0, 2.0])
    exact(again, [1.0, 2.0])
    exact(shallow, [5.0, 6.0])
    assert deep.name == again.name == "kept:0"
    assert deep.trainable is again.trainable is False
    both = copy.deepcopy({"a": v, "b": [v]})
    assert both["a"] is both["b"][0]
    assert both["a"] is not v


def test_what_eager_variables_do_not_have():
    v = V(1.0)
    for name in ("create", "initial_value"):
        with pytest.raises(RuntimeError, match="not supported when eager execution is enabled"):
            getattr(v, name)
    for name in ("op", "graph"):
        with pytest.raises(
            AttributeError, match=f"Tensor.{name} is undefined when eager execution"
        ):
            getattr(v, name)
    with pytest.raises(AttributeError, match="'ResourceVariable' object has no attribute 'foo'"):
        v.foo  # noqa: B018
    with pytest.raises(RuntimeError):
        v.eval()
    assert v.initializer is None
    exact(v.is_initialized(), True, "bool")


def test_facts():
    keep = lambda x: x  # noqa: E731
    v = V([[1.0, 2.0]], constraint=keep)
    assert v.shape == v.get_shape() == [1, 2]
    assert v.constraint is keep
    assert v.synchronization is tf.VariableSynchronization.AUTO
    assert v.aggregation == tf.VariableAggregation.NONE
    assert v.device.endswith("CPU:0") or "GPU" in v.device
    assert isinstance(v, tf.Variable)
    assert not isinstance(v, tf.Tensor)
    assert tf.is_tensor(v)
    assert type(v).__name__ == "ResourceVariable"


def test_subclasses_and_attributes():
    v = V(1.0)
    v.tag = "mine"
    assert v.tag == "mine"


def test_a_variable_of_strings():
    v = V(["a", "b"])
    v.assign(["c", "d"])
    assert v.numpy().tolist() == [b"c", b"d"]
    assert v[1].numpy() == b"d"


def test_in_place_changes_are_seen_in_order():
    v = V(1.0)
    seen = []
    for _ in range(3):
        seen.append(v * 10.0)
        v.assign_add(1.0)
    assert [float(s) for s in seen] == [10.0, 20.0, 30.0]


@pytest.mark.parametrize("shape", [[2], [0], [], [2, 1], [0, 3]])
def test_nothing_is_assigned_to_a_slice_of_nothing(shape):
    v = tf.Variable([1.0, 2.0])
    v[5:].assign(tf.ones(shape))
    assert v.numpy().tolist() == [1.0, 2.0]
    with pytest.raises(tf.errors.InvalidArgumentError):
        v[:1].assign([1.0, 2.0])
