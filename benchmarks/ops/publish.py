"""Brings a report on ops into docs/performance.md: medians, what misses the goal, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks import publish as pages
from benchmarks.ops.report import GOAL, line, medians, outliers, remarks, sentence

BEGIN, END = "<!-- ops: begin -->", "<!-- ops: end -->"
HEAD = ["op", "n", "tfshim", "TF eager", "jax.jit", "/ TF", "/ jax", "/ best", "CPU", "first 5"]

_THREADS = "supposed: LAPACK's two threads, as `jax.jit`'s, wait for each other when others run"
_INFINITIES = "supposed: the result is looked at for infinities, since a singular matrix raises"
_INDICES = "supposed: negative indices, which XLA counts from the end, are put out of range"

#: Why an op is slower than `jax.jit`, where that was looked into; "supposed" from the code alone.
CAUSES = {
    "argmax, axis 1": "supposed: XLA's loop over integer keys; TensorFlow's takes half as long",
    "batch norm": "moments by squared distances, in two passes; the peer takes one",
    "cholesky": _THREADS,
    "d bias_add": "supposed: it depends on no value: XLA computed the peer's when compiling",
    "d cholesky": _THREADS,
    "det": _THREADS,
    "eigh": _THREADS,
    "qr": _THREADS,
    "svd": _THREADS,
    "inv": _INFINITIES,
    "solve": _INFINITIES,
    "matvec": "NumPy's BLAS, by one thread",
    "prod, axis 1": "supposed: XLA's loop multiplies one by one; TensorFlow's kernel is vectorized",
    "sin": "NumPy's sine, by one thread; XLA's takes twice as long",
    "tensor_scatter_nd_add": _INDICES,
    "tensor_scatter_nd_update": _INDICES,
    "d layer norm": "moments by squared distances, in two passes; the peer takes one",
    "layer norm": "moments by squared distances, in two passes; the peer takes one",
    "segment_mean": "`jax.jit` has no such op; XLA adds row by row",
    "stateless_truncated": "TensorFlow's numbers: two candidates are drawn for each",
    "truncated_normal": "TensorFlow's numbers: two candidates are drawn for each",
    "unsorted_segment_sum, 1-D": "ids are checked",
    "where of indices": "runs on NumPy",
}


def cause(result: Mapping[str, Any]) -> str:
    """Why an op misses the goal, as far as it is known."""
    ratios, cpu = result["ratios"], result["cpu_ratios"]
    if ratios.get("jax-jit", 2 * GOAL) <= GOAL:
        return "XLA's program: `jax.jit` takes as long"
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
