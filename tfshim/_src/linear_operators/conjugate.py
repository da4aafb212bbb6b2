"""`tf.linalg.experimental.conjugate_gradient`: solves with an operator that only multiplies."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from tfshim._src import dtypes
from tfshim._src.control_flow.while_loop import while_loop_v2 as while_loop
from tfshim._src.linear_operators import ops
from tfshim._src.registry import export

State = namedtuple("CGState", ["i", "x", "r", "p", "gamma"])
State.__qualname__ = "CGState"


@export("tf.linalg.experimental.conjugate_gradient")
def conjugate_gradient(
    operator, rhs, preconditioner=None, x=None, tol=1e-5, max_iter=20, name="conjugate_gradient"
) -> Any:
    """Solves `A x = rhs` for a self-adjoint, positive definite A (Hestenes and Stiefel, 1952).

    Args:
      operator: the LinearOperator A [B1, ..., Bb, N, N].
      rhs: a tensor [B1, ..., Bb, N].
      preconditioner: a LinearOperator that is close to the inverse of A.
      x: where to start, a tensor [B1, ..., Bb, N]; zeros by default.
      tol: the residual's norm relative to that of `rhs` at which to stop.
      max_iter: the largest number of steps.

    Returns:
      A named tuple of the number of steps `i`, the solution `x`, the residual `r`, the last
      direction `p` and `gamma`, the inner product of `r` with its preconditioned self.

    Raises:
      ValueError: if the operator is not known to be self-adjoint and positive definite.
    """
    if not (operator.is_self_adjoint and operator.is_positive_definite):
        raise ValueError("Expected a self-adjoint, positive definite operator.")

    def preconditioned(r):
        return r if preconditioner is None else preconditioner.matvec(r)

    def going_on(i, state):
        unsolved = ops.reduce_any(ops.norm(state.r, axis=-1) > tol)
        return ops.logical_and(i < max_iter, unsolved)

    def step(i, state):
        image = operator.matvec(state.p)
        alpha = (state.gamma / _inner(state.p, image))[..., None]
        r = state.r - alpha * image
        q = preconditioned(r)
        gamma = _inner(r, q)
        p = q + (gamma / state.gamma)[..., None] * state.p
        return i + 1, State(i + 1, state.x + alpha * state.p, r, p, gamma)

    rhs = ops.convert_to_tensor(rhs)
    batch = ops.broadcast_dynamic_shape(ops.shape(rhs)[:-1], operator.batch_shape_tensor())
    if preconditioner is not None:
        batch = ops.broadcast_dynamic_shape(batch, preconditioner.batch_shape_tensor())
    shape = ops.concat([batch, ops.shape(rhs)[-1:]], 0)
    r = ops.broadcast_to(rhs, shape)
    tol = tol * ops.norm(r, axis=-1)
    if x is None:
        x = ops.zeros(shape, rhs.dtype)
    else:
        x = ops.convert_to_tensor(x)
        r = rhs - operator.matvec(x)
    p = preconditioned(r)
    start = ops.constant(0, dtype=dtypes.int32)
    _, state = while_loop(going_on, step, [start, State(start, x, r, p, _inner(r, p))])
    return State(*state)


def _inner(x: Any, y: Any) -> Any:
    return ops.squeeze(ops.matmul(x[..., None], y[..., None], adjoint_a=True), axis=[-2, -1])
