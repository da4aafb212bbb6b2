"""The benchmark suite: its programs are right, and its numbers say what they claim.

Nothing here gates on wall time.
"""

import io
import json
import sys

import numpy as np
import pytest
from rich.console import Console

import tfshim as tf
from benchmarks import (
    __main__ as command,
    cold,
    frameworks,
    function,
    history,
    losses,
    machine,
    publish,
    pytorch,
    report,
)
from benchmarks.measure import (
    Failed,
    Settings,
    Worker,
    differing,
    interpreters,
    measure,
    ratios,
)
from benchmarks.workloads import WORKLOADS
from benchmarks.workloads.base import Workload

GOLDEN = json.loads(losses.FILE.read_text())["losses"]
# A few steps of training amplify the rounding of single ops.
RTOL = {"float32": 2e-5, "float64": 1e-10}
# The peers' Adam is the same few lines everywhere: not tested again where compiling takes long.
AGAIN = [
    f"{family}/adam" for family in "cnn growing lstm mlp-deep mlp-wide transformer trees".split()
]
PEERS = [name for name in WORKLOADS if name not in AGAIN]
# Eager steps whose shapes change, or that look at values on their way.
CHANGING = ("reinforcement/sgd", "reinforcement/adam", "trees/sgd", "trees/adam")
CHANGING += ("growing/sgd", "growing/adam")
CHANGING += ("lstm-while-loop/sgd", "while-loop-1000")


def agree(actual: dict, expected: dict) -> None:
    assert actual["dtype"] == expected["dtype"]
    rtol = RTOL[actual["dtype"]]
    np.testing.assert_allclose(actual["values"], expected["values"], rtol=rtol, atol=rtol / 10)


@pytest.mark.parametrize("name", WORKLOADS)
def test_workload_on_tfshim(name):
    """TensorFlow's recorded values; a loss that falls; one program a step, nothing traced anew."""
    workload = WORKLOADS[name]
    program, found = losses.first("tfshim", workload)
    agree(found, GOLDEN[name])
    if workload.trains:
        assert found["values"][-1] < found["values"][0]
    if name not in CHANGING:
        tf.debug.reset_stats()
        frameworks.read(program.step(*program.feed(losses.STEPS)))
        counts = tf.debug.stats()
        assert (counts["flushes"], counts["kernel_traces"]) == (1, 0)


@pytest.mark.parametrize("name", PEERS)
def test_peer_in_plain_jax(name):
    agree(losses.first("jax-jit", WORKLOADS[name])[1], GOLDEN[name])


@pytest.mark.parametrize("name", PEERS)
def test_peer_in_pytorch(name):
    pytest.importorskip("torch", reason="PyTorch, an optional peer, is not installed")
    agree(losses.first("torch-eager", WORKLOADS[name])[1], GOLDEN[name])


def test_every_workload_has_a_peer_in_pytorch():
    assert set(pytorch.PEERS) == set(WORKLOADS)


def test_pytorch_is_measured_where_it_is():
    pytest.importorskip("torch", reason="PyTorch, an optional peer, is not installed")
    pythons = interpreters(["tfshim", "torch-eager"], "unused", sys.executable)
    result = measure("first-gradient", pythons, SHORT)
    assert set(result["ratios"]) == {"torch-eager"} and result["differ"] == []
    text = publish.markdown(report.assemble({"m": result}, SHORT, machine.describe()))
    assert "| PyTorch |" in text and " torch " in text


def test_pytorch_is_left_out_where_it_is_not(monkeypatch):
    monkeypatch.setattr(command.importlib.util, "find_spec", lambda name: None)
    assert "torch-eager" not in command.everything(None)
    assert command.everything("/some/python") == ["tfshim", *frameworks.PEERS]
    assert interpreters(["torch-eager"], "a", "b") == {"torch-eager": "b"}


