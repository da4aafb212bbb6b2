"""Whether two decompositions are the same up to what no definition settles."""

from __future__ import annotations

import numpy as np

from conformance.cases.harness.execute import Outcome
from conformance.cases.harness.plain import content
from conformance.cases.row import Row

#: Relative to the largest value, values closer than this span one space of vectors.
APART = {"f": 1e-3, "d": 1e-7}


def turned(row: Row, mode: str, got: Outcome, expected: Outcome) -> bool:
    """Results are the same but for order, signs and phases, in which they do differ.

    Where even those are equal, so must the derivatives be, and this is no excuse. A row of code
    gives no vectors to compare, so it has none either, unless it is the call in a function.
    """
    if row.how != "call" and f"lambda *b, **d: {row.op}(*b, **d)" not in row.source:
        return False
    mine, theirs = _arrays(got.get("result")), _arrays(expected.get("result"))
    if not mine or [m.shape for m in mine] != [t.shape for t in theirs]:
        return False
    if not all(np.isfinite(x).all() for x in (*mine, *theirs)):
        return False
    single = "f" if any(x.dtype.char in "fF" for x in theirs) else "d"
    near = APART[single]
    name = row.op.rpartition(".")[2]
    if all(np.allclose(m, t, rtol=near, atol=near) for m, t in zip(mine, theirs)):
        return False
    shape = mine[0].shape[:-1]
    compare = _eigen if name in ("eig", "eigvals") else _ordered
    return all(
        compare([m[at] for m in mine], [t[at] for t in theirs], near) for at in np.ndindex(*shape)
    )


def _arrays(entry: object) -> list[np.ndarray]:
    if not isinstance(entry, dict):
        return []
    if "items" in entry:
        return [x for item in entry["items"] for x in _arrays(item)]
    return [content(entry)] if "d" in entry else []


def _eigen(mine: list, theirs: list, near: float) -> bool:
    """Eigenvalues in any order; of each one its vector up to a factor of size 1."""
    left = list(range(len(theirs[0])))
    scale = max(np.abs(theirs[0]).max(initial=0), 1e-30)
    for i, value in enumerate(mine[0]):
        if not left:
            return False
        gaps = np.abs(theirs[0][left] - value)
        best = int(np.argmin(gaps))
        if gaps[best] > near * scale:
            return False
        j = left.pop(best)
        if len(mine) > 1 and abs(abs(np.vdot(theirs[1][:, j], mine[1][:, i])) - 1) > 10 * near:
            return False
    return True


def _ordered(mine: list, theirs: list, near: float) -> bool:
    """Equal values; the vectors of equal ones span the same space, left and right ones jointly."""
    values = theirs[0]
    scale = max(np.abs(values).max(initial=0), 1e-30)
    if not np.allclose(mine[0], values, rtol=near, atol=near * scale):
        return False
    groups: list[list[int]] = []
    for i, value in enumerate(values):
        if groups and abs(value - values[groups[-1][-1]]) <= near * scale:
            groups[-1].append(i)
        else:
            groups.append([i])
    other = -1 if len(mine) > 2 else 1
    for members in groups:
        products = [x[1][:, members] @ np.conj(x[other][:, members]).T for x in (mine, theirs)]
        if not np.allclose(*products, atol=50 * near):
            return False
    for k in range(1, len(mine)):  # what completes a basis
        rest = [x[k][:, len(values) :] for x in (mine, theirs)]
        if not np.allclose(*(x @ np.conj(x).T for x in rest), atol=50 * near):
            return False
    return True
