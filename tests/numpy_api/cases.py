"""Lines that are evaluated in each state, by topic. Most are made from tables."""

from __future__ import annotations

import itertools

# -- arguments --

_DTYPES = (
    "bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 "
    "complex128"
).split()

_UNARY = (
    "sin cos tan sinh cosh tanh arcsin arccos arctan arcsinh arccosh arctanh exp expm1 exp2 log "
    "log1p log2 log10 sqrt ceil floor isnan isfinite abs absolute fabs conj conjugate imag real "
    "negative positive reciprocal square bitwise_not signbit cbrt deg2rad rad2deg fix sinc sign "
    "angle around round iscomplex isreal iscomplexobj isrealobj isinf isposinf isneginf "
    "logical_not copy"
).split()
_UNARY_VALUES = [
    "tf.constant([0.25, -0.5, 0.0, 1.0, -1.0])",
    "tf.constant([[0.25], [2.5]], tf.float64)",
    "tf.constant([1.5, -2.5, 0.5], tf.float16)",
    "tf.constant([1.5, -2.5, 0.5], tf.bfloat16)",
    "tf.constant([np.inf, -np.inf, np.nan, -0.0])",
    "tf.constant([1, -2, 0, 5])",
    "tf.constant([1, 200, 0], tf.uint8)",
    "tf.constant([True, False])",
    "tf.constant([1 + 2j, -0.5j, 3])",
    "tf.zeros([0, 2])",
    "0.5",
    "2",
    "True",
    "1j",
    "[1, 2]",
    "[0.5, 1.5]",
    "np.array([0.5, -0.25])",
    "np.float32(0.5)",
    "tf.Variable([0.5, 0.75])",
    "tf.constant('a')",
    "'a'",
    "None",
]

_BINARY = (
    "add subtract multiply true_divide divide floor_divide mod remainder divmod power "
    "float_power arctan2 nextafter minimum maximum bitwise_and bitwise_or bitwise_xor hypot "
    "heaviside logaddexp logaddexp2 gcd lcm equal not_equal greater greater_equal less "
    "less_equal array_equal isclose allclose logical_and logical_or logical_xor dot inner "
    "outer matmul vdot kron cross append polyval"
).split()
_BINARY_VALUES = [
    "tf.constant([1.0, -2.5, 3.0]), tf.constant([2.0, 2.0, 3.0])",
    "tf.constant([1.0, -2.5, 3.0]), 2.0",
    "tf.constant([1.0, 0.0, -3.0]), 0",
    "0, tf.constant([1.0, 0.0, -3.0])",
    "tf.constant([6, -9, 4]), tf.constant([4, 3, 3])",
    "tf.constant([6, -9, 4]), 3",
    "tf.constant([6, -9, 4]), 3.5",
    "tf.constant([6, 9, 4], tf.int8), tf.constant([4, 3, 3], tf.uint8)",
    "tf.constant([6, 9, 4], tf.uint8), tf.constant([4, 3, 3], tf.uint8)",
    "tf.constant([True, False, True]), tf.constant([True, True, False])",
    "tf.constant([True, False, True]), tf.constant([1, 0, 2])",
    "tf.constant([1 + 2j, 3, 1j]), tf.constant([2.0, 1.0, 0.5])",
    "tf.constant([1.0, 2.0, 3.0], tf.float16), tf.constant([4.0, 5.0, 6.0], tf.float32)",
    "tf.constant([1.0, 2.0, 3.0], tf.bfloat16), tf.constant([4.0, 5.0, 6.0], tf.float32)",
    "tf.constant([1.0, 2.0, 3.0], tf.bfloat16), 2.5",
    "tf.constant([1.0, 2.0, 3.0], tf.bfloat16), tf.constant([4, 5, 6])",
    "tf.constant([np.nan, np.inf, 1.0]), tf.constant([np.nan, np.inf, np.inf])",
    "[1, 2, 3], [4, 5, 6]",
    "[1.5, 2, 3], np.array([4, 5, 6], np.int32)",
    "2, 3",
    "2.0, 3",
    "np.array([1, 2, 4]), tf.constant([4, 8, 6])",
    "np.float32(2), tf.constant([1, 2, 3])",
    "tf.constant(2.0), tf.constant([[1.0, 2.0, 3.0]])",
    "tf.ones([2, 3]), tf.constant([1.0, 2.0, 3.0])",
    "tf.ones([2, 3]), tf.ones([2])",
    "tf.ones([0, 3]), tf.ones([3])",
    "tf.ones([2, 2, 3]), tf.ones([2, 3, 3])",
    "tf.Variable([1.0, 2.0, 3.0]), tf.constant([1, 2, 3])",
    "tf.constant(['a', 'b', 'c']), tf.constant([1, 2, 3])",
    "[1, 2, 3], None",
]

_MATRIX = "tf.constant([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])"
_ARRAYS = [
    _MATRIX,
    "tf.constant([[1, -2, 3], [4, 5, -6]])",
    "tf.constant([[1, 2, 3], [4, 5, 6]], tf.int8)",
    "tf.constant([[1, 2, 3], [4, 5, 6]], tf.uint8)",
    "tf.constant([[True, False], [True, True]])",
    "tf.constant([[1 + 1j, 2j], [3, 4]])",
    "tf.constant([[1.0, np.nan], [np.inf, 2.0]])",
    "np.arange(6.0).reshape(2, 3)",
    "[[1, 2], [3, 4]]",
    "[1, 2.5]",
    "3",
    "tf.zeros([0, 3])",
    "tf.constant(2.5)",
    "tf.constant(['a'])",
]
_REDUCTIONS = (
    "sum prod mean amax amin max min ptp std var all any nansum nanprod nanmean count_nonzero "
    "cumsum cumprod argmax argmin average size"
).split()
_REDUCTION_ARGS = ["", "axis=0", "axis=-1", "axis=(0, 1)", "axis=5", "axis=tf.constant(0)"]
_REDUCTION_MORE = {
    "keepdims=True": "sum prod mean amax amin max min ptp std var all any nansum nanprod nanmean",
    "axis=1, keepdims=True": "sum prod mean amax amin max min ptp std var all any nansum nanmean",
    "dtype=np.float32": "sum prod mean var nansum nanprod nanmean cumsum cumprod",
    "dtype=tf.int64": "sum prod mean var nansum nanprod nanmean cumsum cumprod",
    "dtype=bool": "sum prod mean var nansum cumsum",
    "dtype=complex": "sum mean var",
    "out=np.zeros(())": "mean amax amin var",
    "ddof=1": "var",
    "ddof=1, dtype=np.float64": "var",
    "axis=0, ddof=1, dtype=np.float32": "var",
    "returned=True": "average",
    "axis=0, returned=True": "average",
    "axis=(0,)": "average",
}

