"""Errors of ops while a function is traced, in the classes that TensorFlow has for them then.

Eagerly a kernel refuses its inputs with InvalidArgumentError; while a graph is built, TensorFlow's
shape inference raises ValueError, and its dtype checks raise TypeError, before any kernel runs.
"""

from __future__ import annotations

import re

from tfshim._src.errors import InvalidArgumentError, OpError
from tfshim._src.registry import OPS

_MISMATCH = re.compile(
    r"cannot compute (\w+) as input #(\d+)\(zero-based\) was expected to be a (\w+) tensor but "
    r"is a (\w+) tensor"
)
_NOT_ALLOWED = re.compile(
    r"Value for attr '(\w+)' of (\w+) is not in the list of allowed values: (\w+(?:, \w+)*)"
)
_NO_CHOICE = re.compile(
    r"Value for attr '(\w+)' of \"([^\"]*)\" is not in the list of allowed values: (.*)"
)
_PREFIX = re.compile(r"^\{\{function_node [^}]*\}\} ")
_PUBLIC = {"float": "float32", "double": "float64", "half": "float16"}


#: What depends on values is found when a graph runs, also in TensorFlow.
_BY_VALUE = re.compile(
    r"is not in \[0, |Integer division by zero|^Dimension -1 must be >= 0|^ScanOp|"
    r"Size of out_backprop doesn't match|^Input dimension \d+ must have length of at least|"
    r"^Expected (begin|size|multiples)\[|^Only one input size may be -1| is missing from {|"
    r"^axis -?\d+ is out of range|^Expected axis to be -1 or|"
    r"^Dimensions \[\d+,\d+\) of input|^paddings must be (less|no greater) than |"
    r"^segment.ids (?!should be a vector)|^Segment id -1 out|could not correctly convert string|"
    r"Axes contains duplicate|"
    r"^Expected `serialized` to be|^Could not create converter|^dim must be at least|"
    r"^Input dims cannot contain a dim of zero|^indices\(\d+, \d+\) is invalid|"
    r"^Input arr must be non-negative|^input must be at least 2-dim, received|"
    r"^Leading dim_size of both tensors|^The indices can only be scalar or vector|"
    r"^Reduction axis \d+ is empty|^Expected dimension in the range \[(0, 0|-1, 1)\)|"
    r"^Key must have 2|"
    r"^Received SparseTensor with dense_shape|^Expected shape dimensions to be non-negative|"
    r"^params\.shape\[\d+\]: |"
    r"^indices\[\d+\] is out of range|^Inner dimensions of output shape must match inner|"
    r"^value_range should satisfy|^pos \d+ out of range for string|"
    r"^WhereOp |^`weights` must be the same shape as `arr`|^blank_index expected to be between|"
    r"^requested more paths than|^Must have at least one class|"
    r"^num_(lower|upper) must be negative|^depth_radius = |"
    r"^Current implementation (only|does not yet) supports? |^true_classes must have num|"
    r"^Sampler's range is too small|^Pooling ratio is higher|^Must (only )?provide |"
    r"^range is \d+ must be equal to weights|^`true_candidate` out of range|"
    r"^Bad: indices\[|^Invalid seq_dim -1|"
    r"^Either first dimensions of diagonal don't match|^counter must be a vector with length|"
    r"^fft_length\[\d+\] must >= 0|^Requested more than 0 entries, but params is empty|"
    r"^inputs must not be empty"
)
#: The kernels that have no shape inference to speak of: what is wrong is told when they run.
_BY_RUNNING = re.compile(
    "^(SobolSample|AsString|DecodeRaw|DecodePaddedRaw|DecodeBase64|UniqueWithCounts|EagerPyFunc|"
    "PyFunc)$"
)
#: The kernels whose shape inference looks at values all the same.
_BY_SHAPE = re.compile("^(Fill|Range|MatrixDiagPartV3|MatrixSetDiagV3)$")
#: The kernels without shape inference, but for what it finds in a vector of sizes.
_UNKNOWING = re.compile("^(DepthwiseConv2dNativeBackprop|Conv3DBackpropInputV2$)")
_OF_SIZES = re.compile(r"_sizes input must be 1-dim|(Input: input|Filter: filter) must be 4-dim")
_AXIS = re.compile(r"^Expected dimension in the range \[-(\d+), \d+\), but got (-?\d+)$")
#: Sizes and places that shape inference cannot take for an unknown one.
_NO_SIZE = re.compile(
    r"^(?:Dimension (-\d+) must be >= 0|Expected (?:begin|size|multiples)\[.* but got (-\d+))$"
)
_SHAPES = r"\[([\d,]*)\]"
_BROADCAST = re.compile(f"^Incompatible shapes: {_SHAPES} vs. {_SHAPES}$")
_MATMUL = re.compile(f"^Matrix size-incompatible: In\\[0\\]: {_SHAPES}, In\\[1\\]: {_SHAPES}$")
_RESHAPE = re.compile(
    r"^Input to reshape is a tensor with (\d+) values, but the requested shape has (\d+)$"
)
_REDUCE = re.compile(r"^Invalid reduction dimension \((-?\d+) for input with (\d+) dimension\(s\)$")
_AT_LEAST = re.compile(r"^Value for attr '(\w+)' of (-?\d+) must be at least minimum (\d+)")
_WINDOW = re.compile(
    r"^Computed output size would be negative: .* \[input_size: (\d+), "
    r"effective_filter_size: (\d+), "
)
_ENSURE = re.compile(
    r"^Shape of tensor input \[([\d,]*)\] is not compatible with expected shape \[([\d,?]*)\]\.$"
)


