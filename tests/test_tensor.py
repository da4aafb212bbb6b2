"""`tf.Tensor`: conversion from Python, text, Python protocols, operators, identity."""

import copy
import gc
import pickle
import sys
import weakref

import numpy as np
import pytest
from exact import exact

import tfshim as tf
from tfshim._src.engine import speed

C = tf.constant


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1, "int32"),
        (-(2**31), "int32"),
        (2**31, "int64"),
        (-(2**63), "int64"),
        (1.5, "float32"),
        (True, "bool"),
        (1j, "complex128"),
        ([1, 2.5], "float32"),
        ([1.5, 2], "float32"),
        ([1, 2**40], "int64"),
        ([1j, 2], "complex128"),
        ((1, 2), "int32"),
        (range(3), "int32"),
        ([], "float32"),
        ([[], []], "float32"),
        (np.float16(1), "float16"),
        (np.int8(3), "int8"),
        (np.uint64(2**63), "uint64"),
        (np.zeros([2, 0]), "float64"),
        ([np.float64(1), 2.0], "float64"),
        ([np.array([1, 2]), np.array([3, 4])], "int32"),
        ([np.array([1.5, 2])], "float64"),
        (np.array([1], ">i4"), "int32"),
        (np.arange(6).reshape(2, 3).T, "int64"),
        (tf.TensorShape([1, 2]), "int32"),
    ],
)
def test_dtype_of_python_and_numpy_values(value, dtype):
    expected = list(value) if isinstance(value, tf.TensorShape) else np.asarray(value)
    exact(C(value), expected, dtype)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2**63, "Can't convert Python sequence with out-of-range integer to Tensor."),
        ([10**30], "Can't convert Python sequence with out-of-range integer to Tensor."),
        ([-1, 2**63], "Can't convert Python sequence with out-of-range integer to Tensor."),
        ([1, 2**63, 1.5], "Can't convert Python sequence with out-of-range integer to Tensor."),
        (
            1e39,
            "Can't convert Python sequence with a value out of range for a double-precision float.",
        ),
        (
            [1.0, 1e39],
            "Can't convert Python sequence with a value out of range for a double-precision",
        ),
        ([[1], [1, 2]], "Can't convert non-rectangular Python sequence to Tensor."),
        ([[1, 2], 3], "Can't convert non-rectangular Python sequence to Tensor."),
        ([[[1]], [2]], "Can't convert non-rectangular Python sequence to Tensor."),
        ([1, [2]], "Can't convert Python sequence with mixed types to Tensor."),
        ([[1], [[2]]], "Can't convert Python sequence with mixed types to Tensor."),
        ([True, 1], "Can't convert Python sequence with mixed types to Tensor."),
        ([1, "a"], "Can't convert Python sequence with mixed types to Tensor."),
        (["a", 1], "Can't convert Python sequence with mixed types to Tensor."),
        ([2, 1j], "Can't convert Python sequence with mixed types to Tensor."),
        ([1.0, None], "Can't convert Python sequence with mixed types to Tensor."),
        (
            None,
            "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a",
        ),
        (
            [None, 1],
            "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>)",
        ),
        (
            {"a": 1},
            "Attempt to convert a value ({'a': 1}) with an unsupported type (<class 'dict'>)",
        ),
        (
            np.array([1, "a"], object),
            "Failed to convert a NumPy array to a Tensor (Unsupported object",
        ),
        (
            np.datetime64("2020"),
            "Failed to convert a NumPy array to a Tensor (Unsupported numpy type:",
        ),
    ],
)
def test_what_is_no_tensor(value, text):
    with pytest.raises(ValueError) as info:
        C(value)
    assert text in str(info.value)


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        (1, "float64", 1.0),
        (1, "complex64", 1 + 0j),
        (1.5, "float16", 1.5),
        ([1, 2], "float32", [1.0, 2.0]),
        (np.float64(1.5), "int32", 1),
        (np.array([1.5]), "int32", [1]),
        (np.array([300]), "uint8", [44]),
        (np.float64(1e300), "float32", np.inf),
        (2**63, "uint64", 2**63),
    ],
)
def test_a_wanted_dtype(value, dtype, expected):
    exact(C(value, dtype), expected, dtype)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [(1.5, "int32"), ([1.5], "int32"), ("a", "int32"), (1j, "float32"), (1.5, "string")],
)
def test_a_python_value_that_does_not_fit(value, dtype):
    with pytest.raises(TypeError, match="Cannot convert .* to EagerTensor of dtype"):
        C(value, dtype)