#: Calls that stand for themselves, `tnp.` before each.
_CALLS = """
zeros(3)
zeros([2, 2], dtype=np.int8)
zeros((), dtype=None)
zeros([1], tf.float32)
zeros([1], int)
zeros(-1)
ones(3)
ones([2, 2], dtype='int8')
ones([1], dtype=None)
ones(tf.constant([2, 1]))
empty(2)
empty((2, 0), np.uint8)
zeros_like(tf.constant([1, 2]))
zeros_like([1.5, 2])
zeros_like(3)
zeros_like([1, 2], dtype=complex)
zeros_like('abc')
ones_like(tf.constant([1.0]))
ones_like([1, 2])
ones_like([True])
ones_like(2.5, np.int32)
ones_like(b'abc')
empty_like([1, 2])
empty_like(np.float16(1))
full(3, 7)
full([2, 2], 1.5)
full((2,), [1, 2])
full(tf.constant([2]), 1, tf.float32)
full([], 2)
full([2], [1, 2, 3])
full([2], 1.7, int)
full_like([1, 2], 3.7)
full_like([1, 2], 3.7, dtype=float)
full_like(tf.constant([1.0]), 2)
full_like([1], 1, order='F')
full_like([1], 1, subok=False)
full_like([1], 1, shape=[2])
eye(3)
eye(2, 4)
eye(3, k=1)
eye(3, 2, k=-1)
eye(2, 5, k=3, dtype=int)
eye(3, k=5)
eye(4, 2, k=-3, dtype=np.complex64)
eye(2, dtype=None)
eye(2.9)
eye(-1)
identity(2)
identity(2, np.int8)
tri(3)
tri(3, 4, 1)
tri(3, k=-1, dtype=int)
tri(2, k=-5)
tri(2, k=5, dtype=bool)
tri(0)
arange(5)
arange(5.0)
arange(1, 4)
arange(1, 4, 2)
arange(1, 2, 0.25)
arange(5, 1)
arange(5, 1, -1)
arange(-3)
arange(0)
arange(3, dtype=np.float32)
arange(3, dtype=np.int8)
arange(1, 5, 0)
arange(tf.constant(3))
arange(tf.constant(3.0), dtype=int)
arange(1j)
linspace(0, 1, 5)
linspace(0, 1)
linspace(0, 10, 5, endpoint=False)
linspace(0, 10, 5, retstep=True)
linspace(0, 10, 5, dtype=int)
linspace(0, 1, 1, retstep=True)
linspace(0, 1, 1, endpoint=False)
linspace(0, 1, 0)
linspace(0, 1, -1)
linspace(np.array([0, 1]), np.array([2, 3]), 3, axis=1)
linspace(np.float32(0), np.float32(1), 3)
linspace(0, 5, 3, dtype=None)
linspace(tf.constant(0.0), 1, 3)
linspace([0, 1], [2, 3], 3)
logspace(0, 2, 3)
logspace(0, 2, 3, base=2)
logspace(0, 2, 4, endpoint=False)
logspace(0, 2, 3, dtype=int)
logspace(np.float32(0), np.float32(1), 3)
geomspace(1, 1000, 4)
geomspace(-1, -8, 4)
geomspace(1, 256, 9, dtype=int)
geomspace(1, 16, 4, endpoint=False)
geomspace(1.0, 8.0, 4, dtype=np.float32)
geomspace(tf.constant([1.0, 2.0]), tf.constant([8.0, 16.0]), 4, axis=1)
meshgrid([1, 2], [3, 4, 5])
meshgrid([1, 2], [3.0], indexing='ij')
meshgrid([1, 2])
meshgrid([1], sparse=True)
meshgrid([1], copy=False)
diag_indices(3)
diag_indices(2, 3)
diag_indices(0)
diag_indices(-1)
diag_indices(2, -1)
vander([1, 2, 3])
vander([1.0, 2.0, 3.0], 2)
vander([1, 2, 3], increasing=True)
vander([1, 2, 3], 0)
vander([1, 2, 3], -1)
vander([[1, 2]])
vander(tf.constant([1.0, 2.0]), tf.constant(3))
array(3)
array(3.5)
array(True)
array(1j)
array([1, 2.5])
array([1, 2j])
array([1, True])
array([[1, 2], [3, 4]])
array([[1, 2], [3]])
array([])
array([[], []])
array('abc')
array(b'abc')
array(['a', 'b'])
array(None)
array(2 ** 31)
array(2 ** 63)
array(2 ** 64)
array([2 ** 40, 1])
array(5.7, dtype=int)
array([5.7, -5.7], np.int8)
array([1, 0, 2], bool)
array(1j, float)
array(3, ndmin=2)
array([1, 2], ndmin=3)
array([1, 2], ndmin=33)
array([1, 2], dtype='float32')
array([1, 2], tf.bfloat16)
array(np.array([1, 2], np.int16))
array(np.float16(1.5))
array(tf.constant([1, 2]), float)
array(tf.Variable([1.0]))
array([tf.constant(1.0), tf.constant(2.0)])
array([tf.constant(1.0), 2])
array([tf.constant(1), tf.constant(2.0)])
array((1, 2))
array(range(3))
asarray(1.5)
asarray([1, 2], np.float32)
asarray(tf.constant([1, 2]), np.int32)
asarray(tf.constant([1, 2]), np.float64)
asanyarray([1])
asanyarray(2, float)
ascontiguousarray(3)
ascontiguousarray([[1]], float)
copy([1, 2])
shape([[1, 2]])
shape(3)
shape([[1], [1, 2]])
ndim([[1, 2]])
ndim(3.5)
ndim(None)
isscalar(3)
isscalar([3])
isscalar(tf.constant(1))
isscalar('a')
reshape([1, 2, 3, 4], (2, 2))
reshape([[1, 2, 3], [4, 5, 6]], (3, 2), order='F')
reshape([1, 2, 3, 4], -1)
reshape([1, 2, 3, 4], [2, -1])
reshape([1, 2, 3], 2)
reshape([1, 2], 2, order='A')
reshape(tf.zeros([0, 2]), (2, 0))
ravel([[1, 2], [3, 4]])
ravel(3)
flatten([[1, 2], [3, 4]])
flatten([[1, 2], [3, 4]], 'F')
flatten([[1, 2], [3, 4]], 'K')
flatten([1], 'X')
expand_dims([1, 2], 0)
expand_dims([1, 2], -1)
expand_dims([1, 2], 5)
expand_dims(3.0, 0)
squeeze([[1]])
squeeze([[1, 2]], 0)
squeeze([[1, 2]], 1)
squeeze(3)
transpose([[1, 2], [3, 4]])
transpose(np.zeros((2, 3, 4)), (1, 0, 2))
transpose(np.zeros((2, 3)), (0, 0))
transpose(3)
swapaxes(np.arange(24).reshape(2, 3, 4), 0, -1)
swapaxes(np.arange(6).reshape(2, 3), 0, 0)
swapaxes(np.arange(6).reshape(2, 3), 0, 2)
moveaxis(np.arange(24).reshape(2, 3, 4), 0, -1)
moveaxis(np.arange(24).reshape(2, 3, 4), (0, 1), (2, 0))
moveaxis(np.arange(24).reshape(2, 3, 4), 0, 0)
moveaxis(np.arange(24).reshape(2, 3, 4), (0, 1), 1)
moveaxis(np.arange(24).reshape(2, 3, 4), 1, 5)
flip([[1, 2], [3, 4]])
flip([[1, 2], [3, 4]], 0)
flip([[1, 2], [3, 4]], -1)
flip([1], 3)
flipud([[1, 2], [3, 4]])
flipud([1, 2])
fliplr([[1, 2], [3, 4]])
fliplr([1, 2])
rot90([[1, 2], [3, 4]])
rot90([[1, 2], [3, 4]], 2)
rot90([[1, 2], [3, 4]], 3)
rot90([[1, 2], [3, 4]], 4)
rot90(tf.constant([[1, 2], [3, 4]]), -1)
rot90(np.arange(8).reshape(2, 2, 2), 1, (1, 2))
rot90([1, 2])
roll([1, 2, 3], 1)
roll([[1, 2], [3, 4]], 1)
roll([[1, 2], [3, 4]], 1, axis=0)
roll([[1, 2], [3, 4]], (1, 1), axis=(0, 1))
roll([1, 2, 3], -4)
roll([1, 2, 3], 1, axis=2)
repeat([1, 2], 2)
repeat([1, 2], [1, 3])
repeat([[1, 2], [3, 4]], 2, axis=1)
repeat([[1, 2], [3, 4]], [1, 2], axis=0)
repeat([1, 2], 0)
repeat([1, 2], [1, 2, 3])
repeat(3, 2)
repeat([1, 2], -1)
tile([1, 2], 2)
tile([1, 2], (2, 2))
tile([[1, 2]], 2)
tile(3, 2)
tile([1, 2], 0)
tile([1, 2], -1)
tile([1, 2], [])
pad([1, 2], 1, 'constant')
pad([1, 2], [[1, 2]], 'constant')
pad([1, 2], ((1, 1),), 'constant', constant_values=7)
pad([1, 2, 3], [[1, 1]], 'reflect')
pad([1, 2, 3], [[2, 1]], 'symmetric')
pad([1, 2, 3], [[1, 1]], 'edge')
pad([[1.5]], [[0, 1], [1, 0]], mode='constant')
pad([1, 2], [[5, 5]], 'reflect')
concatenate([[1, 2], [3.5]])
concatenate([[[1, 2]], [[3, 4]]], axis=1)
concatenate(([1], [2]), 0)
concatenate([])
concatenate(tf.constant([[1, 2], [3, 4]]))
concatenate([[1], [[2]]])
concatenate([[1], [2]], axis=3)
append([1, 2], 3)
append([[1, 2]], [[3, 4]], axis=0)
append([[1, 2]], [3], axis=0)
stack([[1, 2], [3, 4]])
stack([[1, 2], [3.5, 4]], axis=1)
stack(tf.constant([[1, 2], [3, 4]]), axis=1)
stack([1, 2])
stack([])
stack([[1, 2], [3]])
hstack([1, 2])
hstack([[1, 2], [3]])
hstack([[[1], [2]], [[3], [4]]])
hstack([])
vstack([[1, 2], [3, 4]])
vstack([1, 2])
vstack([[1, 2], [3]])
dstack([[1, 2], [3, 4]])
dstack([1, [2]])
dstack([[[1, 2]], [[3, 4]]])
split([1, 2, 3, 4], 2)
split([1, 2, 3, 4], [1, 3])
split([1, 2, 3, 4], [1, 6])
split([1, 2, 3, 4], [3, 1])
split([1, 2, 3, 4], 3)
split([[1, 2], [3, 4]], 2, axis=1)
split([1, 2], [1], axis=1)
split([1, 2], np.array([1]))
vsplit(np.arange(4).reshape(2, 2), 2)
vsplit(np.arange(4).reshape(2, 2), 3)
vsplit([[1], [2]], [1])
vsplit([[1], [2]], 2)
hsplit(np.arange(4).reshape(2, 2), 2)
hsplit(np.arange(4), 2)
hsplit(np.arange(4), [1])
hsplit(tf.constant([1, 2, 3]), 2)
dsplit(np.arange(8).reshape(2, 2, 2), 2)
dsplit(np.arange(8).reshape(2, 2, 2), [1])
dsplit(np.arange(4).reshape(2, 2), 2)
broadcast_to([1, 2], (2, 2))
broadcast_to(3, [2])
broadcast_to([1, 2], (3,))
broadcast_to([1, 2], 2)
broadcast_arrays([1, 2], [[3], [4]])
broadcast_arrays([1.5])
broadcast_arrays()
broadcast_arrays([1, 2], [1, 2, 3])
broadcast_arrays([1], subok=True)
broadcast_arrays([1], x=1)
atleast_1d(3)
atleast_1d([1], 2)
atleast_1d()
atleast_2d(3)
atleast_2d([1, 2], [[3]])
atleast_3d(3)
atleast_3d([1, 2])
atleast_3d([[1, 2]], np.zeros((1, 1, 1, 1)))
atleast_3d([[1], [1, 2]])
nonzero([1, 0, 2])
nonzero([[1, 0], [0, 2.5]])
nonzero(3)
nonzero([])
where([True, False], 1, 2.5)
where([1, 0], [1, 2], tf.constant([3.0, 4.0]))
where([True, False])
where([[True], [False]], [1, 2], 3)
where([True], 1)
where([True, False], [1, 2, 3], 1)
select([[True, False], [True, True]], [[1, 2], [3.5, 4]])
select([[True, False]], [[1, 2]], default=9)
select([], [])
select([[True]], [[1], [2]])
compress([True, False], [[1, 2], [3, 4]], axis=0)
compress([True], [[1, 2], [3, 4]], axis=1)
compress([False, True, True], [[1, 2], [3, 4]])
compress([True], 3)
compress([[True]], [1])
compress([True, True, True], [1, 2])
compress([True], [1], axis=2)
take([1, 2, 3], [0, 2])
take([1, 2, 3], [-1, 5])
take([1, 2, 3], [-1, 5], mode='wrap')
take([[1, 2], [3, 4]], [1], axis=1)
take([[1, 2], [3, 4]], 1)
take([1, 2], 0, mode='raise')
take([1, 2], 0, mode='x')
take([1, 2], 0, out=1)
take([1, 2], 0, axis=1)
take([1, 2], 0.5)
take_along_axis([[3, 1], [2, 4]], [[1, 0], [0, 1]], 1)
take_along_axis([[3, 1], [2, 4]], [[-1]], 0)
take_along_axis(tf.constant([[3, 1], [2, 4]]), tf.constant([[0], [1]]), -1)
take_along_axis([[3, 1], [2, 4]], [2, 0], None)
take_along_axis([[3, 1], [2, 4]], [[1, 0, 1]], 0)
ix_([0, 1], [2])
ix_([True, False, True], [1])
ix_()
ix_([[1]])
ix_([1.5])
diag([1, 2])
diag([1, 2], 1)
diag([1.5], -2)
diag([[1, 2], [3, 4]])
diag([[1, 2], [3, 4]], 1)
diag([[1, 2], [3, 4]], 5)
diag([[1, 2, 3], [4, 5, 6]], -1)
diag([])
diag([], 2)
diag(3)
diag(np.zeros((1, 1, 1)))
diagonal([[1, 2], [3, 4]])
diagonal([[1, 2], [3, 4]], 1)
diagonal([[1, 2], [3, 4]], -3)
diagonal(np.arange(8).reshape(2, 2, 2))
diagonal(np.arange(8).reshape(2, 2, 2), 0, 1, 2)
diagonal(np.arange(8).reshape(2, 2, 2), 1, -1, 0)
diagonal([1, 2])
diagflat([[1, 2], [3, 4]])
diagflat([1], 1)
diagflat(3)
trace([[1, 2], [3, 4]])
trace([[1, 2], [3, 4]], 1)
trace(np.arange(8).reshape(2, 2, 2))
trace([[1.5, 2], [3, 4]], dtype=np.int32)
trace(tf.constant([[1, 2], [3, 4]], tf.int8))
trace([[True, False], [True, True]])
trace([1])
tril([[1, 2], [3, 4]])
tril([[1, 2], [3, 4]], 1)
tril([[1.5, 2, 3], [3, 4, 5]], -1)
tril([1, 2])
triu([[1, 2], [3, 4]])
triu([[1, 2], [3, 4]], -1)
triu(np.ones((2, 2, 2)), 1)
triu(3)
tensordot([[1, 2], [3, 4]], [[1, 2], [3, 4.5]])
tensordot([[1, 2], [3, 4]], [[1, 2], [3, 4]], 1)
tensordot([[1, 2], [3, 4]], [1, 2], [[1], [0]])
tensordot([1, 2], [3, 4], 0)
tensordot([1, 2], [1, 2, 3], 1)
einsum('ij,jk->ik', [[1, 2], [3, 4]], [[1.5, 2], [3, 4]])
einsum('ii', [[1, 2], [3, 4]])
einsum('i,i->', [1, 2], [3, 4], optimize=True)
einsum('i,i->', [1, 2], [3, 4], optimize='optimal')
einsum('i,i->', [1, 2], [3, 4], optimize='x')
einsum('i,i->', tf.constant([1]), tf.constant([3.0]), casting='no')
einsum('i,i->', [1], [3], casting='x')
einsum('i,j', [1, 2], [3, 4, 5])
cross([1, 2, 3], [4, 5, 6])
cross([1, 2], [3, 4])
cross([1, 2, 3], [4, 5])
cross([[1, 2, 3], [4, 5, 6]], [7.5, 8, 9])
cross([[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 0], [1, 2]], axis=0)
cross([[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 0], [1, 2]], axisa=0, axisb=0, axisc=0)
cross([1], [1])
kron([1, 2], [[1, 1]])
kron([[1, 2]], [1.5])
kron(2, [1, 2])
polyval([1, 2, 3], 2)
polyval([1.5], [1, 2])
polyval(3, [1, 2])
polyval([[1, 2], [3, 4]], [1, 1])
polyval([], 2)
clip([1, 5, 9], 2, 6)
clip([1, 5, 9], None, 6)
clip([1, 5, 9], 2.5, None)
clip([1, 5, 9], None, None)
clip(tf.constant([1, 5]), 1.5, 3)
clip([[1, 5]], [[2], [3]], 4)
clip([1.5], 3, 2)
around([1.25, 1.35], 1)
around([1234, 1251], -2)
around(tf.constant([2.5, 3.5]))
around(1.5)
around([1 + 1.5j])
round([1.5, 2.5])
sign([1.5], out=1)
sign([1.5], where=True)
sign([1.5], casting='x')
sign([-3, 0])
angle([1j, -1], deg=True)
angle([1.0, -1.0], deg=True)
diff([1, 4, 9])
diff([1, 4, 9], 2)
diff([[1, 4], [9, 1]], axis=0)
diff([True, False])
diff([1], axis=1)
diff([1], -1)
diff([1], 3)
sort([3, 1, 2])
sort([[3, 1], [2, 4]], axis=0)
sort([[3, 1], [2, 4]], axis=None)
sort([3.5, np.nan, 1])
sort([3, 1], kind='stable')
sort([3, 1], order='x')
sort(3)
sort([True, False])
argsort([3, 1, 2])
argsort([[3, 1], [2, 4]], axis=0)
argsort([[3, 1], [2, 4]], axis=None)
argsort([1, 1, 0], kind='stable')
argsort([1], kind='heap')
argsort([1], order='x')
argsort([1j])
argsort(3)
average([1, 2, 3], weights=[3, 1, 1])
average([[1, 2], [3, 4]], axis=0, weights=[1, 3])
average([[1, 2], [3, 4]], axis=1, weights=[[1, 3], [1, 1]], returned=True)
average([1.5, 2], weights=[1, 1], returned=True)
average([[1, 2], [3, 4]], weights=[1, 2])
average([1, 2], axis=0, weights=[1, 2, 3])
count_nonzero([[1, 0], [0, 0]], axis=0)
size([[1, 2]])
size(3)
size([1], axis=0)
isclose([1.0, 2.0], [1.0, 2.1], atol=0.2)
isclose([np.nan], [np.nan], equal_nan=True)
isclose([1, 2], [1, 3])
isclose(tf.constant([1.0]), tf.constant([1.0 + 1e-6]))
allclose([1.0, np.nan], [1.0, np.nan], equal_nan=True)
allclose([1.0], [1.0001], rtol=1e-3)
promote_types(np.int8, np.uint8)
promote_types(tf.float16, 'int32')
promote_types(bool, float)
promote_types(tf.string, int)
promote_types(tf.bfloat16, tf.float32)
promote_types('x', int)
result_type(1)
result_type(1.5)
result_type(1j)
result_type(True)
result_type()
result_type(tf.constant(1), 2.5)
result_type(tf.constant(1.0), 2.5)
result_type(tf.constant(1.0, tf.float16), 2.5)
result_type(tf.float16, tf.int8)
result_type([1, tf.constant(1.0)], {'a': np.int8(1)})
result_type(float, tf.float32)
result_type(int)
result_type('x')
result_type(None)
result_type(tf.Variable(1.0), 2)
result_type(np.array([1], np.int8), 300)
finfo(tf.float16).max
finfo(np.float32).eps
finfo('float64').tiny
finfo(tf.int32)
iinfo(np.int8).max
iinfo(np.float32)
issubdtype(np.int8, tnp.inexact)
issubdtype(np.float32, tnp.inexact)
ndarray is tf.Tensor
newaxis is None
pi
e
inf
random.seed('x')
random.seed(None)
random.seed([1])
experimental_enable_numpy_behavior(dtype_conversion_mode='x')
""".strip().splitlines()