def _ensured(shape: str, expected: str) -> str:
    have, want = [s.split(",") if s else [] for s in (shape, expected)]
    if len(have) != len(want):
        return f"Shape must be rank {len(want)} but is rank {len(have)}"
    i = next(i for i, (a, b) in enumerate(zip(have, want, strict=True)) if b not in ("?", a))
    return (
        f"Dimension {i} in both shapes must be equal, but are {want[i]} and {have[i]}. Shapes are "
        f"[{expected}] and [{shape}]."
    )


def _inferred(text: str, kernel: str) -> str:
    """A kernel's sentence about shapes in the words of TensorFlow's shape inference."""
    found = _BROADCAST.match(text) or _MATMUL.match(text)
    if found is not None:
        a, b = [[int(d) for d in s.split(",") if d] for s in found.groups()]
        if found.re is _MATMUL:
            pairs = [(a[-1], b[-2])] if len(a) > 1 and len(b) > 1 else []
        else:
            pairs = [(x, y) for x, y in zip(a[::-1], b[::-1]) if x != y and 1 not in (x, y)][::-1]
        if pairs:
            x, y = pairs[0]
            return (
                f"Dimensions must be equal, but are {x} and {y} for '{{{{node {kernel}}}}} = "
                f"{kernel}' with input shapes: [{found[1]}], [{found[2]}]."
            )
    found = _RESHAPE.match(text)
    if found is not None:
        return (
            f"Cannot reshape a tensor with {found[1]} elements to a shape of {found[2]} elements "
            f"for '{{{{node {kernel}}}}} = {kernel}'."
        )
    found = _ENSURE.match(text)
    if found is not None:
        return _ensured(found[1], found[2])
    found = _WINDOW.match(text)
    if found is not None and kernel != "Dilation2D" and "Patches" not in kernel:
        return (
            f"Negative dimension size caused by subtracting {found[2]} from {found[1]} for "
            f"'{{{{node {kernel}}}}} = {kernel}'."
        )
    found = _AXIS.match(text)
    if found is not None:
        return (
            f"Dimension ({found[2]}) must be in the range [-{found[1]}, {found[1]}), where "
            f"{found[1]} is the number of dimensions in the input. for '{{{{node {kernel}}}}} = "
            f"{kernel}'."
        )
    found = _AT_LEAST.match(text)
    if found is not None:
        return f"Attr '{found[1]}' of '{kernel}' Op passed {found[2]} less than minimum {found[3]}."
    found = _REDUCE.match(text)
    if found is not None:
        return f"Invalid reduction dimension {found[1]} for input with {found[2]} dimensions."
    return text