@pytest.mark.parametrize(
    "name",
    [
        "notebook-gradients",
        "logistic/adam",
        "reinforcement/sgd",
        "lstm-while-loop/sgd",
        "while-loop-1000",
    ],
)
def test_workload_in_a_function_of_tfshim(name):
    agree(losses.first("tfshim-function", WORKLOADS[name])[1], GOLDEN[name])


def test_recorded_losses_are_of_the_workloads():
    assert list(GOLDEN) == list(WORKLOADS)


def test_a_wrong_value_is_seen():
    right = {"dtype": "float32", "values": [1.0, 0.5]}
    agree(right, right)
    for wrong in ({"values": [1.0, 0.5001]}, {"dtype": "float64"}, {"values": [1.0, np.nan]}):
        with pytest.raises(AssertionError):
            agree(right | wrong, right)
    assert differing({"a": [1.0], "b": [1.0], "c": [1.1], "d": [np.nan]}) == ["c", "d"]


# -- measuring ---

SHORT = Settings(rounds=1, bouts=2, warmup_steps=2, steps=4, seconds=5.0, small=True)


@pytest.fixture(scope="module")
def measured():
    """A real report: two workloads on tfshim and its peer, each in a process of its own."""
    pythons = dict.fromkeys(("tfshim", "jax-jit"), sys.executable)
    names = ["first-gradient", "trees/sgd"]
    results = {name: measure(name, pythons, SHORT) for name in names}
    return report.assemble(results, SHORT, machine.describe())


def test_report_has_what_the_table_needs(measured):
    assert json.loads(json.dumps(measured)) == measured
    assert report.measured(measured) == ["tfshim", "jax-jit"]
    assert set(measured["versions"]) >= {"tfshim", "jax", "numpy"}
    for result in measured["workloads"].values():
        assert result["differ"] == []
        for run in result["frameworks"].values():
            assert run["min_us"] <= run["q1_us"] <= run["median_us"] <= run["q3_us"]
            assert (run["steps"], len(run["bouts_us"])) == (8, 2)
            assert run["first_ms"] > 0 and run["import_ms"] > 0 and run["peak_mb"] > 1
    engine = measured["workloads"]["first-gradient"]["frameworks"]["tfshim"]["engine_per_step"]
    assert engine["flushes"] == 1 and engine["nodes"] > 1
    out = io.StringIO()
    report.show(measured, Console(file=out, width=120), spread=True)
    assert "trees/sgd" in out.getvalue() and "jax.jit" in out.getvalue()


def test_page_is_filled_between_its_marks(measured):
    text = publish.markdown(measured)
    assert "| first-gradient | " in text and "jax.jit" in text
    page = f"before\n{publish.BEGIN}\nold\n{publish.END}\nafter\n"
    new = publish.between(page, text)
    assert new.startswith(f"before\n{publish.BEGIN}\n{text}\n") and new.endswith("after\n")
    assert "old" not in new and publish.between(new, text) == new
    with pytest.raises(ValueError, match="once each"):
        publish.between("no marks", text)
    publish.between(publish.PAGE.read_text(), text)  # the page has them


def test_pictures(measured, tmp_path):
    pytest.importorskip("matplotlib", reason="pictures need the extra `bench`")
    from benchmarks import plots

    entry = history.entry(measured)
    files = plots.draw(measured, [entry, entry], tmp_path)
    assert [f.name for f in files] == ["ratios.svg", "times.svg", "history.svg"]
    for file in files:
        assert "<svg" in file.read_text()
    before = files[0].read_bytes()
    plots.draw(measured, [entry, entry], tmp_path)
    assert files[0].read_bytes() == before


def test_a_worker_that_fails_says_why(monkeypatch):
    with pytest.raises(Failed, match="the process ended"):
        Worker(sys.executable, "tfshim", "no such workload", small=True).wait()
    monkeypatch.setattr(Worker, "wait", lambda self: (_ for _ in ()).throw(Failed("broken")))
    result = measure("multiply-2x2", {"tfshim": sys.executable}, SHORT)
    assert result["frameworks"]["tfshim"]["error"] == "broken" and result["ratios"] == {}
    lines = report.remarks(report.assemble({"m": result}, SHORT, machine.describe()))
    assert "tfshim: broken (all)" in lines