_RANDOM = """
rand()
rand(2, 3)
randn()
randn(2, 2)
standard_normal()
standard_normal(3)
standard_normal([2, 2])
uniform()
uniform(1, 5)
uniform(1.0, [2.0, 3.0])
uniform(1, 5, 3)
uniform(1, 5, [2, 2])
uniform(5, 1, (2,))
random()
random([2])
random((2, 2))
poisson()
poisson(3.0, 4)
poisson([1.0, 2.0], [2])
randint(5)
randint(2, 5, 3)
randint(2, 5, (2, 2), np.int32)
randint(5, size=[2], dtype='int64')
randint(5, dtype=np.int8)
randint(5, 2)
randint('x')
randint(0)
""".strip().splitlines()

_OPERATORS = "+ - * / // % ** @ & | ^ < <= > >= == !=".split()
_OPERANDS = [
    "tf.constant([3, 5])",
    "tf.constant([3, 5], tf.int8)",
    "tf.constant([3, 5], tf.uint16)",
    "tf.constant([1.5, 2.5])",
    "tf.constant([1.5, 2.5], tf.float64)",
    "tf.constant([1.5, 2.5], tf.float16)",
    "tf.constant([1.5, 2.5], tf.bfloat16)",
    "tf.constant([True, False])",
    "tf.constant([1j, 2])",
    "tf.constant(['a', 'b'])",
    "tf.Variable([1.5, 2.5])",
    "np.array([1.5, 2.5])",
    "np.array([1, 2], np.int8)",
    "np.float32(1.5)",
    "[1, 2]",
    "[1.5, 2.5]",
    "2",
    "300",
    "2.5",
    "True",
    "2j",
    "None",
    "'a'",
    "tf.TensorShape([2])",
]
_FEW = frozenset("""tf.constant(['a', 'b'])|None|'a'|tf.TensorShape([2])|300|True|2j""".split("|"))
_FIRST = [o for o in _OPERANDS if o.startswith(("tf.c", "tf.V"))]

