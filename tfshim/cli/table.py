"""What the terminal shows of a run: a progress bar while it goes on, a table at the end."""

import sys

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

STYLES = {
    "ok": "green",
    "failed": "bold red",
    "differs": "bold red",
    "skipped": "yellow",
    "expected": "cyan",
    "unexpected": "bold red",
}


class Screen:
    """Progress over `total` cells on a terminal, and nothing of it anywhere else.

    Text goes through `out` and `err` while the bar is up, so that the two do not overwrite each
    other.
    """

    def __init__(self, total: int, label: str):
        stream = next((s for s in (sys.stdout, sys.stderr) if s.isatty()), None)
        self._partial = {"out": "", "err": ""}
        self._streams = {"out": sys.stdout, "err": sys.stderr}
        self._progress = None
        if stream is not None:
            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(file=stream),
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._task = self._progress.add_task(escape(label), total=total)

    def __enter__(self) -> "Screen":
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(self, *exc_info) -> None:
        self.end_of_cell(advance=False)
        if self._progress is not None:
            self._progress.stop()

    def out(self, text: str) -> None:
        """Print text of the notebook."""
        self._print("out", text)

    def err(self, text: str) -> None:
        """Print text of the notebook that goes to standard error."""
        self._print("err", text)

    def end_of_cell(self, advance: bool = True) -> None:
        """Print lines that the cell left unfinished and move the bar on."""
        for name in ("out", "err"):
            if self._partial[name]:
                self._print(name, "\n")
            self._streams[name].flush()
        if advance and self._progress is not None:
            self._progress.advance(self._task)

    def _print(self, name: str, text: str) -> None:
        stream = self._streams[name]
        if self._progress is None or not stream.isatty():
            stream.write(text)
            line = text.rpartition("\n")[2]
            unfinished = line if "\n" in text else self._partial[name] + line
            self._partial[name] = unfinished[-1:]
            return
        whole, newline, rest = (self._partial[name] + text).rpartition("\n")
        if newline:
            self._progress.console.out(whole, highlight=False)
        self._partial[name] = rest


def print_table(report: dict) -> None:
    """The table of one notebook: cell, first line, outcome, milliseconds; then why cells failed."""
    console = Console(highlight=False)
    console.print(Text(report["notebook"], style="bold"), soft_wrap=True)
    table = Table(pad_edge=False)
    table.add_column("cell", justify="right", no_wrap=True)
    table.add_column("first line", no_wrap=True)
    table.add_column("result", no_wrap=True)
    table.add_column("ms", justify="right", no_wrap=True)
    room = max(console.width - 36, 20)  # what the other columns leave
    for cell in report["cells"]:
        time = "" if cell["status"] == "skipped" else f"{cell['milliseconds']:.1f}"
        status = Text(cell["status"], style=STYLES.get(cell["status"], ""))
        head = Text(cell["head"].expandtabs(2))
        head.truncate(room, overflow="ellipsis")
        table.add_row(str(cell["cell"]), head, status, time)
    console.print(table)
    for cell in report["cells"]:
        for line in explain(cell):
            console.print(Text(line), soft_wrap=True)
    console.print(Text(summary(report)), soft_wrap=True)


def explain(cell: dict) -> list[str]:
    """Why a cell failed, differs or was skipped, and which of its lines were not run."""
    lines = []
    if error := cell["error"]:
        where = f"{error['filename']}:{error['line']}" if error["line"] else error["filename"]
        first = (error["message"].strip().splitlines() or [""])[0]
        what = f"{error['type']}: {first}" if first else error["type"]
        lines.append(f"cell {cell['cell']}: {what} ({where})")
        if cell["because_of"]:
            lines.append(
                f"cell {cell['cell']}: follows from the failure of cell {cell['because_of']}"
            )
    for note in cell["notes"]:
        line = cell["first_line"] + note["line"] - 1
        lines.append(f"cell {cell['cell']}, line {line}: {note['text']}")
    lines += [f"cell {cell['cell']}: {text}" for text in cell.get("differences", [])]
    if reason := cell.get("expected"):
        lines.append(f"cell {cell['cell']}: expected: {reason}")
    return lines


def summary(report: dict) -> str:
    """One line: how many cells came out how, and how long they took."""
    counts: dict[str, int] = {}
    for cell in report["cells"]:
        counts[cell["status"]] = counts.get(cell["status"], 0) + 1
    parts = [f"{count} {status}" for status, count in counts.items()]
    seconds = sum(cell["milliseconds"] for cell in report["cells"]) / 1e3
    count = len(report["cells"])
    served = f" on {report['served']}"
    return f"{count} cell{'s' if count != 1 else ''}: {', '.join(parts)}; {seconds:.2f} s{served}"


def print_overview(found: list[dict]) -> None:
    """A table of several notebooks: how many of each one's cells came out how."""
    console = Console(highlight=False)
    statuses = ["ok", "skipped", "expected", "failed", "differs", "unexpected"]
    seen = {cell["status"] for report in found for cell in report["cells"]}
    statuses = [status for status in statuses if status == "ok" or status in seen]
    table = Table(pad_edge=False)
    table.add_column("notebook", overflow="fold")
    for status in statuses:
        table.add_column(status, justify="right", no_wrap=True)
    table.add_column("ms", justify="right", no_wrap=True)
    for report in found:
        counts = [sum(c["status"] == status for c in report["cells"]) for status in statuses]
        texts = [
            Text(str(n) if n else "", style=STYLES[status]) for n, status in zip(counts, statuses)
        ]
        name = Text(report["notebook"], style="" if report["status"] == "ok" else "bold red")
        table.add_row(name, *texts, f"{report['milliseconds']:.0f}")
    console.print(table)
    cells = [cell for report in found for cell in report["cells"]]
    counts = [(status, sum(c["status"] == status for c in cells)) for status in statuses]
    total = ", ".join(f"{count} {status}" for status, count in counts if count)
    served = f" on {found[0]['served']}" if found else ""
    console.print(Text(f"{len(found)} notebooks, {len(cells)} cells: {total}{served}"))
