"""Draw rows, run both sides, judge, and report."""

from __future__ import annotations

import dataclasses
import functools
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from conformance.cases.harness.execute import Outcome
from conformance.cases.row import Row
from conformance.fuzz.catalogue import CALLS
from conformance.fuzz.draws import Draw
from conformance.fuzz.judge import Difference, judge
from conformance.fuzz.mutate import mutated, originals
from conformance.fuzz.shrink import smallest
from conformance.fuzz.sides import BATCH, Reference, in_function, run_here
from conformance.fuzz.snippet import snippet

#: NumPy's answer, XLA's of every op by itself and of a whole program, and of calls in functions.
MODES = ("eager", "kernels", "compiled", "function")
#: What has many forms is drawn more often than one op.
WEIGHTS = {
    "tf.Tensor.__getitem__": 12,
    "tf.Variable.__getitem__": 4,
    "tf.Variable.__getitem__.assign": 8,
    "tf.Variable.read_value": 4,
    "tf.cast": 8,
    "tf.einsum": 4,
    "tf.linalg.matmul": 3,
    "tf.gather": 3,
}
#: Draws after which compiled programs are dropped, so that memory stays bounded.
CLEAR_EVERY = 512


@functools.cache
def targets(part: str = "") -> tuple[str, ...]:
    """The names that are drawn, weighted; those with `part`, or one of its parts, in them, and
    with none of those that follow a minus."""
    parts, names = part.split(","), sorted({*CALLS, *originals()})
    without = [p[1:] for p in parts if p.startswith("-")]
    parts = [p for p in parts if not p.startswith("-")] or [""]
    wanted = [n for n in names if any(p in n for p in parts) and not any(p in n for p in without)]
    return tuple(n for n in wanted for _ in range(WEIGHTS.get(n, 1)))


def drawn(seed: int, number: int, part: str = "") -> Row:
    """The row of this number."""
    d = Draw(seed, number)
    op = d.pick(targets(part))
    if op in CALLS and (op not in originals() or d.chance(0.75)):
        row = CALLS[op](d, op)
    else:
        row = mutated(d, op)
    if row.set_seed is None and "seed" in row.kwargs:  # else it has the one of an earlier row
        return dataclasses.replace(row, set_seed=number)
    return row


class Fuzz:
    """One run.

    Args:
      asked: what is right.
      seed: of all draws.
      part: only ops with this, or one of these between commas, in their name.
      modes: how tfshim runs.
      shrink: whether to make what differs smaller.
      say: takes the text about each kind of difference when it is found.
    """

    def __init__(
        self,
        asked: Reference,
        seed: int = 0,
        part: str = "",
        modes: Sequence[str] = MODES,
        shrink: bool = True,
        say: Callable[[str], object] = print,
    ) -> None:
        self.asked, self.seed, self.part, self.modes = asked, seed, part, modes
        self.shrink, self.say = shrink, say
        self.counts: Counter[str] = Counter()
        self.known: dict[str, Counter[str]] = {}
        self.ops: set[str] = set()
        self.unexplained: dict[tuple[str, str], tuple[Difference, list[int]]] = {}

    def run(self, numbers: Iterable[int]) -> None:
        """Draws, runs and judges these numbers."""
        wanted, began = list(numbers), time.monotonic()
        for start in range(0, len(wanted), BATCH):
            some = wanted[start : start + BATCH]
            self._batch(some, [drawn(self.seed, n, self.part) for n in some])
            done = start + len(some)
            if done % CLEAR_EVERY < BATCH:
                _forget()
                said = f"{done} draws, {len(self.unexplained)} kinds of difference"
                print(f"{said}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

    def _batch(self, numbers: list[int], rows: list[Row]) -> None:
        plain = [mode for mode in self.modes if mode != "function"]
        answers = self.asked.begin(rows) if plain else None
        outcomes = {mode: run_here(rows, mode) for mode in plain}
        found = self._judged(rows, answers(), outcomes) if answers else [[] for _ in rows]
        if "function" in self.modes:
            inside = list(map(in_function, rows))
            answers = self.asked.begin(inside)
            outcomes = {"function": run_here(inside, "function")}
            more = self._judged(inside, answers(), outcomes)
            found = [[*a, *b] for a, b in zip(found, more, strict=True)]
        self.counts["draws"] += len(rows)
        for number, row, differences in zip(numbers, rows, found, strict=True):
            self.ops.add(row.op)
            if new := [difference for difference in differences if not difference.why]:
                self._keep(number, new[0])
            elif differences:
                self.known.setdefault(differences[0].why, Counter())[row.op] += 1

    def _judged(
        self,
        rows: list[Row],
        expected: list[Outcome | None],
        outcomes: dict[str, list[Outcome]],
    ) -> list[list[Difference]]:
        """What differs of each row."""
        found = []
        for i, (row, right) in enumerate(zip(rows, expected, strict=True)):
            if right is None:
                self.counts["TensorFlow died"] += 1
                found.append([])
                continue
            failed = (right.get("result") or {}).get("error")
            self.counts["errors" if failed else "values"] += 1
            self.counts["with gradients"] += "grads" in right
            judged = (judge(row, m, outcomes[m][i], right, self.asked) for m in outcomes)
            found.append([difference for difference in judged if difference is not None])
        return found

    def _keep(self, number: int, found: Difference) -> None:
        self.counts["differ"] += 1
        key = (found.row.op, found.kind)
        if key in self.unexplained:
            self.unexplained[key][1].append(number)
            return
        if self.shrink:
            found = smallest(found, self.asked)
        self.unexplained[key] = (found, [number])
        lines = [f"=== {found.row.op}, draw {number} of seed {self.seed}, {found.mode}"]
        lines += [f"    {line}" for line in found.lines]
        lines += [f"  {line}" for line in snippet(found.row).splitlines()]
        self.say("\n".join([*lines, ""]))

    def report(self) -> str:
        """What was drawn, what is known, what differs."""
        lines = []
        for why, ops in sorted(self.known.items(), key=lambda item: -item[1].total()):
            named = ", ".join(f"{op} {n}" if n > 1 else op for op, n in ops.most_common())
            lines.append(f"{ops.total():6} known: {why} ({named})")
        for (op, kind), (_, numbers) in sorted(self.unexplained.items()):
            lines.append(f"{len(numbers):6} {op}: {kind} (draws {numbers[:5]})")
        said = ", ".join(f"{count} {word}" for word, count in self.counts.items())
        lines.append(f"seed {self.seed}: {said}; {len(self.ops)} ops")
        lines.append(f"{len(self.unexplained)} kinds of unexplained difference")
        return "\n".join(lines)


def _forget() -> None:
    """Drops what JAX compiled."""
    import jax

    jax.clear_caches()