_TENSOR = "tf.reshape(tf.range(24), [2, 3, 4])"
_INDICES = """
0
-1
5
1, 2
...
..., 1
1, ...
None
:, None
::2
:, ::-1
1:, 2
[0, 1]
[1, -1, 0]
[0, 5]
[[0, 1], [1, 2]]
[0, 1], [1, 2]
[[0, 1], [1, 0]], 1
[0, 1], :, [1, 2]
[0, 1], 1, [1, 2]
:, [0, 2]
:, [0, 2], [1, 3]
..., [0, 2]
..., [0, 2], 1
[0, 1], ...
[0, 1], ..., [1, 2]
0, :, [1, 2]
0, [1, 2]
0, [1, 2], :
:, 1, [1, 2]
None, [0, 1]
[0, 1], None, [1, 2]
:, [[0], [1]], [[1, 2]]
:, [[0], [1]], [1, 2, 3]
[0, 1], [0, 1, 2]
np.array([0, 1])
np.array([0, 1], np.uint8)
np.array([0, 1], np.uint64)
tf.constant([1, 0])
tf.constant([1, 0], tf.int64)
tf.constant(1)
tf.constant(1, tf.int64)
tf.constant(1, tf.uint8)
tf.constant(1):
tf.constant(0):tf.constant(2, tf.int64)
np.int64(1)
np.array(1)
True
False
[True, False]
np.array([True, False])
tf.constant([True, False])
tf.constant([[True, False, True], [False, False, True]])
:, tf.constant([True, False, True])
[True, False], [0, 1]
:, np.array([[True, False]])
1.5
'a'
[1.5]
tf.constant(1.0)
slice(None, 1.5)
slice(None, [1])
1, 2, 3, 0
[0], [0], [0], [0]
..., ...
(0, 1)
[0, None]
[slice(0, 1), 1]
[...]
[]
np.zeros([0], np.int64)
""".strip().splitlines()

