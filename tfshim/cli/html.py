"""The HTML report: one page with its style in it, for dark and light screens, no scripts."""

from html import escape

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --dim: #777;
  --ok: #1a7f37; --bad: #c62828; --skip: #9a6700; --known: #0b6e99; }
@media (prefers-color-scheme: dark) { :root { --dim: #999; --ok: #4cc26a; --bad: #ff7b72;
  --skip: #d8a22b; --known: #5cc0e8; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem; overflow-wrap: anywhere; }
.totals { color: var(--dim); margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--line); }
details { border-bottom: 1px solid var(--line); }
summary { display: flex; gap: .8rem; padding: .3rem .2rem; cursor: pointer; align-items: baseline; }
summary:hover { background: var(--soft); }
summary code { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.number { width: 2rem; text-align: right; color: var(--dim); }
.time { width: 6rem; text-align: right; color: var(--dim); font-variant-numeric: tabular-nums; }
.status { width: 6rem; font-weight: 600; }
.ok { color: var(--ok); } .failed, .differs, .unexpected { color: var(--bad); }
.skipped { color: var(--skip); } .expected { color: var(--known); }
pre { background: var(--soft); padding: .5rem .7rem; margin: .3rem 0 .5rem 2.8rem; overflow-x: auto;
  font: 13px/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
pre.bad { border-left: 3px solid var(--bad); }
p.note { margin: .3rem 0 .3rem 2.8rem; color: var(--dim); }
"""


def page(reports: list[dict], title: str) -> str:
    """The page for the reports of one run: totals, then every notebook with its cells to unfold."""
    body = [f"<h1>{escape(title)}</h1>"]
    if len(reports) > 1:
        body.append("<table><tr><th>notebook</th><th>result</th><th>cells</th></tr>")
        for position, report in enumerate(reports):
            link = f'<a href="#n{position}">{escape(report["notebook"])}</a>'
            body.append(
                f'<tr><td>{link}</td><td class="{report["status"]}">{report["status"]}</td>'
                f"<td>{escape(_counts(report))}</td></tr>"
            )
        body.append("</table>")
    for position, report in enumerate(reports):
        body.append(f'<h2 id="n{position}">{escape(report["notebook"])}</h2>')
        body.append(
            f'<p class="totals">{escape(_counts(report))}; {report["milliseconds"] / 1e3:.2f} s on'
            f" {escape(report['served'])}, Python {escape(report['python'])}</p>"
        )
        body += [_cell(cell) for cell in report["cells"]]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _counts(report: dict) -> str:
    counts: dict[str, int] = {}
    for cell in report["cells"]:
        counts[cell["status"]] = counts.get(cell["status"], 0) + 1
    return ", ".join(f"{count} {status}" for status, count in counts.items())


def _cell(cell: dict) -> str:
    status = cell["status"]
    unfolded = " open" if status in ("failed", "differs", "unexpected") else ""
    time = "" if status == "skipped" else f"{cell['milliseconds']:.1f} ms"
    parts = [
        f"<details{unfolded}><summary>"
        f'<span class="number">{cell["cell"]}</span>'
        f"<code>{escape(cell['title'] or cell['head'])}</code>"
        f'<span class="status {status}">{status}</span>'
        f'<span class="time">{time}</span></summary>'
    ]
    for note in cell["notes"]:
        line = cell["first_line"] + note["line"] - 1
        parts.append(f'<p class="note">line {line}: {escape(note["text"])}</p>')
    if cell["because_of"]:
        parts.append(f'<p class="note">follows from the failure of cell {cell["because_of"]}</p>')
    if cell.get("expected"):
        parts.append(f'<p class="note">expected: {escape(cell["expected"])}</p>')
    parts.append(_pre(cell["source"]))
    for text in (cell["stdout"], cell["stderr"], cell["display"]):
        parts.append(_pre(text))
    if cell["error"]:
        parts.append(_pre(cell["error"]["traceback"], bad=True))
    parts.append(_pre("\n".join(cell.get("differences", [])), bad=True))
    return "".join(parts) + "</details>"


def _pre(text: str | None, bad: bool = False) -> str:
    if not text or not text.strip():
        return ""
    kind = ' class="bad"' if bad else ""
    return f"<pre{kind}>{escape(text.rstrip())}</pre>"
