"""One call of each kernel of gen_*_ops that is served: small inputs, attributes not the default.

A line is a kernel and the keywords of its call. F is floats, P positive ones, U floats in (-1, 1),
M and N images, V a volume, C complex numbers, I and J whole numbers, B bools, S strings.
"""

from __future__ import annotations

import numpy as np

_UNARY = {
    "F": "Abs Asinh Atan Ceil Cos Cosh Erf Erfc Exp Expm1 Floor IsFinite IsInf IsNan Neg "
    "Reciprocal Rint Round Sigmoid Sign Sin Sinh Square Tan Tanh OnesLike ZerosLike "
    "BesselI0 BesselI0e BesselI1 BesselI1e BesselJ0 BesselJ1 Dawsn FresnelCos FresnelSin",
    "P": "Digamma Lgamma Log Log1p Rsqrt Sqrt BesselK0 BesselK0e BesselK1 BesselK1e BesselY0 "
    "BesselY1 Expint Spence",
    "U": "Acos Asin Atanh Erfinv",
    "P+1": "Acosh",
    "abs(U)": "Ndtri",
    "I": "Invert",
    "B": "LogicalNot",
    "np.array([2,0,1,3],np.int32)": "InvertPermutation",
}
_FEATURES = "Elu Relu Relu6 Selu Softplus Softsign"
_BINARY = {
    "x=F,y=P": "Add AddV2 Mul Sub Maximum Minimum Equal NotEqual Greater GreaterEqual Less "
    "LessEqual FloorDiv FloorMod RealDiv SquaredDifference TruncateMod",
    "x=I,y=J": "BitwiseAnd BitwiseOr BitwiseXor LeftShift RightShift TruncateDiv",
    "x=F,y=np.where(F>0,F,0)": "DivNoNan MulNoNan",
    "x=np.where(F>0,F,0),y=P": "Xdivy Xlog1py Xlogy",
    "x=P,y=F": "Pow",
    "x=B,y=~B[::-1]": "LogicalAnd LogicalOr",
}
_REDUCTIONS = "EuclideanNorm Max Mean Min Prod Sum"
_SCANS = "Cumprod Cumsum CumulativeLogsumexp"
_SEGMENTS = "Max Mean Min Prod Sum"
_TEXT = """
AddN inputs=[F,P,F]
All input=B,axis=[1],keep_dims=True
Angle input=C,Tout=tf.float32
Any input=B,axis=[1],keep_dims=True
ArgMax input=F,dimension=1,output_type=tf.int32
ArgMin input=F,dimension=1,output_type=tf.int32
AsString input=F,precision=3,scientific=True,width=12,fill='0'
Atan2 y=F,x=P
AvgPool value=M,ksize=[1,2,3,1],strides=[1,2,1,1],padding='SAME'
AvgPool3D input=V,ksize=[1,2,2,2,1],strides=[1,1,2,1,1],padding='SAME'
BandedTriangularSolve matrix=P[:2,:3],rhs=F,lower=False
BatchMatMul x=T,y=T,adj_x=True
BatchMatMulV2 x=T,y=T,adj_y=True
BatchToSpaceND input=np.concatenate([M]*4),block_shape=[2,2],crops=[[1,0],[0,1]]
Betainc a=P,b=P+1,x=abs(U)
BiasAdd value=np.transpose(M,[0,3,1,2]),bias=[1.,2.],data_format='NCHW'
Bitcast input=F,type=tf.int32
BroadcastArgs s0=[2,1,3],s1=[4,1]
BroadcastTo input=F,shape=[2,3,4]
Cast x=F,DstT=tf.int64
Cholesky input=Q
ClipByValue t=F,clip_value_min=-1.,clip_value_max=np.float32(.5)
Complex real=tf.constant(F.astype('f8')),imag=tf.constant(P.astype('f8')),Tout=tf.complex128
ComplexAbs x=tf.constant(C.astype('c16')),Tout=tf.float64
ConcatV2 values=[F,P],axis=1
Conj input=C
Conv2D input=M,filter=K,strides=[1,2,1,1],padding='SAME',dilations=[1,1,1,1]
Conv3D input=V,filter=W,strides=[1,1,2,1,1],padding='SAME'
Cross a=F[:,:3],b=P[:,:3]
DepthToSpace input=np.concatenate([M,M],3),block_size=2
DepthwiseConv2dNative input=M,filter=K,strides=[1,2,2,1],padding='SAME'
Diag diagonal=[1.,2.,3.]
DiagPart input=F[:3,:3]
DynamicPartition data=F,partitions=[1,0,1],num_partitions=3
DynamicStitch indices=[[2,0],[1]],data=[F[:2],F[2:]]
EnsureShape input=F,shape=[None,4]
ExpandDims input=F,axis=1
FFT input=C
FFT2D input=C
FFT3D input=C[None]
FakeQuantWithMinMaxArgs inputs=F,min=-1.,max=2.,num_bits=4,narrow_range=True
FakeQuantWithMinMaxVars inputs=F,min=-1.,max=2.,num_bits=4,narrow_range=True
Fill dims=[2,3],value=np.float64(7)
GatherNd params=F,indices=[[1,2],[0,3]]
GatherV2 params=T,indices=[[1,0],[0,2]],axis=1,batch_dims=1
HistogramFixedWidth values=F,value_range=[-1.,1.],nbins=3,dtype=tf.int64
IFFT input=C
IFFT2D input=C
IFFT3D input=C[None]
Identity input=I
IdentityN input=[F,I]
Igamma a=P,x=P+.5
Igammac a=P,x=P+.5
Imag input=tf.constant(C.astype('c16')),Tout=tf.float64
InTopK predictions=F,targets=[0,1,3],k=2
InTopKV2 predictions=F,targets=[0,1,2],k=2
L2Loss t=F
LRN input=np.concatenate([M,M],3),depth_radius=1,bias=2.,alpha=.5,beta=.7
LeakyRelu features=F,alpha=.4
LinSpace start=1.,stop=3.,num=5
LogMatrixDeterminant input=Q
LogSoftmax logits=F
Lu input=Q,output_idx_type=tf.int64
MatMul a=F,b=P,transpose_b=True
MatrixBandPart input=F,num_lower=1,num_upper=0
MatrixDeterminant input=Q
MatrixDiagPartV3 input=F,k=[-1,1],padding_value=np.float32(9),align='LEFT_RIGHT'
MatrixDiagV3 diagonal=F,k=-1,num_rows=-1,num_cols=-1,padding_value=np.float32(9),align='LEFT_LEFT'
MatrixInverse input=Q+np.triu(Q),adjoint=True
MatrixLogarithm input=tf.constant((Q+0j).astype('c8'))
MatrixSetDiagV3 input=F,diagonal=P[:2,:3],k=[0,1],align='LEFT_LEFT'
MatrixSolve matrix=Q+np.triu(Q),rhs=F[:3],adjoint=True
MatrixSolveLs matrix=F,rhs=P,l2_regularizer=tf.constant(.5,tf.float64),fast=True
MatrixSquareRoot input=Q
MatrixTriangularSolve matrix=Q,rhs=F[:3],lower=False,adjoint=True
MaxPool input=M,ksize=[1,2,3,1],strides=[1,2,1,1],padding='SAME'
MaxPool3D input=V,ksize=[1,2,2,2,1],strides=[1,1,2,1,1],padding='SAME'
MirrorPad input=F,paddings=[[1,2],[0,1]],mode='SYMMETRIC'
NextAfter x1=F.astype('f8'),x2=P.astype('f8')
OneHot indices=[[0,2],[1,-1]],depth=3,on_value=5.,off_value=-1.,axis=1
Pack values=[F,P],axis=1
Pad input=F,paddings=[[1,0],[0,2]]
PadV2 input=F,paddings=[[1,0],[0,2]],constant_values=np.float32(3)
ParallelDynamicStitch indices=[[2,0],[1]],data=[F[:2],F[2:]]
Polygamma a=np.float32(1),x=P
Qr input=Q,full_matrices=True
Range start=2,limit=11,delta=3
Rank input=T
Real input=tf.constant(C.astype('c16')),Tout=tf.float64
RegexFullMatch input=S,pattern='a.*'
RegexReplace input=S,pattern='a',rewrite='-',replace_global=False
Reshape tensor=F,shape=[2,-1]
ReverseSequence input=F,seq_lengths=[1,4,2],seq_dim=1,batch_dim=0
ReverseV2 tensor=F,axis=[-1]
Roll input=F,shift=[1,-1],axis=[0,1]
ScatterNd indices=[[1],[3],[1]],updates=F,shape=[4,4]
SelectV2 condition=B,t=F,e=np.float32(9)
SelfAdjointEigV2 input=np.diag([1,2,3]).astype('f4'),compute_v=True
Shape input=F,out_type=tf.int64
ShapeN input=[F,T],out_type=tf.int64
Size input=F,out_type=tf.int64
Slice input=F,begin=[1,1],size=[-1,2]
Snapshot input=F
Softmax logits=F
SpaceToBatchND input=M,block_shape=[2,2],paddings=[[0,0],[1,1]]
SpaceToDepth input=M,block_size=2
SparseSegmentMean data=F,indices=[2,0,1],segment_ids=[0,0,1]
SparseSegmentSqrtN data=F,indices=[2,0,1],segment_ids=[0,0,2]
SparseSegmentSum data=F,indices=[2,0,1],segment_ids=[0,0,1]
Split axis=1,value=F,num_split=2
SplitV value=F,size_splits=[1,3],axis=1,num_split=2
Squeeze input=F[None,:,None],axis=[2]
StatelessRandomNormal shape=[2,3],seed=[3,4],dtype=tf.float64
StatelessRandomUniform shape=[2,3],seed=[3,4],dtype=tf.float64
StatelessTruncatedNormal shape=[2,3],seed=[3,4],dtype=tf.float64
StopGradient input=F
StridedSlice input=T,begin=[0,1],end=[2,0],strides=[1,1],begin_mask=1,end_mask=2,shrink_axis_mask=1
StringJoin inputs=[S,S],separator='+'
StringLength input=S,unit='UTF8_CHAR'
StringLower input=S,encoding='utf-8'
StringStrip input=S
StringUpper input=S,encoding='utf-8'
Substr input=S,pos=1,len=2,unit='UTF8_CHAR'
Svd input=np.diag([3,2,1]).astype('f4'),full_matrices=True
TensorScatterAdd tensor=F,indices=[[1],[1]],updates=P[:2]
TensorScatterMax tensor=F,indices=[[1],[1]],updates=P[:2]
TensorScatterMin tensor=F,indices=[[1],[1]],updates=-P[:2]
TensorScatterSub tensor=F,indices=[[1],[1]],updates=P[:2]
TensorScatterUpdate tensor=F,indices=[[1],[2]],updates=P[:2]
Tile input=F,multiples=[2,1]
TopKV2 input=F,k=2,index_type=tf.int64
Transpose x=T,perm=[2,0,1]
Unique x=[3,1,3,2,1],out_idx=tf.int64
UniqueWithCounts x=[3,1,3,2,1],out_idx=tf.int64
Unpack value=F,num=4,axis=1
UnravelIndex indices=[5,2],dims=[2,4]
Where condition=B
Zeta x=P+1,q=P
"""


