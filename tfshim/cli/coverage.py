"""`tfshim coverage`: which names of TensorFlow's public API exist here, seen from outside."""

import argparse
import collections
import json
import sys
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from tfshim._api import facts
from tfshim._api.compare import ABSENT, DIFFERS, PRESENT, STATES, Entry, compare, group

NOT_YET = "not written yet"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status: 2 for a namespace that TensorFlow does not have."""
    options = parser().parse_args(argv)
    names = list(facts.symbols())
    if options.namespace:
        space = _public(options.namespace)
        if space not in facts.namespaces():
            print(
                f"tfshim coverage: TensorFlow {facts.VERSION} has no namespace {space}",
                file=sys.stderr,
            )
            return 2
        names = [name for name in names if name.startswith(f"{space}.")]
        if space == "tf":
            names = [name for name in names if name.count(".") == 1]
    import tfshim

    entries = compare(tfshim, names)
    if options.json:
        text = as_json(entries)
    elif options.markdown:
        text = as_markdown(entries)
    else:
        _print_tables(entries, detailed=bool(options.namespace), absent=options.absent)
        return 0
    if options.output:
        Path(options.output).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line of `tfshim coverage`."""
    out = argparse.ArgumentParser(
        prog="tfshim coverage",
        description=f"Compare tfshim with the public API of TensorFlow {facts.VERSION}: names, "
        "signatures, class members and aliases, looked up in the imported package.",
    )
    out.add_argument(
        "--namespace", metavar="NAME", help="only this one, such as tf.math; with every name"
    )
    out.add_argument("--absent", action="store_true", help="list the absent names and why")
    form = out.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="every name with its state, as JSON")
    form.add_argument("--markdown", action="store_true", help="the page docs/coverage.md")
    out.add_argument("--output", metavar="FILE", help="write JSON or Markdown there")
    return out


def count(entries: Iterable[Entry]) -> dict[str, dict[str, int]]:
    """Namespace -> how many of its names are in each state, and in all, in order of name."""
    table: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    for entry in entries:
        table[group(entry.name)][entry.state] += 1
    return {
        space: {state: table[space][state] for state in STATES} | {"names": table[space].total()}
        for space in sorted(table)
    }


def as_json(entries: Sequence[Entry]) -> str:
    """Every name with its state, and the counts of each namespace."""
    names = {
        e.name: {"state": e.state, "details": list(e.details), "reason": e.reason} for e in entries
    }
    report = {"tensorflow": facts.VERSION, "namespaces": count(entries), "names": names}
    return json.dumps(report, indent=1) + "\n"


def as_markdown(entries: Sequence[Entry]) -> str:
    """The page docs/coverage.md: counts, differences, and what is absent and why."""
    counts = count(entries)
    total = _total(counts)
    lines = [
        "# Coverage of TensorFlow's public API",
        "",
        "Written by `make generate` (`tfshim coverage --markdown`); a test holds it against the",
        f"package. The names are those of TensorFlow {facts.VERSION}. A name is *present* where",
        "signature, defaults and public members are equal too, *differs* where one is not.",
        "",
        "| namespace | present | differs | absent | names |",
        "|---|---:|---:|---:|---:|",
    ]
    for space, row in [*counts.items(), ("**all**", total)]:
        lines.append(
            f"| {space} | {row[PRESENT]} | {row[DIFFERS]} | {row[ABSENT]} | {row['names']} |"
        )
    lines += ["", "## Names that differ", ""]
    different = [e for e in entries if e.state == DIFFERS]
    lines += [f"- `{e.name}`: {'; '.join(map(_code_free, e.details))}" for e in different] or [
        "None."
    ]
    lines += ["", "## Names that are absent", ""]
    for reason, names in _by_reason(entries).items():
        lines += [f"### {reason[0].upper()}{reason[1:]}", ""]
        lines += _listing(names, counts)
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _by_reason(entries: Iterable[Entry]) -> dict[str, list[str]]:
    """Reason -> absent names; the ones that are only not written yet come first."""
    found: dict[str, list[str]] = {NOT_YET: []}
    for entry in entries:
        if entry.state == ABSENT:
            found.setdefault(entry.reason or NOT_YET, []).append(entry.name)
    return {reason: names for reason, names in found.items() if names}


def _listing(names: list[str], counts: dict[str, dict[str, int]]) -> list[str]:
    """Absent names by namespace; one that is absent whole is said in a line, not listed."""
    by_space: dict[str, list[str]] = {}
    for name in names:
        by_space.setdefault(group(name), []).append(name)
    lines = []
    for space, members in by_space.items():
        if len(members) == counts[space]["names"]:
            lines.append(f"- `{space}`: the whole namespace, {len(members)} names")
            continue
        text = ", ".join(f"`{name.removeprefix(space + '.')}`" for name in members)
        lines += textwrap.wrap(
            f"- `{space}`: {text}", 100, subsequent_indent="  ", break_on_hyphens=False
        )
    return lines


def _code_free(detail: str) -> str:
    """Markdown must not take `*args` and `<class>` for markup."""
    return detail.replace("*", "\\*").replace("<", "\\<").replace("_", "\\_")


def _total(counts: dict[str, dict[str, int]]) -> dict[str, int]:
    return {key: sum(row[key] for row in counts.values()) for key in (*STATES, "names")}


def _public(namespace: str) -> str:
    """`math`, `tf.math` and `tensorflow.math` all mean tf.math."""
    parts = namespace.strip(".").split(".")
    if parts[0] in ("tensorflow", "tfshim"):
        parts[0] = "tf"
    return ".".join(parts if parts[0] == "tf" else ["tf", *parts])


def _print_tables(entries: Sequence[Entry], detailed: bool, absent: bool) -> None:
    from rich.console import Console

    console = Console()
    if detailed and not absent:
        console.print(_names_table(entries))
    if absent:
        console.print(_absent_table(entries))
    console.print(_counts_table(count(entries)))


def _counts_table(counts: dict[str, dict[str, int]]):
    from rich.table import Table

    total = _total(counts)
    table = Table(title=f"public API of TensorFlow {facts.VERSION} in tfshim", show_footer=True)
    table.add_column("namespace", "all")
    for state, style in zip(STATES, ("green", "yellow", "red"), strict=True):
        table.add_column(state, str(total[state]), justify="right", style=style)
    table.add_column("names", str(total["names"]), justify="right")
    table.add_column("share", _percent(total), justify="right")
    for space, row in counts.items():
        cells = [str(row[state]) for state in (*STATES, "names")]
        table.add_row(space, *cells, _percent(row), style=None if row[PRESENT] else "dim")
    return table


def _percent(row: dict[str, int]) -> str:
    return f"{100 * row[PRESENT] / row['names']:.0f}%" if row["names"] else "-"


def _names_table(entries: Sequence[Entry]):
    from rich.markup import escape
    from rich.table import Table

    table = Table("name", "state", "how it differs, or why it is absent", title="names")
    styles = dict(zip(STATES, ("green", "yellow", "red"), strict=True))
    for e in entries:
        note = "\n".join(e.details) if e.state != ABSENT else e.reason or NOT_YET
        table.add_row(e.name, f"[{styles[e.state]}]{e.state}[/]", escape(note))
    return table


def _absent_table(entries: Sequence[Entry]):
    from rich.markup import escape
    from rich.table import Table

    table = Table("name", "why", title="absent")
    for reason, names in _by_reason(entries).items():
        for name in names:
            table.add_row(name, escape(reason))
    return table


if __name__ == "__main__":
    raise SystemExit(main())
