"""errors: the classes of `tf.errors` and the texts of eager ops, as TensorFlow 2.21 has them."""

import pickle

import pytest

from tfshim._src import dtypes, errors

CPU = "/job:localhost/replica:0/task:0/device:CPU:0"
CLASSES = {
    "CancelledError": 1,
    "UnknownError": 2,
    "InvalidArgumentError": 3,
    "DeadlineExceededError": 4,
    "NotFoundError": 5,
    "AlreadyExistsError": 6,
    "PermissionDeniedError": 7,
    "ResourceExhaustedError": 8,
    "FailedPreconditionError": 9,
    "AbortedError": 10,
    "OutOfRangeError": 11,
    "UnimplementedError": 12,
    "InternalError": 13,
    "UnavailableError": 14,
    "DataLossError": 15,
    "UnauthenticatedError": 16,
}


@pytest.mark.parametrize(("name", "code"), CLASSES.items())
def test_class(name, code):
    cls = getattr(errors, name)
    error = cls(None, None, "hello")
    assert isinstance(error, errors.OpError) and cls.__mro__[1] is errors.OpError
    assert (str(error), error.message, repr(error)) == ("hello", "hello", f"{name}()")
    assert (error.op, error.node_def, error.error_code) == (None, None, code)
    assert error.args == () and error.experimental_payloads == {}
    assert errors.exception_type_from_error_code(code) is cls
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is cls and copy.message == "hello" and copy.error_code == code


def test_base_class():
    error = errors.OpError(None, None, "hello", 7, {b"a": b"b"})
    assert error.error_code == errors.PERMISSION_DENIED
    assert error.experimental_payloads == {b"a": b"b"}
    assert pickle.loads(pickle.dumps(error)).error_code == 7
    with pytest.raises(TypeError, match="missing 3 required positional arguments"):
        errors.InvalidArgumentError()
    assert issubclass(errors.OperatorNotAllowedInGraphError, TypeError)
    with pytest.raises(KeyError):
        errors.exception_type_from_error_code(errors.OK)


@pytest.mark.parametrize(
    ("kernel", "message", "options", "want"),
    [
        (
            "Mul",
            "Incompatible shapes: [2] vs. [3]",
            {},
            f"{{{{function_node __wrapped__Mul_device_{CPU}}}}} "
            "Incompatible shapes: [2] vs. [3] [Op:Mul] name: ",
        ),
        (
            "Reshape",
            "Input to reshape is a tensor with 2 values, but the requested shape has 3",
            {"name": None},
            f"{{{{function_node __wrapped__Reshape_device_{CPU}}}}} Input to reshape is a tensor "
            "with 2 values, but the requested shape has 3 [Op:Reshape]",
        ),
        (
            "Pack",
            "Shapes of all inputs must match: values[0].shape = [2] != values[1].shape = [3]",
            {"name": "stack", "attrs": "N_2"},
            f"{{{{function_node __wrapped__Pack_N_2_device_{CPU}}}}} Shapes of all inputs must "
            "match: values[0].shape = [2] != values[1].shape = [3] [Op:Pack] name: stack",
        ),
    ],
)
def test_eager_text(kernel, message, options, want):
    assert str(errors.op_error(kernel, message, **options)) == want
    bare = errors.bare_error(message)
    assert str(bare) == message
    assert bare.with_kernel(kernel, **options) is bare and str(bare) == want
    assert str(bare.with_kernel("Other")) == want  # the innermost op keeps its name


def test_dtype_errors():
    assert str(errors.dtype_mismatch("AddV2", 1, dtypes.int32, dtypes.float32)) == (
        "cannot compute AddV2 as input #1(zero-based) was expected to be a int32 tensor "
        "but is a float tensor [Op:AddV2] name: "
    )
    allowed = [dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64]
    assert str(errors.dtype_not_allowed("Softmax", dtypes.int32, allowed)) == (
        "Value for attr 'T' of int32 is not in the list of allowed values: half, bfloat16, float, "
        "double\n\t; NodeDef: {{node Softmax}} [Op:Softmax] name: "
    )


def test_require():
    errors.require(True, "unused")
    with pytest.raises(errors.NotFoundError, match="^gone$"):
        errors.require(False, "gone", errors.NotFoundError)
    with pytest.raises(errors.InvalidArgumentError, match="^bad$"):
        errors.fail("bad")