class GraphValueError(ValueError, InvalidArgumentError):
    """A ValueError of shape inference; also what the op raises eagerly.

    Attributes:
      late: the error as it is where sizes are not known before the function runs.
    """

    late: OpError | None = None

    def __init__(self, message: str):
        InvalidArgumentError.__init__(self, None, None, message)

    __str__ = OpError.__str__

    def __reduce__(self):
        return type(self), (self._message,)


class GraphTypeError(TypeError, InvalidArgumentError):
    """A TypeError of a dtype check; also what the op raises eagerly."""

    def __init__(self, message: str):
        InvalidArgumentError.__init__(self, None, None, message)

    __str__ = OpError.__str__

    def __reduce__(self):
        return type(self), (self._message,)


GraphValueError.__name__ = GraphValueError.__qualname__ = "ValueError"
GraphTypeError.__name__ = GraphTypeError.__qualname__ = "TypeError"


def in_graph(error) -> Exception:
    """The error as TensorFlow raises it while a function is traced."""
    if not isinstance(error, OpError) or type(error) is not InvalidArgumentError:
        return error
    if "[Op:" not in error.message or error.message.startswith("in user code:"):
        return error  # no op's, or judged before the user's lines were put above it
    found = _NOT_ALLOWED.search(error.message)
    if found is not None:
        kernel = error.message.rpartition("[Op:")[2].split("]")[0]
        got, allowed = (_public_names(found[i]) for i in (2, 3))
        return GraphTypeError(
            f"Value passed to parameter '{_parameter(kernel, found[1])}' has DataType {got} not in "
            f"list of allowed values: {allowed}"
        )
    found = _MISMATCH.search(error.message)
    if found is None:
        text, _, rest = _PREFIX.sub("", error.message).partition(" [Op:")
        kernel = rest.split("]")[0]
        if kernel == "BroadcastArgs" or _BY_RUNNING.match(kernel):
            return error
        if _UNKNOWING.match(kernel) and not _OF_SIZES.search(text):
            return error
        if _BY_VALUE.search(text) and not _BY_SHAPE.match(kernel):
            size = _NO_SIZE.match(text)
            if size is None or int(size[1] or size[2]) == -1:
                return error
            text = f"Invalid value in tensor used for shape: {size[1] or size[2]}"
        choice = _NO_CHOICE.match(text)
        if choice is not None:
            attr, given, known = choice.groups()
            text = f"Attr '{attr}' of '{kernel}' Op passed string '{given}' not in: {known}."
        told = GraphValueError(_inferred(text, kernel))
        told.late = late(error)
        return told
    kernel, index, expected, got = found.groups()
    of = next((op for op in OPS.values() if op.kernel == kernel), None)
    names = list(of.inputs) if of is not None else []
    i = int(index)
    name, first = (names[i], names[0]) if i < len(names) else (f"input{i}", "input0")
    expected, got = (_PUBLIC.get(dtype, dtype) for dtype in (expected, got))
    fixed = of is not None and any(g.dtype and name in g.names for g in of.rule.groups)
    other = f"expected type of {expected}" if fixed else f"type {expected} of argument '{first}'"
    return GraphTypeError(
        f"Input '{name}' of '{kernel}' Op has type {got} that does not match {other}."
    )


def late(error: OpError) -> OpError:
    """An op's error as a function that runs raises it."""
    text, _, rest = _PREFIX.sub("", error.message).partition(" [Op:")
    kernel = rest.split("]")[0]
    if not kernel:
        return error
    return InvalidArgumentError(None, None, f"{text}\n\t [[{{{{node {kernel}}}}}]]")


def _parameter(kernel: str, attr: str) -> str:
    """The first parameter whose dtype is this attribute of a kernel."""
    if attr == "Tindices":
        return "segment_ids" if "Segment" in kernel else "indices"
    if attr == "Index" or kernel == "DenseBincount":
        return "begin" if attr == "Index" else "input"
    groups = (g for op in OPS.values() if op.kernel == kernel for g in op.rule.groups)
    return next((g.names[0].strip("*?") for g in groups if g.attr == attr), attr)


def _public_names(names: str) -> str:
    return ", ".join(_PUBLIC.get(name, name) for name in names.split(", "))
