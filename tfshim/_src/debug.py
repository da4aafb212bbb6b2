"""`tfshim.debug`: what the engine did."""

from __future__ import annotations

from typing import Any

from tfshim._src.engine import flush, interpret
from tfshim._src.engine.stats import stats
from tfshim._src.registry import export
from tfshim._src.tensor import STATE


@export("tf.debug.stats")
def counters() -> dict[str, int]:
    """The engine's counters since the start or the last `reset_stats()`; see engine/stats.py."""
    return stats.snapshot()


@export("tf.debug.reset_stats")
def reset_stats() -> None:
    """Sets all counters to zero."""
    stats.reset()


@export("tf.debug.clear_cache")
def clear_cache() -> None:
    """Forgets all programs, compiled or not."""
    flush.programs.clear()
    flush.forget_tiny()
    STATE.pending.expect_nothing()


@export("tf.debug.explain")
def explain(limit: int = 20, file: Any = None) -> None:
    """Prints which programs ran, how often, compiled or not, with their milliseconds and lines.

    Args:
      limit: how many programs to list, the most expensive first.
      file: where to print; standard output by default.
    """
    from rich.console import Console
    from rich.table import Table

    console = Console(file=file)
    table = Table(title="tfshim: programs run")
    for column, justify in (
        ("last op at", "left"),
        ("nodes", "right"),
        ("runs", "right"),
        ("how", "left"),
        ("compiles at run", "right"),
        ("compile ms", "right"),
        ("total ms", "right"),
    ):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    entries = sorted(flush.programs.values(), key=lambda e: -e.seconds)
    for e in entries[:limit]:
        table.add_row(
            interpret.describe_site(e.site) or "?",
            str(e.nodes),
            str(e.runs),
            "compiled" if e.call is not None else "node by node",
            "never" if e.hot_at == flush.NEVER else str(e.hot_at),
            f"{e.compile_seconds * 1e3:.1f}" if e.call is not None else "",
            f"{e.seconds * 1e3:.1f}",
        )
    console.print(table)
    seen = stats.snapshot()
    console.print(
        f"transfers: {seen['to_device']} to the device ({seen['to_device_bytes']:,} bytes), "
        f"{seen['to_host']} to the host ({seen['to_host_bytes']:,} bytes)"
    )
    for name, value in stats.snapshot().items():
        console.print(f"{name:>20} {value}")