def test_ratios_compare_bouts_that_ran_side_by_side():
    def run(*bouts):
        return {"bouts": [{"times_us": [t, t, t]} for t in bouts]}

    runs = {"tfshim": run(10.0, 20.0, 30.0), "jax-jit": run(5.0, 10.0, 60.0)}
    runs["tf-jit"] = {"error": "x", "bouts": []}
    assert ratios(runs) == {"jax-jit": 2.0}


def test_history_shows_a_regression(measured, tmp_path):
    file = tmp_path / "history.jsonl"
    assert history.read(file) == []
    history.append(measured, file)
    entries = history.read(file)
    assert entries == [history.entry(measured)]
    assert history.compare(measured, entries) == ([], [], 2)

    slower = json.loads(json.dumps(measured))
    slower["workloads"]["first-gradient"]["ratios"]["jax-jit"] *= 1.3
    worse, better, count = history.compare(slower, entries)
    assert [(c.workload, c.peer) for c in worse] == [("first-gradient", "jax-jit")]
    assert better == [] and count == 2
    assert history.compare(slower, entries, tolerance=0.5)[0] == []

    history.append(slower, file)
    assert [c.workload for c in history.compare(measured, history.read(file))[1]] == [
        "first-gradient"
    ]
    assert len(history.comparable([*entries, entries[0] | {"ratios": {}}, entries[0]])) == 2
    slower["machine"]["processor"] = "another"
    assert history.compare(slower, entries) == ([], [], 0)


def test_cold_programs_run_and_are_paired_by_turn():
    commands = {"good": [sys.executable, "-c", "pass"], "bad": [sys.executable, "-c", "1 / 0"]}
    times = cold.measure(commands, repeats=1)
    assert len(times["good"]) == 1 and times["good"][0] > 0 and times["bad"] == []
    named = set(cold.programs(sys.executable))
    assert all({one, other} <= named for one, other in cold.RATIOS)
    seconds = dict.fromkeys(named, []) | {"import tfshim": [3.0, 8.0], "import jax": [2.0, 2.0]}
    assert cold.ratios(seconds) == {"import tfshim / import jax": 2.75}


def test_command_line(measured, tmp_path, capsys):
    source, past = tmp_path / "report.json", tmp_path / "history.jsonl"
    source.write_text(json.dumps(measured))
    options = ["--from", str(source), "--history", str(past)]
    assert command.main([*options, "--record", "--compare"]) == 0
    assert len(history.read(past)) == 1
    slower = json.loads(json.dumps(measured))
    slower["workloads"]["trees/sgd"]["ratios"]["jax-jit"] *= 2
    source.write_text(json.dumps(slower))
    assert command.main([*options, "--compare"]) == 1
    assert "worse: trees/sgd / jax-jit" in capsys.readouterr().out
    assert command.main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(WORKLOADS)
    assert command.main(["--only", "nothing is called so"]) == 2


def test_functions_are_left_out_where_they_make_no_sense():
    assert isinstance(WORKLOADS["trees/sgd"], Workload)
    assert not frameworks.applies("tf-function", WORKLOADS["trees/sgd"])
    assert frameworks.applies("tf-eager", WORKLOADS["trees/sgd"])


def test_the_table_of_functions(capsys):
    assert function.main(["--small", "--only", "function-call"]) == 0
    shown = capsys.readouterr().out
    assert "function-call" in shown and "load of the machine before" in shown


def test_ratios_are_those_of_the_function():
    bouts = {"tfshim-function": [3.0, 4.0], "jax-jit": [1.0, 2.0]}
    result = {"frameworks": {f: {"bouts_us": b} for f, b in bouts.items()}}
    assert function.against(result)["ratios"] == {"jax-jit": 3.0}