_METHODS = """
x.T
x.ndim
x.size
x.data
+x
x.tolist()
x.transpose()
x.transpose([1, 0])
x.transpose((0, 0))
x.flatten()
x.flatten('F')
x.reshape(3, 2)
x.reshape([3, 2])
x.reshape((-1,))
x.reshape(-1)
x.reshape(3, 2, order='F')
x.reshape(3, 2, x=1)
x.reshape(4)
x.ravel()
x.clip(0, 3)
x.clip(None, 2.5)
x.astype(np.int8)
x.astype('float64')
x.astype(int)
x.astype(bool)
round(x)
round(x, 1)
x.max()
x.max(axis=0)
x.mean()
x.mean(1)
x.min(axis=-1, keepdims=True)
x.sum()
x.std()
abs(x)
-x
~x
len(x)
hasattr(x, 'reshape')
x.nbytes
np.asarray(x)
np.sin(x)
np.add(x, 1)
np.concatenate([x, x])
x[0].tolist()
list(x.reshape(-1)[:2])
tf.Variable(x) + 1
tf.Variable(x)[0]
tf.Variable(x)[[0, 1]]
tf.Variable(tnp.ones([2])).assign_add([1, 2])
tf.add(x, 1)
tf.reshape(x.T, [-1]) * 2
""".strip().splitlines()
_SUBJECTS = [_MATRIX, "tf.constant([[1, -2, 3], [4, 5, -6]])"]

