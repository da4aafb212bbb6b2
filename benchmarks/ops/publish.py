"""Brings a report on ops into docs/performance.md: medians, what misses the goal, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks import publish as pages
from benchmarks.ops.report import GOAL, line, medians, outliers, remarks, sentence

BEGIN, END = "<!-- ops: begin -->", "<!-- ops: end -->"
HEAD = ["op", "n", "tfshim", "TF eager", "jax.jit", "/ TF", "/ jax", "/ best", "CPU", "first 5"]

_INDICES = "supposed: negative indices, which XLA counts from the end, are put out of range"
_CANDIDATES = "TensorFlow's numbers: two candidates are drawn for each"
_ROUNDS = "TensorFlow's numbers: all are drawn in rounds until the last one is accepted"

#: Why an op is slower than `jax.jit`, where that was looked into; "supposed" from the code alone.
CAUSES = {
    "batch norm": "moments by squared distances, in two passes; the peer takes one",
    "categorical": "TensorFlow's numbers, by NumPy's search row by row",
    "concat, axis 0": "NumPy copies by one thread",
    "d bias_add": "supposed: it depends on no value: XLA computed the peer's when compiling",
    "dynamic_partition": "the numbers are looked at before the call",
    "dynamic_stitch": "the places are looked at before the call",
    "gamma": _ROUNDS,
    "in_top_k": "NumPy, in blocks of columns; TensorFlow leaves a row at its first higher ones",
    "matvec": "NumPy's BLAS, by one thread",
    "poisson": _ROUNDS,
    "prod, axis 1": "supposed: XLA's loop multiplies one by one; TensorFlow's kernel is vectorized",
    "rsqrt": "NumPy's root and quotient, by one thread; XLA's takes longer still",
    "segment_mean": "`jax.jit` has no such op; XLA adds row by row",
    "segment_sum": "ids are looked at before the call; XLA adds row by row",
    "shuffle, 1-D": "exchanges all at once, by a sort; TensorFlow's loop makes them one by one",
    "sin": "NumPy's sine, by one thread; XLA's takes twice as long",
    "stateless_binomial": _ROUNDS,
    "stateless_gamma": _ROUNDS,
    "tensor_scatter_nd_add": _INDICES,
    "tensor_scatter_nd_update": _INDICES,
    "d layer norm": "moments by squared distances, in two passes; the peer takes one",
    "layer norm": "moments by squared distances, in two passes; the peer takes one",
    "stateless_truncated": _CANDIDATES,
    "truncated_normal": _CANDIDATES,
    "unsorted_segment_sum, 1-D": "`jax.jit`'s program: it takes 2.7 or 5.4 ms in one process",
    "where of indices": "runs on NumPy",
}


#: Of a time that is said to be longer.
SHORTER = 0.8


def cause(result: Mapping[str, Any]) -> str:
    """Why an op misses the goal, as far as it is known."""
    ratios, cpu = result["ratios"], result["cpu_ratios"]
    if ratios.get("jax-jit", 2 * GOAL) <= GOAL:
        longer = ratios["jax-jit"] < SHORTER
        return f"XLA's program: `jax.jit` takes {'longer' if longer else 'as long'}"
    if result["op"] in CAUSES:
        return CAUSES[result["op"]]
    if cpu.get("best", 2 * GOAL) <= GOAL:
        return "waiting, not work: its CPU time is within the goal"
    return "not found out"


def markdown(report: Mapping[str, Any]) -> str:
    """A sentence for each size that was measured, and a table of those that miss the goal."""
    where, versions = report["machine"], report.get("versions", {})
    software = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    parts = [
        f"{where['processor']}, {where['cores']} cores, {where['system']}, Python "
        f"{where['python']}; {software}. Load before: {where['load']}."
    ]
    for size, found in medians(report["ops"]).items():
        missed = outliers(report["ops"], size)
        parts.append(f"**{size.capitalize()}**: {sentence(found)}.")
        if not missed:
            continue
        head = [*HEAD, "cause"]
        lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
        lines += ["| " + " | ".join([*cells(r), cause(r)]) + " |" for r in missed]
        parts.append("\n".join(lines))
    notes = "\n".join(f"- {text}" for text in remarks(report))
    return "\n\n".join([*parts, *([notes] if notes else [])])


def cells(result: Mapping[str, Any]) -> list[str]:
    return [cell.replace("*", "\\*") for cell in line(result)]


def publish(report: Mapping[str, Any]) -> None:
    """Replaces what stands between the marks of the page."""
    page = pages.PAGE
    page.write_text(pages.between(page.read_text(), markdown(report), BEGIN, END))
