"""The ops that the family is made of, under the names they have in `tf` and `tf.linalg`."""

from tfshim._src.name_scope import name_scope as name_scope
from tfshim._src.ops.casting import cast as cast
from tfshim._src.ops.checks import (
    assert_equal as assert_equal,
    assert_less as assert_less,
    assert_positive as assert_positive,
)
from tfshim._src.ops.clip import l2_normalize as l2_normalize
from tfshim._src.ops.compare import equal as equal
from tfshim._src.ops.complex_ops import (
    complex as complex,
    conj as conj,
    imag as imag,
    real as real,
)
from tfshim._src.ops.creation import (
    constant as constant,
    convert_to_tensor as convert_to_tensor,
    eye as eye,
    ones as ones,
    ones_like as ones_like,
    range as range,
    zeros as zeros,
    zeros_like as zeros_like,
)
from tfshim._src.ops.elementwise import (
    abs as abs,
    exp as exp,
    log as log,
    sign as sign,
    sqrt as sqrt,
)
from tfshim._src.ops.facts import (
    broadcast_dynamic_shape as broadcast_dynamic_shape,
    get_static_value as get_static_value,
    group as group,
    no_op as no_op,
)
from tfshim._src.ops.fft import (
    fft as fft,
    fft2d as fft2d,
    fft3d as fft3d,
    ifft as ifft,
    ifft2d as ifft2d,
    ifft3d as ifft3d,
)
from tfshim._src.ops.gather import gather as gather, where as where
from tfshim._src.ops.joining import concat as concat, split as split, stack as stack
from tfshim._src.ops.linalg_bands import (
    tridiagonal_matmul as tridiagonal_matmul,
    tridiagonal_solve as tridiagonal_solve,
)
from tfshim._src.ops.linalg_basic import matmul as matmul
from tfshim._src.ops.linalg_diag import (
    band_part as band_part,
    diag as diag,
    diag_part as diag_part,
    set_diag as set_diag,
)
from tfshim._src.ops.linalg_factor import (
    cholesky as cholesky,
    eigvalsh as eigvalsh,
    svd as svd,
)
from tfshim._src.ops.linalg_forms import adjoint as adjoint
from tfshim._src.ops.linalg_norm import norm as norm
from tfshim._src.ops.linalg_solve import (
    cholesky_solve as cholesky_solve,
    det as det,
    slogdet as slogdet,
    solve as solve,
    triangular_solve as triangular_solve,
)
from tfshim._src.ops.logical import logical_and as logical_and
from tfshim._src.ops.reduction import (
    reduce_any as reduce_any,
    reduce_max as reduce_max,
    reduce_min as reduce_min,
    reduce_prod as reduce_prod,
    reduce_sum as reduce_sum,
)
from tfshim._src.ops.shaping import (
    broadcast_to as broadcast_to,
    expand_dims as expand_dims,
    reshape as reshape,
    reverse as reverse,
    roll as roll,
    squeeze as squeeze,
    transpose as transpose,
)
from tfshim._src.ops.sizes import shape as shape
from tfshim._src.ops.sorting import argsort as argsort