_GRADIENTS = """
grads(lambda x, y: tnp.matmul(x, y), tf.ones([2, 3]), tf.ones([3, 2]))
grads(lambda x: tnp.maximum(x, 0), tf.constant([-1.0, 0.0, 2.0]))
grads(lambda x: tnp.maximum(x, 0.5), tf.constant([-1.0, 0.5, 2.0]))
grads(lambda x: tnp.clip(x, 0.0, 1.0), tf.constant([-1.0, 0.0, 0.5, 1.0, 2.0]))
grads(lambda x: tnp.sum(tnp.sqrt(x)), tf.constant([1.0, 4.0]))
grads(lambda x, y: tnp.add(x, y), tf.constant([1.0]), tf.constant([2.0], tf.float64))
grads(lambda x: tnp.cbrt(x), tf.constant([-8.0, 1.0]))
grads(lambda x: tnp.sinc(x), tf.constant([0.5, 1.5]))
grads(lambda x: tnp.logaddexp(x, 1.0), tf.constant([0.0, 1.0]))
grads(lambda x: tnp.var(x), tf.constant([1.0, 2.0, 4.0]))
grads(lambda x: tnp.std(x, axis=0), tf.constant([[1.0, 2.0], [3.0, 5.0]]))
grads(lambda x: tnp.prod(x), tf.constant([1.0, 0.0, 4.0]))
grads(lambda x: tnp.cumprod(x), tf.constant([1.0, 2.0, 4.0]))
grads(lambda x: tnp.amax(x), tf.constant([1.0, 4.0, 4.0]))
grads(lambda x: tnp.take(x, [0, 0, 2]), tf.constant([1.0, 2.0, 4.0]))
grads(lambda x: tnp.where([True, False], x, 2 * x), tf.constant([1.0, 2.0]))
grads(lambda x: tnp.sort(x), tf.constant([3.0, 1.0, 2.0]))
grads(lambda x: tnp.tril(x), tf.ones([2, 2]))
grads(lambda x: tnp.kron(x, x), tf.constant([1.0, 2.0]))
grads(lambda x: tnp.cross(x, tnp.array([1.0, 2.0, 3.0], np.float32)), tf.constant([1.0, 2.0, 4.0]))
grads(lambda x: tnp.dot(x, x), tf.constant([1.0, 2.0]))
grads(lambda x: tnp.outer(x, x), tf.constant([1.0, 2.0]))
grads(lambda x: tnp.einsum('i,i->', x, x), tf.constant([1.0, 2.0]))
grads(lambda x: tnp.polyval([1.0, 2.0], x), tf.constant([1.0, 2.0], tf.float64))
grads(lambda x: tnp.around(x), tf.constant([1.0, 2.0]))
grads(lambda x: tnp.sign(x), tf.constant([1.0, 2.0]))
grads(lambda x: tnp.average(x, weights=[1, 3]), tf.constant([1.0, 2.0]))
grads(lambda x: tnp.nanmean(x), tf.constant([1.0, np.nan, 3.0]))
grads(lambda x: tnp.hypot(x, x), tf.constant([3.0, 0.0]))
grads(lambda x: tnp.asarray(x, np.float64), tf.constant([3.0]))
grads(lambda x: tnp.linspace(x, 2 * x, 3), tf.constant(1.0))
grads(lambda x: tnp.diff(x), tf.constant([1.0, 4.0, 9.0]))
grads(lambda x: tnp.stack([x, x]), tf.constant([1.0]))
grads(lambda x: tnp.pad(x, [[1, 1]], 'reflect'), tf.constant([1.0, 2.0]))
grads(lambda x: tnp.abs(x), tf.constant([0.0, -2.0]))
grads(lambda x: tnp.angle(x), tf.constant([1.0, -2.0]))
function(lambda x: tnp.sum(tnp.sin(x) + 1), tf.constant([1.0, 2.0]))
function(lambda x: tnp.matmul(x, tnp.ones([3, 2], np.float32)), tf.ones([2, 3]))
function(lambda x: tnp.arange(3) * tnp.array(x, np.int64), tf.constant(2))
function(lambda x: tnp.where(x > 1, x, 0), tf.constant([1.0, 2.0]))
function(lambda x: tnp.gcd(x, 6), tf.constant([4, 9]))
function(lambda x: tnp.split(x, 2), tf.constant([4, 9]))
function(lambda x: tnp.average(x, weights=[1.0, 2.0]), tf.constant([4.0, 9.0]))
function(lambda x: tnp.tile(x, [2, 1]), tf.constant([4.0, 9.0]))
function(lambda x: tnp.take(x, [0, 5]), tf.constant([4.0, 9.0]))
function(lambda x: tnp.take_along_axis(x, [[0], [1]], 1), tf.ones([2, 2]))
function(lambda x: tnp.rot90(x), tf.constant([[4.0, 9.0]]))
function(lambda x: tnp.cross(x, [1.0, 2.0, 3.0]), tf.constant([4.0, 9.0, 1.0]))
function(lambda x: tnp.random.rand(2).shape, 1)
tf.vectorized_map(lambda x: tnp.sum(tnp.sin(x)), tf.ones([3, 2]))
tf.vectorized_map(lambda x: tnp.matmul(x, x), tf.ones([3, 2, 2]))
tf.map_fn(lambda x: tnp.cumsum(x), tf.ones([3, 2]))
tf.Variable(tnp.ones([2])).dtype
""".strip().splitlines()

