"""The table of ops: every line runs on tfshim and under `jax.jit`, and both give the same values.

Nothing here gates on wall time.
"""

import copy
import io
import json
import sys

import jax
import pytest
from rich.console import Console

import tfshim as tf
from benchmarks import machine
from benchmarks.measure import Failed
from benchmarks.ops import (
    __main__ as command,
    measure as measuring,
    programs,
    publish as publishing,
    report,
)
from benchmarks.ops.table import FAMILIES, NAMES, ROWS, parse

# JAX's generators draw other numbers.
RANDOM = {row.name for row in ROWS.values() if "key=" in row.inputs}
SHORT = measuring.Settings(bouts=2, warmup_steps=3, warmup_seconds=1.0, steps=4, seconds=5.0)


def test_table_is_well_formed():
    lines = [line for text in FAMILIES.values() for line in text.strip().splitlines()]
    assert len(lines) == len(ROWS)  # no name twice
    for row in ROWS.values():
        assert len(row.sizes) == len(NAMES) and list(row.sizes) == sorted(row.sizes)
    row = parse("f", "name | tf.f(a) | | a=normal(n) | 2, 4, 8")
    assert (row.jax, row.sizes) == ("", (2, 4, 8))


@pytest.mark.parametrize("name", ROWS)
def test_row(name):
    row = ROWS[name]
    n = row.sizes[0]
    ours = programs.digest(programs.tensorflow_program(tf, row, n)())
    assert ours
    if row.jax and name not in RANDOM:
        theirs = programs.digest(programs.jax_program(jax, row, n)())
        assert measuring.same(ours, theirs, rtol=1e-3), (ours, theirs)


def test_other_values_are_seen():
    right = [[[2, 2], 1.0]]
    assert measuring.same(right, [[[2, 2], 1.0001]])
    for wrong in ([[[2, 2], 1.1]], [[[4], 1.0]], [], [[[2, 2], float("nan")]]):
        assert not measuring.same(right, wrong)
    assert not measuring.same(None, right)


@pytest.fixture(scope="module")
def measured():
    """A real report of two ops, each framework in a process of its own."""
    pythons = dict.fromkeys(("tfshim", "jax-jit"), sys.executable)
    rows = [ROWS["add"], ROWS["where of indices"]]
    found = list(measuring.measure(rows, ["small"], pythons, SHORT))
    return {
        "machine": machine.describe(),
        "versions": found[-1][1],
        "ops": [op for op, _ in found],
    }


def test_report(measured, tmp_path, capsys):
    assert json.loads(json.dumps(measured)) == measured
    add, where = measured["ops"]
    assert set(add["frameworks"]) == {"tfshim", "jax-jit"} and "differ" not in add
    assert set(where["frameworks"]) == {"tfshim"} and where["ratios"] == {}
    run = add["frameworks"]["tfshim"]
    assert run["least_us"] <= run["median_us"] and len(run["first_us"]) == 5
    assert run["engine"]["flushes"] == 4
    assert add["ratios"]["best"] == add["ratios"]["jax-jit"]
    assert set(measured["versions"]) >= {"tfshim", "jax", "numpy"}
    out = io.StringIO()
    report.show(measured, Console(file=out, width=130))
    assert "elementwise" in out.getvalue() and "small: median of 1 ops" in out.getvalue()
    file = tmp_path / "report.json"
    file.write_text(json.dumps(measured))
    assert command.main(["--from", str(file), "--markdown", "small"]) == 0
    assert capsys.readouterr().out.splitlines()[2].startswith("| add (2) | ")


def test_a_report_names_what_misses_the_goal(measured, tmp_path, monkeypatch):
    slow = copy.deepcopy(measured)
    add = slow["ops"][0]
    add["ratios"] = {"tf-eager": 3.0, "jax-jit": 1.0, "best": 3.0}
    page = tmp_path / "page.md"
    page.write_text(f"a\n{publishing.BEGIN}\nold\n{publishing.END}\nb\n")
    monkeypatch.setattr(publishing.pages, "PAGE", page)
    publishing.publish(slow)
    text = page.read_text()
    assert text.startswith("a\n") and text.endswith("\nb\n") and "old" not in text
    assert "| add | 2 |" in text and "XLA's program" in text
    assert publishing.cause(add | {"ratios": {"jax-jit": 2.0, "best": 2.0}}) != "XLA's program"
    assert set(publishing.CAUSES) <= set(ROWS)


def test_an_op_that_fails_says_why_and_leaves_the_others_alone(monkeypatch):
    class Fake:
        def __init__(self, python):
            self.name, self.ready = python[-1], {"versions": {}}
            self.process = type("P", (), {"poll": lambda self: None})()

        def wait(self):
            return self

        def send(self, **asked):
            if asked["run"] == "warm" and self.name == "tfshim":
                raise Failed("broken")
            if asked["run"] == "warm":
                return {"first_us": [1.0], "values": []}
            return {"times_us": [1.0], "cpu_us": 1.0, "engine": {}}

        def stop(self):
            pass

    monkeypatch.setattr(measuring, "Process", Fake)
    pythons = dict.fromkeys(("tfshim", "jax-jit"), sys.executable)
    ops = [op for op, _ in measuring.measure([ROWS["add"]], ["small"], pythons, SHORT)]
    assert ops[0]["errors"] == {"tfshim": "broken"} and list(ops[0]["frameworks"]) == ["jax-jit"]
    assert ops[0]["ratios"] == {}
    assert report.remarks({"ops": ops}) == ["add (2): tfshim: broken"]


def test_ratios_are_to_the_faster_peer_bout_by_bout():
    runs = {"tfshim": [10.0, 20.0, 30.0], "tf-eager": [5.0, 10.0, 60.0], "jax-jit": [40.0] * 3}
    found = measuring.ratios({f: {"bouts_us": b} for f, b in runs.items()})
    assert found == {"tf-eager": 2.0, "jax-jit": 0.5, "best": 2.0}
    assert measuring.ratios({"jax-jit": {"bouts_us": [1.0]}}) == {}


def test_command_lists_the_rows(capsys):
    assert command.main(["--list", "--family", "fourier", "--only", "rfft"]) == 0
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == ["rfft", "irfft"]
