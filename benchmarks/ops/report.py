"""The tables of a report on ops: in the terminal, and what docs/performance.md says of it."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.ops.table import NAMES
from benchmarks.report import duration, mark

GOAL = 1.2  # of the faster peer
HEAD = ["op", "size", "tfshim", "TF eager", "jax.jit", "/ TF", "/ jax", "/ best", "CPU", "first 5"]


def line(result: Mapping[str, Any]) -> list[str]:
    """The cells of one op at one size. "CPU": the work of all threads over that
    of the faster peer. "first 5": its first five calls over TensorFlow's."""
    runs = result["frameworks"]

    def time(framework: str) -> str:
        return duration(runs[framework]["median_us"]) if framework in runs else "–"

    def ratio(ratios: Mapping[str, float], peer: str) -> str:
        return f"{ratios[peer]:.2f}" if peer in ratios else "–"

    ours = time("tfshim")
    if "tfshim" in runs:
        ours += mark({"engine_per_step": runs["tfshim"]["engine"]})
    cells = [result["op"], str(result["n"]), ours, time("tf-eager"), time("jax-jit")]
    cells += [ratio(result["ratios"], peer) for peer in ("tf-eager", "jax-jit", "best")]
    cells.append(ratio(result["cpu_ratios"], "best"))
    return [*cells, ratio(result["first_ratios"], "tf-eager")]


def medians(results: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """For each size, the median over ops of each ratio, and how many ops miss the goal."""
    found: dict[str, dict[str, float]] = {}
    for size in NAMES:
        chosen = [r["ratios"] for r in results if r["size"] == size and r["ratios"]]
        if not chosen:
            continue
        found[size] = {
            peer: statistics.median(r[peer] for r in chosen if peer in r)
            for peer in ("tf-eager", "jax-jit", "best")
            if any(peer in r for r in chosen)
        }
        first = [r["first_ratios"] for r in results if r["size"] == size]
        firsts = [r["tf-eager"] for r in first if "tf-eager" in r]
        if firsts:
            found[size]["first"] = statistics.median(firsts)
        found[size]["ops"] = len(chosen)
        found[size]["slower"] = sum(r["best"] > GOAL for r in chosen if "best" in r)
    return found


def outliers(results: Sequence[Mapping[str, Any]], size: str) -> list[Mapping[str, Any]]:
    """The ops that miss the goal at a size, the worst first."""
    missed = [r for r in results if r["size"] == size and r["ratios"].get("best", 0) > GOAL]
    return sorted(missed, key=lambda r: -r["ratios"]["best"])


def show(report: Mapping[str, Any], console: Console) -> None:
    """Everything, with what a reader must know below."""
    results = report["ops"]
    table = Table(title=f"load of the machine before: {report['machine']['load']}")
    for i, column in enumerate(HEAD):
        table.add_column(column, justify="right" if i else "left")
    family = None
    for result in results:
        if result["family"] != family:
            family = result["family"]
            table.add_section()
            table.add_row(f"[bold]{family}")
        missed = result["ratios"].get("best", 0) > GOAL
        table.add_row(*line(result), style="yellow" if missed else None)
    console.print(table)
    for size, found in medians(results).items():
        console.print(f"{size}: {sentence(found)}")
    for text in remarks(report):
        console.print(text, markup=False)


def sentence(found: Mapping[str, float]) -> str:
    """The medians of one size in words."""
    names = {"tf-eager": "TF eager", "jax-jit": "jax.jit", "best": "the faster of both"}
    parts = [f"{found[peer]:.2f} of {name}" for peer, name in names.items() if peer in found]
    text = f"median of {found['ops']} ops {', '.join(parts)}; {found['slower']} above {GOAL}"
    if "first" in found:
        text += f"; the first five calls {found['first']:.2f} of TF eager's"
    return text


def remarks(report: Mapping[str, Any]) -> list[str]:
    """Failures, and ops whose values are not those of a peer."""
    found = []
    for result in report["ops"]:
        where = f"{result['op']} ({result['n']})"
        for framework, text in result.get("errors", {}).items():
            found.append(f"{where}: {framework}: {text}")
        if "differ" in result:
            found.append(f"{where}: other values in {', '.join(result['differ'])}")
    return found


def markdown(report: Mapping[str, Any], size: str) -> str:
    """The table of one size for a page, a line per op."""
    head = [cell for cell in HEAD if cell != "size"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for result in report["ops"]:
        if result["size"] == size:
            name, _, *cells = line(result)
            lines.append("| " + " | ".join([f"{name} ({result['n']})", *cells]) + " |")
    return "\n".join(lines)