def test_shape_of_a_constant():
    exact(C(1, shape=[2, 2]), [[1, 1], [1, 1]], "int32")
    exact(C([1, 2], shape=[2, 1]), [[1], [2]], "int32")
    with pytest.raises(TypeError):
        C([1, 2, 3], shape=[2, 2])


def test_conversion_with_a_hint():
    exact(tf.convert_to_tensor(1, dtype_hint=tf.float32), 1.0)
    exact(tf.convert_to_tensor(1.5, dtype_hint=tf.int32), 1.5)
    exact(tf.convert_to_tensor(C(1), dtype_hint=tf.float32), 1, "int32")
    with pytest.raises(
        ValueError, match="Tensor conversion requested dtype float32 for Tensor with"
    ):
        tf.convert_to_tensor(C(1), tf.float32)


def test_lists_of_tensors_are_packed():
    exact(tf.convert_to_tensor([C(1.0), C(2.0)]), [1.0, 2.0])
    exact(tf.convert_to_tensor((C(1.0), 2)), [1.0, 2.0])
    exact(tf.convert_to_tensor([[C(1.0), 2.0], [3.0, 4.0]]), [[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises((TypeError, tf.errors.InvalidArgumentError)):
        tf.convert_to_tensor([C(1.0), C(1)])


def test_arrays_are_copied_in_and_out():
    array = np.array([1.0, 2.0])
    t = C(array)
    array[0] = 9.0
    exact(t, [1.0, 2.0], "float64")
    out = t.numpy()
    out[0] = 9.0
    exact(t, [1.0, 2.0], "float64")
    assert isinstance(C(1.5).numpy(), np.float32)


# -- text --


@pytest.mark.parametrize(
    ("value", "as_str", "as_repr"),
    [
        (
            42,
            "tf.Tensor(42, shape=(), dtype=int32)",
            "<tf.Tensor: shape=(), dtype=int32, numpy=42>",
        ),
        (
            1.5,
            "tf.Tensor(1.5, shape=(), dtype=float32)",
            "<tf.Tensor: shape=(), dtype=float32, numpy=1.5>",
        ),
        (
            [1.0, 2.0],
            "tf.Tensor([1. 2.], shape=(2,), dtype=float32)",
            "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>",
        ),
        (
            [[1, 2], [3, 4]],
            "tf.Tensor(\n[[1 2]\n [3 4]], shape=(2, 2), dtype=int32)",
            "<tf.Tensor: shape=(2, 2), dtype=int32, numpy=\n"
            "array([[1, 2],\n       [3, 4]], dtype=int32)>",
        ),
        (
            True,
            "tf.Tensor(True, shape=(), dtype=bool)",
            "<tf.Tensor: shape=(), dtype=bool, numpy=True>",
        ),
        (
            "abc",
            "tf.Tensor(b'abc', shape=(), dtype=string)",
            "<tf.Tensor: shape=(), dtype=string, numpy=b'abc'>",
        ),
        (
            ["a", "b"],
            "tf.Tensor([b'a' b'b'], shape=(2,), dtype=string)",
            "<tf.Tensor: shape=(2,), dtype=string, numpy=array([b'a', b'b'], dtype=object)>",
        ),
        (
            1j,
            "tf.Tensor(1j, shape=(), dtype=complex128)",
            "<tf.Tensor: shape=(), dtype=complex128, numpy=1j>",
        ),
        (
            np.float16(1),
            "tf.Tensor(1.0, shape=(), dtype=float16)",
            "<tf.Tensor: shape=(), dtype=float16, numpy=1.0>",
        ),
        (
            float("nan"),
            "tf.Tensor(nan, shape=(), dtype=float32)",
            "<tf.Tensor: shape=(), dtype=float32, numpy=nan>",
        ),
        (
            [],
            "tf.Tensor([], shape=(0,), dtype=float32)",
            "<tf.Tensor: shape=(0,), dtype=float32, numpy=array([], dtype=float32)>",
        ),
    ],
)
def test_text(value, as_str, as_repr):
    assert str(C(value)) == as_str
    assert repr(C(value)) == as_repr


def test_text_obeys_the_print_options_of_numpy():
    with np.printoptions(precision=2, threshold=5):
        assert "1.23]" in repr(C([1.23456789]))
        assert (
            str(C(np.arange(20))) == "tf.Tensor([ 0  1  2 ... 17 18 19], shape=(20,), dtype=int64)"
        )


def test_formats():
    x, n = C(1.5), C(2)
    assert f"{x:.2f}" == "1.50"
    assert f"{n:03d}" == "002"
    assert f"{x}" == "1.5"
    assert f"{C([1, 2])}" == "[1 2]"
    assert "%d" % n == "2"  # noqa: UP031
    assert "%.1f" % x == "1.5"  # noqa: UP031


# -- Python protocols --


def test_scalars():
    assert bool(C(1.5)) is True
    assert bool(C([True])) is True
    assert bool(C([])) is False
    assert int(C(1.9)) == 1
    assert float(C(2)) == 2.0
    assert complex(C(2.0)) == 2 + 0j
    assert ["a", "b", "c"][C(1)] == "b"
    assert list(range(C(3))) == [0, 1, 2]
    with pytest.raises(ValueError, match="The truth value of an array with more than one element"):
        bool(C([1, 2]))
    for fn in (int, float):
        with pytest.raises(TypeError, match="only 0-dimensional arrays can be converted to Python"):
            fn(C([1, 2]))
    with pytest.raises(AttributeError, match="object has no attribute '__index__'"):
        [1, 2][C(1.0)]


def test_length_and_iteration():
    t = C([[1, 2], [3, 4], [5, 6]])
    assert len(t) == 3
    assert [x.numpy().tolist() for x in t] == [[1, 2], [3, 4], [5, 6]]
    a, b = C([1.0, 2.0])
    exact(a + b, 3.0)
    with pytest.raises(TypeError, match=r"Scalar tensor has no `len\(\)`"):
        len(C(1))
    with pytest.raises(TypeError, match="Cannot iterate over a scalar tensor"):
        iter(C(1))
    with pytest.raises(TypeError, match="Cannot iterate over a scalar tensor"):
        list(C(1))


def test_identity_and_equality():
    a, b = C([1, 2]), C([1, 2])
    exact(a == b, [True, True], "bool")
    exact(a != b, [False, False], "bool")
    exact(a == C([[1], [2]]), [[True, False], [False, True]], "bool")
    assert bool(a == C([1, 2, 3])) is False
    assert bool(a != C([1, 2, 3])) is True
    assert (a == None) is False  # noqa: E711
    assert (a != None) is True  # noqa: E711
    with pytest.raises(TypeError, match="Tensor is unhashable. Instead, use tensor.ref"):
        hash(a)
    assert a.ref() == a.ref()
    assert a.ref() != b.ref()
    assert a.ref().deref() is a
    assert len({a.ref(), a.ref(), b.ref()}) == 2
    assert C(1.0) in [C(1.0)]


def test_copies_weak_references_and_attributes():
    t = C([1, 2])
    assert copy.copy(t) is t
    assert copy.deepcopy(t) is t
    again = pickle.loads(pickle.dumps(t))
    exact(again, [1, 2], "int32")
    t.tag = "mine"
    assert t.tag == "mine"
    alive = weakref.ref(t)
    assert alive() is t
    del t
    gc.collect()
    assert alive() is None


def test_tensors_cannot_be_written_to():
    t = C([1, 2])
    with pytest.raises(TypeError, match="object does not support item assignment"):
        t[0] = 1
    with pytest.raises(AttributeError):
        t.shape = [1]


@pytest.mark.parametrize("name", ["name", "op", "graph", "value_index"])
def test_attributes_of_graphs(name):
    with pytest.raises(AttributeError, match=f"Tensor.{name} is undefined when eager execution is"):
        getattr(C(1), name)


@pytest.mark.parametrize("name", ["T", "astype", "ravel", "reshape", "size", "tolist", "data"])
def test_attributes_of_numpy(name):
    with pytest.raises(AttributeError, match=f"EagerTensor object has no attribute '{name}'. "):
        getattr(C([1]), name)
    assert not hasattr(C([1]), name)


def test_unknown_attributes():
    with pytest.raises(AttributeError, match="EagerTensor' object has no attribute 'foo'"):
        C(1).foo  # noqa: B018


def test_facts():
    t = C([[1, 2, 3]])
    assert t.shape == t.get_shape() == [1, 3]
    assert t.ndim == 2
    assert t.dtype is tf.int32
    assert isinstance(t, tf.Tensor)
    assert type(t).__name__ == "EagerTensor"
    assert tf.is_tensor(t)
    assert not tf.is_tensor([1])
    assert "/device:" in t.device
    t.set_shape([1, None])
    with pytest.raises(ValueError, match="Tensor's shape .* is not compatible with supplied shape"):
        t.set_shape([3, 1])


def test_numpy_functions():
    t = C([[1.0, 2.0], [3.0, 4.0]])
    assert np.sum(t) == 10.0
    assert np.asarray(t, dtype=np.float64).dtype == np.float64
    assert isinstance(np.add(t, 1.0), np.ndarray)
    exact(np.ones([2, 2], np.float32) + t, [[2.0, 3.0], [4.0, 5.0]])
    exact(np.float32(1.0) + t, [[2.0, 3.0], [4.0, 5.0]])


def test_asarray_copies_nothing_and_cannot_be_written_to():
    for t in (C([1.0, 2.0]), tf.ones((300, 300)) @ tf.ones((300, 300))):
        seen = np.asarray(t)
        assert not seen.flags.writeable and np.shares_memory(seen, np.asarray(t))
        mine = np.array(t)
        mine[...] = 7.0
        assert not np.any(np.asarray(t) == 7.0)
    v = tf.Variable([1.0, 2.0])
    np.asarray(v)[0] = 7.0
    exact(v, [1.0, 2.0])


@pytest.mark.skipif(
    sys.version_info < (3, 12) and speed.core is None,
    reason="before Python 3.12 only C can offer a buffer, and the C core was not built",
)
def test_buffers():
    assert bytes(memoryview(C([1, 2]))) == np.int32([1, 2]).tobytes()
    view = memoryview(C([[1.0, 2.0], [3.0, 4.0]]) * 1.0)
    assert (view.format, view.shape, view.readonly) == ("f", (2, 2), True)
    assert view.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    with pytest.raises(TypeError, match="read-only"):
        view[0, 0] = 5.0
    assert memoryview(C(True)).format == "?"


# -- operators --


def test_arithmetic():
    x, n = C([4.0, 9.0]), C([7, -7])
    t = C([2.0, 3.0])
    for got, expected in [
        (x + t, [6.0, 12.0]),
        (x - 1.0, [3.0, 8.0]),
        (1.0 - x, [-3.0, -8.0]),
        (x * t, [8.0, 27.0]),
        (2 * x, [8.0, 18.0]),
        (x / t, [2.0, 3.0]),
        (36.0 / x, [9.0, 4.0]),
        (x // 2.5, [1.0, 3.0]),
        (x % 2.5, [1.5, 1.5]),
        (-x % 2.5, [1.0, 1.0]),
        (x**0.5, [2.0, 3.0]),
        (2.0**t, [4.0, 8.0]),
        (-x, [-4.0, -9.0]),
        (abs(-x), [4.0, 9.0]),
        (x + [1.0, 2.0], [5.0, 11.0]),
        ([1.0, 2.0] + x, [5.0, 11.0]),
        (x + np.float64(1.0), [5.0, 10.0]),
    ]:
        exact(got, expected)
    exact(n // 2, [3, -4], "int32")
    exact(n % 2, [1, 1], "int32")
    exact(n / 2, [3.5, -3.5], "float64")
    exact(n**2, [49, 49], "int32")
    exact(n & 3, [3, 1], "int32")
    exact(n | 8, [15, -7], "int32")
    exact(n ^ 1, [6, -8], "int32")
    exact(~n, [-8, 6], "int32")
    exact(C([[1.0, 2.0]]) @ C([[3.0], [4.0]]), [[11.0]])
    exact(C([True, False]) & True, [True, False], "bool")
    exact(C([True, False]) | C([False, False]), [True, False], "bool")
    exact(C([True, False]) ^ True, [False, True], "bool")
    exact(~C([True, False]), [False, True], "bool")
    assert (C("a") + "b").numpy() == b"ab"


def test_comparison():
    x = C([1.0, 2.0, 3.0])
    exact(x < 2.0, [True, False, False], "bool")
    exact(x <= 2.0, [True, True, False], "bool")
    exact(2.0 < x, [False, False, True], "bool")
    exact(x >= C([3.0, 2.0, 1.0]), [False, True, True], "bool")


def test_no_implicit_promotion():
    with pytest.raises(tf.errors.InvalidArgumentError, match="cannot compute AddV2 as input #1"):
        C(1) + 0.5
    with pytest.raises(TypeError, match="Cannot convert 0.5 to EagerTensor of dtype int32"):
        C(1) * 0.5
    with pytest.raises(TypeError, match="Cannot convert 0.5 to EagerTensor of dtype int32"):
        C(1) < 0.5  # noqa: B015
    with pytest.raises(tf.errors.InvalidArgumentError, match="cannot compute AddV2 as input #1"):
        C(1) + C(1.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="cannot compute Mul as input #1"):
        C(1.0) * C(1.0, tf.float64)
    with pytest.raises(ValueError, match="Attempt to convert a value .None."):
        C(1.0) + None


def test_a_foreign_operand_has_its_turn():
    class Other:
        __array_priority__ = 200

        def __radd__(self, other):
            return "radd"

        def __rmatmul__(self, other):
            return "rmatmul"

    assert C(1.0) + Other() == "radd"
    assert C(1.0) @ Other() == "rmatmul"


def test_errors_of_values():
    with pytest.raises(tf.errors.InvalidArgumentError, match="ivision by zero"):
        C(1) // 0
    with pytest.raises(tf.errors.InvalidArgumentError, match="ivision by zero"):
        C(1) % 0
    exact(C(1.0) / 0.0, np.inf)
    exact(C(1.0) // 0.0, np.inf)


def test_a_symbolic_tensor_lacks_what_only_values_have():
    seen = {}

    @tf.function
    def f(x):
        for name in ("numpy", "cpu", "gpu", "backing_device", "is_packed", "nothing"):
            assert not hasattr(x, name), name
        seen["index"] = x.value_index
        with pytest.raises(AttributeError, match="^'SymbolicTensor' object has no"):
            x.numpy()
        with pytest.raises(AttributeError, match="^SymbolicTensor object has no"):
            x.astype  # noqa: B018
        return x

    assert f(tf.constant(2.0)).numpy() == 2.0
    assert seen["index"] == 0
    assert all(hasattr(tf.constant(1.0), name) for name in ("numpy", "cpu", "gpu"))


# -- lists of NumPy values, as TensorFlow 2.21 takes them --


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        ([np.array([200], np.uint8)], "int32", [[200]]),
        ([np.array([3], np.uint64), np.array([4], np.uint64)], "int32", [[3], [4]]),
        ([np.array([2**40], np.uint64)], "int64", [[2**40]]),
        ([np.uint64(3), 1], "int32", [3, 1]),
        ([1, np.uint64(3)], "int32", [1, 3]),
        ([np.uint32(2**32 - 1)], "int64", [2**32 - 1]),
        ([np.complex64(1)], "complex128", [1.0]),
        ([np.array([1.5], np.float16), np.array([1], np.float32)], "float16", [[1.5], [1.0]]),
        ([np.float32(1), np.float64(2)], "float32", [1.0, 2.0]),
        ([np.float32(3), 1], "float32", [3.0, 1.0]),
        ([1, True], "int32", [1, 1]),
    ],
)
def test_lists_of_numpy_values(value, dtype, expected):
    exact(C(value), expected, dtype)


@pytest.mark.parametrize("value", [[np.uint64(2**63)], [np.array([2**63], np.uint64)]])
def test_integers_that_no_int64_holds(value):
    with pytest.raises(ValueError, match="out-of-range integer"):
        C(value)


def test_bools_become_only_some_dtypes():
    for dtype in ("int32", "int64", "uint64", "float16", "float32", "complex128"):
        exact(C(True, dtype), 1, dtype)
    for dtype in ("int8", "int16", "uint8", "uint16", "uint32", "complex64"):
        with pytest.raises(TypeError, match=f"Cannot convert True to EagerTensor of dtype {dtype}"):
            C(True, dtype)
        with pytest.raises(TypeError, match="Cannot convert"):
            C([True], dtype)
        with pytest.raises(tf.errors.InvalidArgumentError):
            C(1, dtype) + True
        exact(C(np.True_, dtype), 1, dtype)
    with pytest.raises(TypeError):
        tf.Variable(C(1, "uint8")).assign(True)
    with pytest.raises(tf.errors.InvalidArgumentError, match="No OpKernel was registered"):
        tf.Variable([True]).assign_add([True])
