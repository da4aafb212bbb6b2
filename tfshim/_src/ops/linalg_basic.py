"""Products of matrices: `tf.matmul` in all its forms, `tf.linalg.matvec`."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from tfshim._src import dtypes, static
from tfshim._src.convert import convert
from tfshim._src.errors import NotFoundError, fail, require
from tfshim._src.ops.common import brackets
from tfshim._src.registry import MISS, always_miss, export, op, shortcut
from tfshim._src.rules import each, same
from tfshim._src.tensor import EagerTensor

#: What the kernels' definitions allow, in their order.
_MAT_MUL = (
    "bfloat16", "half", "float", "double", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "complex64", "complex128",
)  # fmt: skip
_BATCH_MAT_MUL = (*_MAT_MUL[:4], "int16", *_MAT_MUL[4:])
_MIXED = (
    "bfloat16", "half", "float", "double", "uint8", "int8",
    "int16", "int32", "int64", "complex64", "complex128",
)  # fmt: skip
_SPARSE = ("float", "bfloat16")

_SMALL = (dtypes.int8, dtypes.uint8)
#: What of these the kernels on CPU really take: (dtypes of a, of b, of the product).
_MIXED_KERNELS = (
    (_SMALL, _SMALL, dtypes.int32),
    (_SMALL, (dtypes.bfloat16,), dtypes.bfloat16),
    ((dtypes.bfloat16,), _SMALL, dtypes.bfloat16),
)


def _dt(dtype: Any) -> str:
    """A dtype as nodes print it: DT_FLOAT."""
    plain: str = dtype.name
    name = {"float16": "half", "float32": "float", "float64": "double"}.get(plain, plain)
    return f"DT_{name.upper()}"


def _require_kernel(kernel: str, dtype: Any, flags: str) -> None:
    """Raises NotFoundError for the dtypes that only the definition of the op allows."""
    if dtype.kind == "u":
        no_kernel(kernel, f"T={_dt(dtype)}, {flags}")


def no_kernel(kernel: str, attributes: str) -> None:
    """Raises TensorFlow's error for dtypes that its CPU kernels do not cover."""
    raise NotFoundError(
        None,
        None,
        f"Could not find device for node: {{{{node {kernel}}}}} = {kernel}[{attributes}]",
    )


def matrix_product(a, b, turn_a: bool, turn_b: bool):
    """a @ b of raw arrays whose batch shapes broadcast, each transposed or not."""
    if a.ndim == b.ndim and a.shape[:-2] == b.shape[:-2]:
        n = a.ndim
        batch = tuple(range(n - 2))
        contract = ((n - 2 if turn_a else n - 1,), (n - 1 if turn_b else n - 2,))
        return lax.dot_general(a, b, (contract, (batch, batch)))
    a = jnp.swapaxes(a, -1, -2) if turn_a else a
    b = jnp.swapaxes(b, -1, -2) if turn_b else b
    return jnp.matmul(a, b)


def _inner_sizes_fit(a, b, turn_a: bool, turn_b: bool) -> bool:
    return a.shape[-2 if turn_a else -1] == b.shape[-1 if turn_b else -2]


@op(
    kernel="MatMul",
    inputs=same("a", "b", of=_MAT_MUL),
    static={"transpose_a": static.flag, "transpose_b": static.flag},
)
def _mat_mul(a, b, transpose_a, transpose_b):
    if a.ndim != b.ndim:
        fail(f"In[0] and In[1] has different ndims: {brackets(a.shape)} vs. {brackets(b.shape)}")
    require(a.ndim == 2, f"In[0] and In[1] ndims must be == 2: {a.ndim}")
    _check_inner(a, b, transpose_a, transpose_b)
    return matrix_product(a, b, transpose_a, transpose_b)


def _check_inner(a, b, turn_a: bool, turn_b: bool) -> None:
    if not _inner_sizes_fit(a, b, turn_a, turn_b):
        fail(f"Matrix size-incompatible: In[0]: {brackets(a.shape)}, In[1]: {brackets(b.shape)}")


def _check_batches(a, b, turn_a: bool, turn_b: bool) -> None:
    for i, x in enumerate((a, b)):
        require(x.ndim >= 2, f"In[{i}] ndims must be >= 2: {x.ndim}")
    for m, n in zip(a.shape[-3::-1], b.shape[-3::-1], strict=False):
        if m != n and m != 1 and n != 1:
            fail(
                "In[0] and In[1] must have compatible batch dimensions: "
                f"{brackets(a.shape)} vs. {brackets(b.shape)}"
            )
    _check_inner(a, b, turn_a, turn_b)