_ENABLED = """
grads(lambda x: x[[0, 0, 1]], tf.constant([1.0, 2.0]))
grads(lambda x: x[:, [0, 1], [1, 1]], tf.reshape(tf.range(8.0), [2, 2, 2]))
grads(lambda x: x[[0, 1], :, [1, 1]], tf.reshape(tf.range(8.0), [2, 2, 2]))
grads(lambda x: x.T @ x, tf.ones([2, 3]))
grads(lambda x: x * 2.5 + tf.constant(1), tf.constant([1.0, 2.0]))
grads(lambda x, y: x * y, tf.constant([1.0, 2.0]), tf.constant([1.0, 2.0], tf.float64))
grads(lambda x: x.reshape(2, 1) / np.array([1.0, 2.0]), tf.constant([1.0, 2.0]))
function(lambda x, i: x[i], tf.constant([1.0, 2.0]), tf.constant([1, 0]))
function(lambda x, i: x[i], tf.constant([1.0, 2.0]), tf.constant(1))
function(lambda x: x.reshape(2, 1).T.astype(np.int32), tf.constant([1.0, 2.0]))
function(lambda x: x.size, tf.constant([1.0, 2.0]))
function(lambda x: x.tolist(), tf.constant([1.0, 2.0]))
function(lambda x: x + tf.constant(1), tf.constant([1.0, 2.0]))
function(lambda x: x[x > 1] if False else x[0], tf.constant([1.0, 2.0]))
tf.vectorized_map(lambda x: x.reshape(2, 1).T @ x, tf.ones([3, 2]))
tf.vectorized_map(lambda x: x[[0, 1]] + 1, tf.ones([3, 2]))
""".strip().splitlines()


def _promotion() -> list[str]:
    """The common dtype of all pairs, of arrays, and of an array and each kind of number."""
    lines = []
    for x, y in itertools.combinations_with_replacement([*_DTYPES, "bfloat16"], 2):
        x, y = (f"tf.{d.rstrip('_')}" for d in (x, y))
        lines += [f"tnp.result_type({x}, {y})", f"tnp.promote_types({x}, {y})"]
        lines.append(f"tnp.add(tf.ones([1], {x}), tf.ones([1], {y}))")
        lines.append(f"tf.ones([1], {x}) + tf.ones([1], {y})")
    for x in [*_DTYPES, "bfloat16"]:
        for number in ("True", "2", "2.5", "2j", "np.float32(2)", "np.float64(2)", "np.int8(2)"):
            t = f"tf.ones([1], tf.{x.rstrip('_')})"
            lines += [f"tnp.result_type({t}, {number})", f"tnp.multiply({t}, {number})"]
            lines += [f"{t} * {number}", f"{number} * {t}"]
    return lines


def _operators() -> list[str]:
    lines = []
    for op in _OPERATORS:
        for x, y in itertools.product(_OPERANDS, repeat=2):
            if x not in _FIRST and y not in _FIRST:
                continue
            if op not in "+*==" and {x, y} & _FEW:
                continue
            lines.append(f"{x} {op} {y}")
    return lines


