"""LU factors of complex matrices, whose pivots are the largest by modulus, as in TensorFlow.

LAPACK's `getrf`, which XLA calls on a CPU, compares |re| + |im|, so its rows come in another order.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

#: Up to this size columns are eliminated one by one; else a quarter of them at a time, before the
#: others follow by products of matrices.
_SMALL = 256


def factors(matrices):
    """L below the diagonal and U above of complex [..., n, n], and their rows, int32 [..., n].

    Source: Golub and Van Loan, "Matrix Computations", 3.2.11 (blocked) and 3.4 (pivots).
    """
    if matrices.ndim > 2:
        return jax.vmap(factors)(matrices)
    n = matrices.shape[0]
    width = n if n <= _SMALL else -(-n // 4)  # each panel costs time to compile
    rows = jnp.arange(n, dtype=np.int32)
    for start in range(0, n, width):
        end = min(start + width, n)
        panel, order = _eliminated(matrices[start:, start:end])
        rows = rows.at[start:].set(rows[start:][order])
        matrices = matrices.at[start:].set(matrices[start:][order])
        matrices = matrices.at[start:, start:end].set(panel)
        if end < n:
            square, below = panel[: end - start], panel[end - start :]
            right = lax.linalg.triangular_solve(
                square, matrices[start:end, end:], left_side=True, lower=True, unit_diagonal=True
            )
            product = jnp.matmul(below, right, precision=lax.Precision.HIGHEST)
            matrices = matrices.at[start:end, end:].set(right).at[end:, end:].add(-product)
    return matrices, rows


def _eliminated(panel):
    """The factors of a tall matrix, and the order of its rows."""
    height, width = panel.shape
    rows, columns = np.arange(height, dtype=np.int32), np.arange(width)

    def step(k, state):
        a, order = state
        best = jnp.argmax(jnp.where(rows < k, -1.0, jnp.abs(a[:, k]))).astype(np.int32)
        swap = jnp.where(rows == k, best, jnp.where(rows == best, k, rows))
        a, order = a[swap], order[swap]
        pivot = jnp.where(a[k, k] == 0, 1, a[k, k])  # a column of zeros stays
        left = jnp.where(rows > k, a[:, k] / pivot, a[:, k])
        a = jnp.where(columns == k, left[:, None], a)
        inner = (rows > k)[:, None] & (columns > k)
        return jnp.where(inner, a - left[:, None] * a[k], a), order

    return lax.fori_loop(
        np.int32(0), np.int32(min(height, width)), step, (panel, jnp.asarray(rows))
    )
