"""Functions of gen_*_ops, each of which runs one kernel, that are a public op.

Where parameters have other names than the op's, they stand behind it: `kernel's=op's`, or
`kernel's:` with the only value that the op has a counterpart for, or `-kernel's` for one that means
nothing here; `kernel's?` is the dtype of the result, and must be the one that the inputs give.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable

from tfshim._src.internals.renamed import renamed

_REDUCTION = "input=input_tensor keep_dims=keepdims"
_TABLE = f"""
Abs tf.math.abs
Acos tf.math.acos
Acosh tf.math.acosh
Add tf.math.add
AddN tf.math.add_n
AddV2 tf.math.add
All tf.math.reduce_all {_REDUCTION}
Angle tf.math.angle Tout?
Any tf.math.reduce_any {_REDUCTION}
ArgMax tf.math.argmax dimension=axis
ArgMin tf.math.argmin dimension=axis
AsString tf.strings.as_string
Asin tf.math.asin
Asinh tf.math.asinh
Atan tf.math.atan
Atan2 tf.math.atan2
Atanh tf.math.atanh
AvgPool tf.nn.avg_pool2d value=input
AvgPool3D tf.nn.avg_pool3d
BandedTriangularSolve tf.linalg.banded_triangular_solve matrix=bands
BatchMatMul tf.linalg.matmul x=a y=b adj_x=adjoint_a adj_y=adjoint_b grad_x:False grad_y:False
BatchMatMulV2 tf.linalg.matmul x=a y=b adj_x=adjoint_a adj_y=adjoint_b grad_x:False grad_y:False
BatchToSpaceND tf.batch_to_space
BesselI0 tf.math.special.bessel_i0
BesselI0e tf.math.special.bessel_i0e
BesselI1 tf.math.special.bessel_i1
BesselI1e tf.math.special.bessel_i1e
BesselJ0 tf.math.special.bessel_j0
BesselJ1 tf.math.special.bessel_j1
BesselK0 tf.math.special.bessel_k0
BesselK0e tf.math.special.bessel_k0e
BesselK1 tf.math.special.bessel_k1
BesselK1e tf.math.special.bessel_k1e
BesselY0 tf.math.special.bessel_y0
BesselY1 tf.math.special.bessel_y1
Betainc tf.math.betainc
BiasAdd tf.nn.bias_add
Bitcast tf.bitcast
BitwiseAnd tf.bitwise.bitwise_and
BitwiseOr tf.bitwise.bitwise_or
BitwiseXor tf.bitwise.bitwise_xor
BroadcastArgs tf.broadcast_dynamic_shape s0=shape_x s1=shape_y
BroadcastTo tf.broadcast_to
Cast tf.cast DstT=dtype Truncate:False
Ceil tf.math.ceil
Cholesky tf.linalg.cholesky
ClipByValue tf.clip_by_value
Complex tf.dtypes.complex Tout?
ComplexAbs tf.math.abs Tout?
ConcatV2 tf.concat
Conj tf.math.conj input=x
Conv2D tf.nn.conv2d filter=filters -use_cudnn_on_gpu explicit_paddings:[]
Conv3D tf.nn.conv3d filter=filters
Cos tf.math.cos
Cosh tf.math.cosh
Cross tf.linalg.cross
Cumprod tf.math.cumprod
Cumsum tf.math.cumsum
CumulativeLogsumexp tf.math.cumulative_logsumexp
Dawsn tf.math.special.dawsn
DepthToSpace tf.nn.depth_to_space
DepthwiseConv2dNative tf.nn.depthwise_conv2d explicit_paddings:[]
Diag tf.linalg.tensor_diag
DiagPart tf.linalg.tensor_diag_part
Digamma tf.math.digamma
DivNoNan tf.math.divide_no_nan
DynamicPartition tf.dynamic_partition
DynamicStitch tf.dynamic_stitch
Elu tf.nn.elu
EnsureShape tf.ensure_shape input=x
Equal tf.math.equal incompatible_shape_error:True
Erf tf.math.erf
Erfc tf.math.erfc
Erfinv tf.math.erfinv
EuclideanNorm tf.math.reduce_euclidean_norm {_REDUCTION}
Exp tf.math.exp
ExpandDims tf.expand_dims
Expint tf.math.special.expint
Expm1 tf.math.expm1
FFT tf.signal.fft
FFT2D tf.signal.fft2d
FFT3D tf.signal.fft3d
FakeQuantWithMinMaxArgs tf.quantization.fake_quant_with_min_max_args
FakeQuantWithMinMaxVars tf.quantization.fake_quant_with_min_max_vars
Fill tf.fill
Floor tf.math.floor
FloorDiv tf.math.floordiv
FloorMod tf.math.floormod
FresnelCos tf.math.special.fresnel_cos
FresnelSin tf.math.special.fresnel_sin
GatherNd tf.gather_nd
GatherV2 tf.gather
Greater tf.math.greater
GreaterEqual tf.math.greater_equal
HistogramFixedWidth tf.histogram_fixed_width
IFFT tf.signal.ifft
IFFT2D tf.signal.ifft2d
IFFT3D tf.signal.ifft3d
Identity tf.identity
IdentityN tf.identity_n
Igamma tf.math.igamma
Igammac tf.math.igammac
Imag tf.math.imag Tout?
InTopK tf.math.in_top_k
InTopKV2 tf.math.in_top_k
Invert tf.bitwise.invert
InvertPermutation tf.math.invert_permutation
IsFinite tf.math.is_finite
IsInf tf.math.is_inf
IsNan tf.math.is_nan
L2Loss tf.nn.l2_loss
LRN tf.nn.local_response_normalization
LeakyRelu tf.nn.leaky_relu
LeftShift tf.bitwise.left_shift
Less tf.math.less
LessEqual tf.math.less_equal
Lgamma tf.math.lgamma
LinSpace tf.linspace
Log tf.math.log
Log1p tf.math.log1p
LogMatrixDeterminant tf.linalg.slogdet
LogSoftmax tf.nn.log_softmax
LogicalAnd tf.math.logical_and
LogicalNot tf.math.logical_not
LogicalOr tf.math.logical_or
Lu tf.linalg.lu
MatMul tf.linalg.matmul grad_a:False grad_b:False
MatrixBandPart tf.linalg.band_part
MatrixDeterminant tf.linalg.det
MatrixDiagPartV3 tf.linalg.diag_part
MatrixDiagV3 tf.linalg.diag
MatrixInverse tf.linalg.inv
MatrixLogarithm tf.linalg.logm
MatrixSetDiagV3 tf.linalg.set_diag
MatrixSolve tf.linalg.solve
MatrixSolveLs tf.linalg.lstsq
MatrixSquareRoot tf.linalg.sqrtm
MatrixTriangularSolve tf.linalg.triangular_solve
Max tf.math.reduce_max {_REDUCTION}
MaxPool tf.nn.max_pool2d explicit_paddings:[]
MaxPool3D tf.nn.max_pool3d
Maximum tf.math.maximum
Mean tf.math.reduce_mean {_REDUCTION}
Min tf.math.reduce_min {_REDUCTION}
Minimum tf.math.minimum
MirrorPad tf.pad input=tensor
Mul tf.math.multiply
MulNoNan tf.math.multiply_no_nan
Ndtri tf.math.ndtri
Neg tf.math.negative
NextAfter tf.math.nextafter
NotEqual tf.math.not_equal incompatible_shape_error:True
OneHot tf.one_hot
OnesLike tf.ones_like x=input
Pack tf.stack
Pad tf.pad input=tensor
PadV2 tf.pad input=tensor
ParallelDynamicStitch tf.dynamic_stitch
Polygamma tf.math.polygamma
Pow tf.math.pow
Prod tf.math.reduce_prod {_REDUCTION}
Qr tf.linalg.qr
Range tf.range
Rank tf.rank
Real tf.math.real Tout?
RealDiv tf.realdiv
Reciprocal tf.math.reciprocal
RegexFullMatch tf.strings.regex_full_match
RegexReplace tf.strings.regex_replace
Relu tf.nn.relu
Relu6 tf.nn.relu6
Reshape tf.reshape
ReverseSequence tf.reverse_sequence seq_dim=seq_axis batch_dim=batch_axis
ReverseV2 tf.reverse
RightShift tf.bitwise.right_shift
Rint tf.math.rint
Roll tf.roll
Round tf.math.round
Rsqrt tf.math.rsqrt
ScatterNd tf.scatter_nd bad_indices_policy:''
SegmentMax tf.math.segment_max
SegmentMean tf.math.segment_mean
SegmentMin tf.math.segment_min
SegmentProd tf.math.segment_prod
SegmentSum tf.math.segment_sum
SelectV2 tf.where t=x e=y
SelfAdjointEigV2 tf.linalg.eigh input=tensor compute_v:True
Selu tf.nn.selu
Shape tf.shape
ShapeN tf.shape_n
Sigmoid tf.math.sigmoid
Sign tf.math.sign
Sin tf.math.sin
Sinh tf.math.sinh
Size tf.size
Slice tf.slice input=input_
Snapshot tf.identity
Softmax tf.nn.softmax
Softplus tf.math.softplus
Softsign tf.math.softsign
SpaceToBatchND tf.space_to_batch
SpaceToDepth tf.nn.space_to_depth
SparseSegmentMean tf.sparse.segment_mean sparse_gradient:False
SparseSegmentSqrtN tf.sparse.segment_sqrt_n sparse_gradient:False
SparseSegmentSum tf.sparse.segment_sum sparse_gradient:False
Spence tf.math.special.spence
Split tf.split num_split=num_or_size_splits
SplitV tf.split size_splits=num_or_size_splits -num_split
Sqrt tf.math.sqrt
Square tf.math.square
SquaredDifference tf.math.squared_difference
Squeeze tf.squeeze
StatelessRandomNormal tf.random.stateless_normal
StatelessRandomUniform tf.random.stateless_uniform
StatelessTruncatedNormal tf.random.stateless_truncated_normal
StopGradient tf.stop_gradient
StridedSlice tf.strided_slice input=input_
StringJoin tf.strings.join
StringLength tf.strings.length
StringLower tf.strings.lower
StringStrip tf.strings.strip
StringUpper tf.strings.upper
Sub tf.math.subtract
Substr tf.strings.substr
Sum tf.math.reduce_sum {_REDUCTION}
Svd tf.linalg.svd input=tensor compute_uv:True
Tan tf.math.tan
Tanh tf.math.tanh
TensorScatterAdd tf.tensor_scatter_nd_add bad_indices_policy:''
TensorScatterMax tf.tensor_scatter_nd_max bad_indices_policy:''
TensorScatterMin tf.tensor_scatter_nd_min bad_indices_policy:''
TensorScatterSub tf.tensor_scatter_nd_sub bad_indices_policy:''
TensorScatterUpdate tf.tensor_scatter_nd_update bad_indices_policy:''
Tile tf.tile
TopKV2 tf.math.top_k
Transpose tf.transpose x=a
TruncateDiv tf.truncatediv
TruncateMod tf.truncatemod
Unique tf.unique
UniqueWithCounts tf.unique_with_counts
Unpack tf.unstack
UnravelIndex tf.unravel_index
UnsortedSegmentMax tf.math.unsorted_segment_max
UnsortedSegmentMin tf.math.unsorted_segment_min
UnsortedSegmentProd tf.math.unsorted_segment_prod
UnsortedSegmentSum tf.math.unsorted_segment_sum
Where tf.where
Xdivy tf.math.xdivy
Xlog1py tf.math.xlog1py
Xlogy tf.math.xlogy
ZerosLike tf.zeros_like x=input
Zeta tf.math.zeta
"""

#: Kernel -> the rest of its line.
KERNELS = {line.partition(" ")[0]: line.partition(" ")[2] for line in _TABLE.split("\n") if line}


@functools.cache
def function(kernel: str, text: str) -> Callable:
    """The function that runs a kernel, one of KERNELS; `text` is its recorded signature."""
    public, *options = KERNELS[kernel].split(" ")
    renames, ignored, without, of_result = {}, [], {}, None
    for option in options:
        if option.startswith("-"):
            ignored.append(option[1:])
        elif option.endswith("?"):
            of_result = option[:-1]
        elif ":" in option:
            parameter, _, value = option.partition(":")
            without[parameter] = ast.literal_eval(value)
        else:
            here, _, there = option.partition("=")
            renames[here] = there
    return renamed(kernel, text, public, renames, tuple(ignored), without, of_result)