def _reductions() -> list[str]:
    calls = [(f, a) for f in _REDUCTIONS for a in _REDUCTION_ARGS]
    calls += [(f, a) for a, names in _REDUCTION_MORE.items() for f in names.split()]
    return [f"tnp.{f}({x}{', ' if a else ''}{a})" for f, a in calls for x in _ARRAYS]


_WEAK_DTYPES = """
    bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 bfloat16 float32 float64
    complex64 complex128
"""
_WEAK_UNARY = """
    exp mean sum var std sqrt sin prod max cumsum abs sign log1p cbrt square negative floor
    angle real average ptp transpose ravel atleast_1d ones_like zeros_like around nanmean argmax any
    count_nonzero
"""
_WEAK_VALUES = (
    "tf.constant([1, 2], tf.int32)",
    "tf.constant([1, 2], tf.int64)",
    "tf.constant([1.0, 2.0], tf.float32)",
    "tf.constant([1, 2])",
    "tf.constant([1.0, 2.0])",
    "1",
    "2.0",
)
_WEAK_LINES = """
tnp.zeros([2])
tnp.ones([2])
tnp.arange(3)
tnp.arange(3.)
tnp.linspace(0,1,3)
tnp.full([1],1.)
tnp.eye(1)
tnp.array([1,2])
tnp.array([1.,2])
tnp.array([True])
tnp.array(1j)
tnp.array(i)
tnp.array(w)
tnp.array(np.array([1]))
tnp.array([1],tnp.float64)
tnp.array([1.],float)
tnp.array([1.],int)
tnp.asarray(2.)
tnp.add(i,f)
tnp.add(i,l)
tnp.add(i,2.)
tnp.add(wf,2.)
tnp.add(f,2.)
tnp.multiply(w,wf)
tnp.matmul(i,f)
tnp.matmul(i,l)
tnp.matmul(w,wf)
tnp.dot(i,l)
tnp.concatenate([i,l])
tnp.concatenate([i,w])
tnp.stack([i,l])
tnp.where(True,i,l)
tnp.maximum(i,l)
tnp.hypot(wf,2.)
tnp.hypot(f,2.)
w[w[0,0]]
i[0]+w[0]
i.mean()
w.mean()
w.astype(tnp.float32)
tf.cast(w,tf.int64)
tf.reduce_sum(w,axis=0)
tf.reduce_sum(input_tensor=w)
tf.matmul(a=i,b=l)
tf.add(x=i,y=l)
tf.one_hot([0],2)
tf.range(w[0,0])
[w,wf][0]+[w,wf][1]
sum([wf,wf])
np.ones([2])+w
w+np.ones([2],np.float32)
tf.math.add(w,np.float32(1))
tf.Variable(1.)*2
tf.Variable(1.)*wf
tf.Variable(1)+wf
tf.function(lambda a:a*2.)(f)
tf.function(lambda a:a*2.)(wf)
tf.function(lambda a,b:a*b)(i,l)
tf.cond(True,lambda:w,lambda:w)
tf.vectorized_map(lambda a:a*2,w)
w.T
w.ravel()
w.max()
-w
abs(w)
w>1
~w
w&1
w//2
w%2
2**w
2/w
1-wf
i/2
i/l
i//l
f**2
i**2
2.**i
i@l
i*True
l-1
f+1j
""".strip().splitlines()
#: Operands of the modes with weak tensors: a dtype each, Python's numbers, and what they become.
_KINDS = [f"tf.cast(1, tf.{d})" for d in _WEAK_DTYPES.split()] + [
    "tf.constant(1)", "tf.constant(1.0)", "(tf.constant(1) / 2)", "tf.constant(1j)", "1", "1.0",
    "1j", "np.float32(1)", "np.int64(1)", "np.ones([1])", "[1, 2]", "[1.0, 2]", "tf.Variable(1)",
    "tf.Variable(1.0)",
]  # fmt: skip
#: What lines on weak tensors call their operands.
_NAMES = (
    "i=tf.constant([[1, 2], [3, 4]], tf.int32), l=tf.constant([[1, 2], [3, 4]], tf.int64), "
    "f=tf.constant([[1.0, 2.0], [3.0, 4.0]], tf.float32), w=tf.constant([[1, 2], [3, 4]]), "
    "wf=tf.constant([[1.0, 2.0], [3.0, 4.0]])"
)


def _weak() -> list[str]:
    """Lines for the modes "safe" and "all"."""
    lines = []
    for x, y in itertools.product(_KINDS, repeat=2):
        if "tf." in x or "tf." in y:
            lines += [f"weak({x} * {y})", f"weak(tf.add({x}, {y}))"]
    lines += [f"weak(tnp.{f}({x}))" for f in _WEAK_UNARY.split() for x in _WEAK_VALUES]
    lines += [f"weak((lambda {_NAMES}: {line})())" for line in _WEAK_LINES]
    return lines + [
        f"tnp.result_type({x}, {y})" for x in _KINDS[:19] for y in ("1", "1.0", "tf.int64")
    ]


def lines_of(state: str) -> list[str]:
    """All lines of a state, in order and once each: every function in two states, and in the
    others what they change."""
    if state in ("safe", "all"):
        return list(dict.fromkeys(_weak()))
    lines = [f"tnp.{call}" for call in _CALLS]
    lines += [f"(tnp.random.seed(42), tnp.random.{call})[1]" for call in _RANDOM]
    lines += [f"(lambda x: {m})({x})" for m in _METHODS for x in _SUBJECTS]
    lines += _promotion()
    if state in ("plain", "legacy"):
        lines += [f"tnp.{f}({x})" for f in _UNARY for x in _UNARY_VALUES]
        lines += [f"tnp.{f}({xs})" for f in _BINARY for xs in _BINARY_VALUES]
        lines += _reductions() + _GRADIENTS
    if state != "plain":
        lines += [f"(lambda x: x[{index}])({_TENSOR})" for index in _INDICES] + _ENABLED
        lines += _operators()
    return list(dict.fromkeys(lines))
