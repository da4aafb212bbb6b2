"""The history of measurements, a JSON object a line, and what got slower since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import machine

FILE = Path(__file__).with_name("history.jsonl")


class Change(NamedTuple):
    """A ratio that moved: tfshim's time over the peer's, then and now."""

    workload: str
    peer: str
    before: float
    now: float

    @property
    def factor(self) -> float:
        return self.now / self.before


def entry(report: Mapping[str, Any]) -> dict[str, Any]:
    """What the history keeps of a report: where, when, versions, medians and ratios."""
    kept = {k: report[k] for k in ("when", "commit", "machine", "versions")}
    medians = {
        name: {
            framework: round(run["median_us"], 1)
            for framework, run in result["frameworks"].items()
            if "error" not in run
        }
        for name, result in report["workloads"].items()
    }
    ratios = {
        name: {peer: round(ratio, 3) for peer, ratio in result["ratios"].items()}
        for name, result in report["workloads"].items()
    }
    return kept | {"small": report["settings"]["small"], "median_us": medians, "ratios": ratios}


def read(file: Path = FILE) -> list[dict[str, Any]]:
    """All entries, the oldest first."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text().splitlines() if line.strip()]


def append(report: Mapping[str, Any], file: Path = FILE) -> None:
    with file.open("a") as f:
        f.write(json.dumps(entry(report)) + "\n")


def comparable(entries: list[dict]) -> list[dict]:
    """The entries from the last one's kind of machine that have all of its workloads and peers."""
    if not entries:
        return []
    last = entries[-1]

    def covers(old: dict) -> bool:
        alike = machine.same(old["machine"], last["machine"]) and old["small"] == last["small"]
        return alike and all(
            set(ratios) <= set(old["ratios"].get(name, ()))
            for name, ratios in last["ratios"].items()
        )

    return [old for old in entries if covers(old)]


def last_ratios(entries: list[dict], now: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    """The latest ratio of each workload and peer, from the same kind of machine and sizes.

    A run with `--only` leaves the others' latest ratios as they were.
    """
    latest: dict[tuple[str, str], float] = {}
    for old in entries:
        if machine.same(old["machine"], now["machine"]) and old["small"] == now["small"]:
            for name, ratios in old["ratios"].items():
                latest |= {(name, peer): ratio for peer, ratio in ratios.items()}
    return latest


def compare(
    report: Mapping[str, Any], entries: list[dict], tolerance: float = 0.15
) -> tuple[list[Change], list[Change], int]:
    """The ratios that got worse, those that got better, and how many were compared.

    Ratios, not times: the peers ran beside us, so what slows the machine slows them too.
    """
    now = entry(report)
    latest = last_ratios(entries, now)
    changes = [
        Change(name, peer, latest[name, peer], ratio)
        for name, ratios in now["ratios"].items()
        for peer, ratio in ratios.items()
        if (name, peer) in latest
    ]
    worse = sorted((c for c in changes if c.factor > 1 + tolerance), key=lambda c: -c.factor)
    better = sorted((c for c in changes if c.factor < 1 / (1 + tolerance)), key=lambda c: c.factor)
    return worse, better, len(changes)