def calls() -> dict[str, str]:
    """Kernel -> the text of its keywords."""
    found = {k: f"x={v}" for v, names in _UNARY.items() for k in names.split()}
    found |= dict.fromkeys(_FEATURES.split(), "features=F")
    found |= {k: v for v, names in _BINARY.items() for k in names.split()}
    found |= dict.fromkeys(_REDUCTIONS.split(), "input=F,axis=[1],keep_dims=True")
    found |= dict.fromkeys(_SCANS.split(), "x=F,axis=1,exclusive=True,reverse=True")
    for k in _SEGMENTS.split():
        found[f"Segment{k}"] = "data=F,segment_ids=[0,0,2]"
        if k != "Mean":
            found[f"UnsortedSegment{k}"] = "data=F,segment_ids=[2,-1,2],num_segments=4"
    lines = [line.partition(" ") for line in _TEXT.split("\n") if line]
    return found | {kernel: keywords for kernel, _, keywords in lines}


def keywords(text: str, tf) -> dict:
    """The keywords of a call; `tf` is TensorFlow or tfshim."""
    random = np.random.RandomState(7)

    def floats(*shape):
        return random.uniform(-2, 2, shape).astype(np.float32)

    F, U = floats(3, 4), floats(3, 4) / 2.1
    names = {
        "tf": tf,
        "np": np,
        "F": F,
        "U": U,
        "P": abs(floats(3, 4)) + np.float32(0.1),
        "T": floats(2, 3, 4),
        "M": floats(1, 4, 4, 2),
        "K": floats(2, 3, 2, 2),
        "V": floats(1, 3, 4, 2, 2),
        "W": floats(2, 2, 1, 2, 2),
        "C": (floats(3, 4) + 1j * floats(3, 4)).astype(np.complex64),
        "Q": F[:, :3] @ F[:, :3].T + np.eye(3, dtype=np.float32),
        "I": random.randint(-9, 9, (3, 4)).astype(np.int32),
        "J": random.randint(1, 5, (3, 4)).astype(np.int32),
        "B": F > 0,
        "S": np.array(["abca", " Éa ", "xyzw"], object),
    }
    return eval(f"dict({text})", names)


def outcome(result) -> list:
    """[dtype, shape, values] of each tensor of a result, as JSON has it."""
    if not hasattr(result, "numpy"):
        return [part for item in result for part in outcome(item)]
    value = np.asarray(result.numpy())
    if value.dtype == object:
        values = [v.hex() for v in value.ravel()]
    elif value.dtype.kind == "c":
        values = value.ravel().view(value.real.dtype).tolist()
    else:
        values = value.ravel().tolist()
    return [[result.dtype.name, value.shape, values]]
