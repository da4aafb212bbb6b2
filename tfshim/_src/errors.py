"""The errors of `tf.errors`, and the exact text that TensorFlow gives an op that fails.

Codes and their numbers are those of Google's canonical status codes (google.rpc.Code).

An op's body knows what is wrong but not which kernel it is; it calls `require`. The dispatcher,
which knows, completes the text with `OpError.with_kernel`. Text observed in TensorFlow 2.21:

    {{function_node __wrapped__Mul_device_/job:localhost/replica:0/task:0/device:CPU:0}} \
Incompatible shapes: [2] vs. [3] [Op:Mul] name:

- The first part is there when a kernel ran, and not when the dtypes were refused before that.
- The last part is the `name=` of the call, empty if none was given. It is missing altogether if no
  name was given and one of the inputs was a Python list: TensorFlow then takes a slower path.
"""

from __future__ import annotations

import inspect
from typing import Any, NoReturn, Self

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16

_CPU = "/job:localhost/replica:0/task:0/device:CPU:0"


class OperatorNotAllowedInGraphError(TypeError):
    """A symbolic tensor was used where Python needs a value: as a bool, or to iterate over."""


class InaccessibleTensorError(ValueError):
    """A tensor of a branch or a loop's body was used outside of it."""

    __module__ = "tensorflow.python.framework.errors_impl"


class OpError(Exception):
    """What every error of an op is: a message and a status code.

    Args:
      node_def: the description of the node that failed, or None.
      op: the operation that failed, or None, as always outside of graphs.
      message: what went wrong; also `str()` of the error.
      error_code: one of the constants of `tf.errors`.
      *args: at most a dict of details, `experimental_payloads`.
    """

    def __init__(self, node_def, op, message, error_code, *args):
        super().__init__()
        self._node_def = node_def
        self._op = op
        self._message = message
        self._error_code = error_code
        self._experimental_payloads = args[0] if args else {}
        self._bare = False

    def __reduce__(self):
        # Subclasses take fewer arguments than this class, users' subclasses perhaps others.
        names = inspect.getfullargspec(type(self).__init__).args[1:]
        return type(self), tuple(getattr(self, name) for name in names)

    def __str__(self):
        return self._message

    @property
    def message(self) -> str:
        """What went wrong."""
        return self._message

    @property
    def op(self):
        """The operation that failed, or None."""
        return self._op

    @property
    def node_def(self):
        """The description of the node that failed, or None."""
        return self._node_def

    @property
    def error_code(self) -> int:
        """The status code, one of the constants of `tf.errors`."""
        return self._error_code

    @property
    def experimental_payloads(self) -> dict:
        """Details, if the error has any."""
        return self._experimental_payloads

    def with_kernel(
        self,
        kernel: str,
        name: str | None = "",
        *,
        attrs: str = "",
        ran: bool = True,
    ) -> Self:
        """Completes the text of an error from `require`; leaves a complete one alone.

        Args:
          kernel: TensorFlow's name of the op, "AddV2".
          name: the `name=` of the call; None leaves the part out (see the module).
          attrs: lengths of list arguments that TensorFlow adds to the kernel: "N_2" in
            `__wrapped__ConcatV2_N_2_device_`.
          ran: whether TensorFlow finds this out in the kernel.

        Returns:
          The error itself.
        """
        if self._bare:
            self._message = kernel_text(kernel, self._message, name, attrs=attrs, ran=ran)
            self._bare = False
        return self

    def named(self, name: str, attrs: str = "") -> Self:
        """Tells of a public function what its kernel does not know.

        Args:
          name: the `name=` of the call, or TensorFlow's default for it.
          attrs: lengths of list arguments, as in `with_kernel`.

        Returns:
          The error itself.
        """
        text, op, kernel = self._message.rpartition(" [Op:")
        if op:
            kernel = kernel.partition("]")[0]
            if attrs:
                wrapped = f"__wrapped__{kernel}_"
                text = text.replace(f"{wrapped}device_", f"{wrapped}{attrs}_device_")
            self._message = f"{text}{op}{kernel}] name: {name}"
        return self


def _subclass(name: str, code: int, doc: str) -> Any:
    def __init__(self, node_def, op, message, *args):
        OpError.__init__(self, node_def, op, message, code, *args)

    __init__.__qualname__ = f"{name}.__init__"
    body = {"__init__": __init__, "__doc__": doc, "__module__": __name__}
    return type(name, (OpError,), body)


CancelledError = _subclass("CancelledError", CANCELLED, "The operation was cancelled.")
UnknownError = _subclass("UnknownError", UNKNOWN, "An error of no known kind.")
InvalidArgumentError = _subclass(
    "InvalidArgumentError", INVALID_ARGUMENT, "An op was given an argument that it does not accept."
)
DeadlineExceededError = _subclass(
    "DeadlineExceededError", DEADLINE_EXCEEDED, "The operation did not finish in time."
)
NotFoundError = _subclass("NotFoundError", NOT_FOUND, "A file, or something else, does not exist.")
AlreadyExistsError = _subclass(
    "AlreadyExistsError", ALREADY_EXISTS, "What was to be made is there already."
)
PermissionDeniedError = _subclass(
    "PermissionDeniedError", PERMISSION_DENIED, "The caller may not do this."
)
UnauthenticatedError = _subclass(
    "UnauthenticatedError", UNAUTHENTICATED, "The caller did not say who it is."
)
ResourceExhaustedError = _subclass(
    "ResourceExhaustedError", RESOURCE_EXHAUSTED, "Memory, disk or a quota is used up."
)
FailedPreconditionError = _subclass(
    "FailedPreconditionError",
    FAILED_PRECONDITION,
    "Something must be done first: a variable read before it has a value.",
)
AbortedError = _subclass("AbortedError", ABORTED, "The operation met another one and gave way.")
OutOfRangeError = _subclass(
    "OutOfRangeError", OUT_OF_RANGE, "The end is passed: an iterator has no more elements."
)
UnimplementedError = _subclass(
    "UnimplementedError", UNIMPLEMENTED, "The arguments are valid but no kernel takes them."
)
InternalError = _subclass("InternalError", INTERNAL, "Something that cannot be is so.")
UnavailableError = _subclass("UnavailableError", UNAVAILABLE, "The service is not there now.")
DataLossError = _subclass("DataLossError", DATA_LOSS, "Stored data is cut off or damaged.")

