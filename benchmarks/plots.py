"""Pictures of a report, as SVG. Needs matplotlib: `pip install 'tfshim[bench]'`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import history
from benchmarks.report import SHORT, measured

# Okabe and Ito's colours, which most colour-blind readers can tell apart.
COLOURS = {
    "tfshim": "#000000",
    "tf-eager": "#E69F00",
    "tf-function": "#56B4E9",
    "tf-jit": "#009E73",
    "jax-jit": "#D55E00",
    "torch-eager": "#CC79A7",
    "tfshim-function": "#777777",
}
MARKERS = {
    "tfshim": "D",
    "tf-eager": "o",
    "tf-function": "s",
    "tf-jit": "^",
    "jax-jit": "v",
    "torch-eager": "P",
    "tfshim-function": "d",
}


def draw(report: Mapping[str, Any], entries: list[dict], folder: Path) -> list[Path]:
    """Writes ratios.svg, times.svg and, from two entries of history on, history.svg."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "tfshim"  # the same numbers give the same file
    matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {"ratios.svg": _ratios(report), "times.svg": _times(report)}
    comparable = history.comparable(entries)
    if len(comparable) > 1:
        pictures["history.svg"] = _history(comparable)
    for name, figure in pictures.items():
        figure.savefig(folder / name, metadata={"Date": None}, bbox_inches="tight")
    return [folder / name for name in pictures]


def _rows(report: Mapping[str, Any]):
    """A figure with one row for each workload, the first on top."""
    from matplotlib.figure import Figure

    names = list(report["workloads"])
    figure = Figure(figsize=(8, 1.4 + 0.26 * len(names)))
    axes = figure.subplots()
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.grid(axis="both", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.margins(y=0.02)
    return figure, axes


def _legend(axes) -> None:
    axes.legend(fontsize=8, ncols=6, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)


def _decades(axis) -> None:
    """Plain numbers at 1, 2 and 5 of each decade, of many only at 1: no powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 1000 * low else (1,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _ratios(report: Mapping[str, Any]):
    figure, axes = _rows(report)
    results = list(report["workloads"].values())
    for peer in (f for f in measured(report) if f != "tfshim"):
        points = [(r["ratios"][peer], row) for row, r in enumerate(results) if peer in r["ratios"]]
        if points:
            axes.scatter(
                *zip(*points), s=28, color=COLOURS[peer], marker=MARKERS[peer], label=SHORT[peer]
            )
    axes.axvline(1.0, color="black", linewidth=1)
    axes.set_xlabel("time of a tfshim step / time of the peer's (left of 1: tfshim is faster)")
    _decades(axes.xaxis)
    _legend(axes)
    return figure


def _times(report: Mapping[str, Any]):
    figure, axes = _rows(report)
    results = list(report["workloads"].values())
    for framework in measured(report):
        runs = [(row, r["frameworks"].get(framework)) for row, r in enumerate(results)]
        runs = [(row, run) for row, run in runs if run and "error" not in run]
        for row, run in runs:
            axes.plot(
                [run["q1_us"], run["q3_us"]], [row, row], color=COLOURS[framework], linewidth=1.5
            )
        axes.scatter(
            [run["median_us"] for _, run in runs],
            [row for row, _ in runs],
            s=28,
            color=COLOURS[framework],
            marker=MARKERS[framework],
            label=SHORT[framework],
        )
    axes.set_xlabel("microseconds of a step: median, and a line between the quartiles")
    _legend(axes)
    return figure


def _history(entries: list[dict]):
    """The geometric mean over the last entry's workloads of tfshim's ratio to each peer."""
    import numpy as np
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3))
    axes = figure.subplots()
    for peer, colour in COLOURS.items():
        points = []
        for at, entry in enumerate(entries):
            found = [entry["ratios"][name].get(peer) for name in entries[-1]["ratios"]]
            found = [ratio for ratio in found if ratio is not None]
            if found:
                points.append((at, float(np.exp(np.mean(np.log(found))))))
        if points:
            axes.plot(*zip(*points), color=colour, marker=MARKERS[peer], label=SHORT[peer])
    axes.axhline(1.0, color="black", linewidth=1)
    axes.set_yscale("log")
    axes.set_ylim(min(0.4, axes.get_ylim()[0]), max(2.5, axes.get_ylim()[1]))
    _decades(axes.yaxis)
    axes.set_xticks(range(len(entries)), [e["when"][:10] for e in entries], fontsize=8)
    axes.set_ylabel("tfshim / peer, geometric mean", fontsize=8)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    _legend(axes)
    return figure