@op(
    kernel="BatchMatMulV2",
    inputs=same("x", "y", of=_BATCH_MAT_MUL),
    static={"adj_x": static.flag, "adj_y": static.flag},
)
def _batch_mat_mul(x, y, adj_x, adj_y):
    _check_batches(x, y, adj_x, adj_y)
    x = jnp.conj(x) if adj_x and jnp.iscomplexobj(x) else x
    y = jnp.conj(y) if adj_y and jnp.iscomplexobj(y) else y
    return matrix_product(x, y, adj_x, adj_y)


@op(
    kernel="BatchMatMulV3",
    inputs=each("x", of=_MIXED, attr="Ta") + each("y", of=_MIXED, attr="Tb"),
    static={"adj_x": static.flag, "adj_y": static.flag, "output_type": static.dtype},
)
def _batch_mat_mul_mixed(x, y, output_type, adj_x, adj_y):
    _check_batches(x, y, adj_x, adj_y)
    return matrix_product(x.astype(output_type), y.astype(output_type), adj_x, adj_y)


@op(
    kernel="SparseMatMul",
    inputs=each("a", of=_SPARSE, attr="Ta") + each("b", of=_SPARSE, attr="Tb"),
    static={"transpose_a": static.flag, "transpose_b": static.flag, "output_type": static.dtype},
)
def _sparse_mat_mul(a, b, transpose_a, transpose_b, output_type):
    require(a.ndim == 2, "a is not a matrix")
    require(b.ndim == 2, "b is not a matrix")
    if not _inner_sizes_fit(a, b, transpose_a, transpose_b):
        fail(f"Matrix size incompatible: a: {brackets(a.shape)}, b: {brackets(b.shape)}")
    product = matrix_product(a.astype(np.float32), b.astype(np.float32), transpose_a, transpose_b)
    return product.astype(output_type)


@op(kernel="Conj", inputs=same("x"))
def _conjugate_factor(x):
    return jnp.conj(x)


def _conj(x: EagerTensor) -> EagerTensor:
    return _conjugate_factor(x) if x.aval.dtype.kind == "c" else x


_product = shortcut(_mat_mul, False, False)


@export("tf.linalg.matmul", "tf.matmul")
def matmul(
    a,
    b,
    transpose_a=False,
    transpose_b=False,
    adjoint_a=False,
    adjoint_b=False,
    a_is_sparse=False,
    b_is_sparse=False,
    output_type=None,
    grad_a=False,
    grad_b=False,
    name=None,
) -> Any:
    """The product of two matrices, or of two batches of them.

    Args:
      a: tensor of shape [..., m, k]; [..., k, m] if transposed.
      b: tensor of shape [..., k, n], of the same dtype; [..., n, k] if transposed. The batch shapes
        broadcast.
      transpose_a, transpose_b: whether a factor is transposed first.
      adjoint_a, adjoint_b: whether a factor is transposed and conjugated first.
      a_is_sparse, b_is_sparse: a hint that a factor has many zeros. It admits mixed bfloat16 and
        float32 matrices, and no batches of these dtypes.
      output_type: dtype of the product: int32 for 8-bit integers, bfloat16 where one factor is
        bfloat16 and the other an 8-bit integer, otherwise that of the factors.
      grad_a, grad_b: marks that a factor is a gradient; the product is the same.
      name: ignored.

    Returns:
      A tensor of shape [..., m, n].

    Raises:
      ValueError: if a factor is to be both transposed and adjoint.
      InvalidArgumentError: for shapes or dtypes that do not fit.
      NotFoundError: for dtypes that have no kernel, unsigned integers among them.
    """
    turned = transpose_a or transpose_b or adjoint_a or adjoint_b
    if not (turned or a_is_sparse or b_is_sparse or grad_a or grad_b or output_type is not None):
        product = _product(a, b)
        if product is not MISS:
            return product
    if transpose_a and adjoint_a:
        raise ValueError(
            "Only one of `transpose_a` and `adjoint_a` can be True. Received "
            f"`transpose_a`={transpose_a}, `adjoint_a`={adjoint_a}."
        )
    if transpose_b and adjoint_b:
        raise ValueError(
            "Only one of `transpose_b` and `adjoint_b` can be True. Received "
            f"`transpose_b`={transpose_b}, `adjoint_b`={adjoint_b}."
        )
    if type(a) is not EagerTensor:
        a = convert(a)
    da = a.aval.dtype
    if type(b) is not EagerTensor:
        b = convert(b, hint=da)
    db = b.aval.dtype
    flags = grad_a, grad_b = static.flag(grad_a), static.flag(grad_b)
    sparse = a_is_sparse or b_is_sparse
    wanted = None
    if output_type is not None:
        wanted = dtypes.as_dtype(output_type)
        if wanted is da and wanted is db:
            wanted = None
    if not sparse and (a.ndim > 2 or b.ndim > 2):
        if transpose_a:
            a, adjoint_a = _conj(a), True
        if transpose_b:
            b, adjoint_b = _conj(b), True
        if wanted is not None:
            return _mixed(a, b, wanted, adjoint_a, adjoint_b, flags)
        if da.kind == "u" and da is db:
            text = _flags(("adj_x", adjoint_a), ("adj_y", adjoint_b), ("grad_x", grad_a))
            _require_kernel("BatchMatMulV2", da, f"{text}, {_flags(('grad_y', grad_b))}")
        return _batch_mat_mul(a, b, adjoint_a, adjoint_b)
    if adjoint_a:
        a, transpose_a = _conj(a), True
    if adjoint_b:
        b, transpose_b = _conj(b), True
    if _takes_sparse(da, db, sparse):
        kind = dtypes.bfloat16 if da is db is dtypes.bfloat16 else dtypes.float32
        return _sparse_mat_mul(a, b, transpose_a, transpose_b, kind)
    if wanted is not None:
        return _mixed(a, b, wanted, transpose_a, transpose_b, flags)
    if da.kind == "u" and da is db:
        text = _flags(("grad_a", grad_a), ("grad_b", grad_b), ("transpose_a", transpose_a))
        _require_kernel("MatMul", da, f"{text}, {_flags(('transpose_b', transpose_b))}")
    return _mat_mul(a, b, transpose_a, transpose_b)