_BY_CODE: dict[int, type[OpError]] = {
    CANCELLED: CancelledError,
    UNKNOWN: UnknownError,
    INVALID_ARGUMENT: InvalidArgumentError,
    DEADLINE_EXCEEDED: DeadlineExceededError,
    NOT_FOUND: NotFoundError,
    ALREADY_EXISTS: AlreadyExistsError,
    PERMISSION_DENIED: PermissionDeniedError,
    RESOURCE_EXHAUSTED: ResourceExhaustedError,
    FAILED_PRECONDITION: FailedPreconditionError,
    ABORTED: AbortedError,
    OUT_OF_RANGE: OutOfRangeError,
    UNIMPLEMENTED: UnimplementedError,
    INTERNAL: InternalError,
    UNAVAILABLE: UnavailableError,
    DATA_LOSS: DataLossError,
    UNAUTHENTICATED: UnauthenticatedError,
}


def exception_type_from_error_code(error_code: int) -> type[OpError]:
    """The class of a status code; KeyError for OK and for numbers that are none."""
    return _BY_CODE[error_code]


def kernel_text(
    kernel: str, message: str, name: str | None = "", *, attrs: str = "", ran: bool = True
) -> str:
    """`message` as TensorFlow words it for an eager op; arguments as in `with_kernel`."""
    wrapped = f"{kernel}_{attrs}" if attrs else kernel
    prefix = f"{{{{function_node __wrapped__{wrapped}_device_{_CPU}}}}} " if ran else ""
    suffix = "" if name is None else f" name: {name}"
    return f"{prefix}{message} [Op:{kernel}]{suffix}"


def op_error(
    kernel: str,
    message: str,
    cls: type[Any] = InvalidArgumentError,
    *,
    name: str | None = "",
    attrs: str = "",
    ran: bool = True,
) -> OpError:
    """An error of `cls` with the complete text of an eager op; see `OpError.with_kernel`."""
    return cls(None, None, kernel_text(kernel, message, name, attrs=attrs, ran=ran))


def bare_error(message: str, cls: type[Any] = InvalidArgumentError) -> OpError:
    """An error of `cls` whose text the dispatcher completes with `with_kernel`."""
    error = cls(None, None, message)
    error._bare = True
    return error


def require(condition, message: str, cls: type[Any] = InvalidArgumentError) -> None:
    """Raises a `bare_error` unless `condition` holds.

    Where building `message` costs something, write `if not ...: fail(message)` instead.
    """
    if not condition:
        raise bare_error(message, cls)


def fail(message: str, cls: type[Any] = InvalidArgumentError) -> NoReturn:
    """Raises a `bare_error`."""
    raise bare_error(message, cls)


# Names of dtypes inside TensorFlow's runtime, where they differ from the public ones.
_RUNTIME_NAMES = {"float32": "float", "float64": "double", "float16": "half"}


def runtime_name(dtype: Any) -> str:
    """The name of a `DType` in messages of TensorFlow's runtime: `float` for float32."""
    name: str = dtype.name
    return _RUNTIME_NAMES.get(name, name)


def dtype_mismatch(kernel: str, index: int, expected, got, name: str | None = "") -> OpError:
    """The error for input `index` whose dtype does not equal that of an earlier input.

    Args:
      kernel: TensorFlow's name of the op.
      index: position of the input, from 0.
      expected, got: `DType`s.
      name: as in `OpError.with_kernel`.
    """
    message = (
        f"cannot compute {kernel} as input #{index}(zero-based) was expected to be a "
        f"{runtime_name(expected)} tensor but is a {runtime_name(got)} tensor"
    )
    return op_error(kernel, message, name=name, ran=False)


def dtype_not_allowed(kernel: str, got, allowed, attr: str = "T", name: str | None = "") -> OpError:
    """The error for a dtype that no kernel of the op takes.

    TensorFlow goes on with the definition of the op on a second line; that is left out.

    Args:
      kernel: TensorFlow's name of the op.
      got: a `DType`.
      allowed: the `DType`s that are accepted, in the order in which they are to be named.
      attr: the type attribute of the op definition.
      name: as in `OpError.with_kernel`.
    """
    names = ", ".join(map(runtime_name, allowed))
    message = (
        f"Value for attr '{attr}' of {runtime_name(got)} is not in the list of allowed values: "
        f"{names}\n\t; NodeDef: {{{{node {kernel}}}}}"
    )
    return op_error(kernel, message, name=name, ran=False)