matmul.entry = None if _product is always_miss else _product  # type: ignore[attr-defined]


def _takes_sparse(da: Any, db: Any, hinted: Any) -> bool:
    """Whether `matmul` of matrices goes by the kernel that mixes bfloat16 and float32."""
    half = dtypes.bfloat16
    if hinted and all(d is half or d is dtypes.float32 for d in (da, db)):
        return True
    return da is not db and ((da is half and db not in _SMALL) or (db is half and da not in _SMALL))


def _flags(*pairs: tuple[str, Any]) -> str:
    return ", ".join(f"{k}={'true' if v else 'false'}" for k, v in pairs)


def _mixed(a, b, wanted, turn_a, turn_b, grads) -> Any:
    """A product whose dtype differs from that of a factor, for the few that have a kernel."""
    da, db = a.aval.dtype, b.aval.dtype
    names = [dtypes.as_dtype(_PLAIN.get(n, n)) for n in _MIXED]
    known = da in names and db in names
    if known and not any(
        da in for_a and db in for_b and wanted is out for for_a, for_b, out in _MIXED_KERNELS
    ):
        text = _flags(("adj_x", turn_a), ("adj_y", turn_b))
        text += ", " + _flags(("grad_x", grads[0]), ("grad_y", grads[1]))
        no_kernel("BatchMatMulV3", f"Ta={_dt(da)}, Tb={_dt(db)}, Tout={_dt(wanted)}, {text}")
    return _batch_mat_mul_mixed(a, b, wanted, turn_a, turn_b)


_PLAIN = {"half": "float16", "float": "float32", "double": "float64"}


@op(kernel="ExpandDims", inputs=same("x"))
def _as_column(x):
    return jnp.expand_dims(x, -1)


@op(kernel="Squeeze", inputs=same("x"))
def _drop_column(x):
    if not x.ndim or x.shape[-1] != 1:
        fail(f"Can not squeeze dim[{x.ndim - 1}], expected a dimension of 1, got {x.shape[-1]}")
    return jnp.squeeze(x, -1)


@export("tf.linalg.matvec")
def matvec(
    a,
    b,
    transpose_a=False,
    adjoint_a=False,
    a_is_sparse=False,
    b_is_sparse=False,
    name=None,
) -> Any:
    """The product of a matrix and a vector, or of batches of them.

    Args:
      a: tensor of shape [..., m, k]; [..., k, m] if transposed.
      b: tensor of shape [..., k], of the same dtype. The batch shapes broadcast.
      transpose_a, adjoint_a, a_is_sparse, b_is_sparse: as for `tf.matmul`.
      name: ignored.

    Returns:
      A tensor of shape [..., m].
    """
    a = convert(a)
    b = _as_column(convert(b, hint=a.aval.dtype))
    return _drop_column(
        matmul(
            a,
            b,
            transpose_a=transpose_a,
            adjoint_a=adjoint_a,
            a_is_sparse=a_is_sparse,
            b_is_sparse=b_is_sparse,
        )
    )
