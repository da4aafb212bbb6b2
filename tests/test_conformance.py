"""The comparison beneath `tfshim check` and the conformance suite: it must see every difference."""

import json
import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import ml_dtypes
import numpy as np
import pytest

import conformance.__main__ as suite
from conformance import expected
from tfshim.cli import compare, main, sides
from tfshim.cli.runner.values import encode
from tfshim.cli.tolerance import TABLE, tolerance

ROOT = Path(__file__).parents[1]


def differences(got, wanted) -> list[str]:
    """What the comparison says of two Python values, both through the form in which they travel."""
    got, wanted = (json.loads(json.dumps(encode(value))) for value in (got, wanted))
    return compare.compare_values(got, wanted, "x")


def f32(*values):
    return np.array(values, np.float32)


Point = namedtuple("Point", "x y")
Spot = namedtuple("Spot", "x y")

NAN, INF = float("nan"), float("inf")

EQUAL = [
    (None, None),
    (True, True),
    (3, 3),
    (2**80, 2**80),
    (1.0, 1.0 + 1e-7),
    (NAN, NAN),
    (INF, INF),
    (complex(1, NAN), complex(1, NAN)),
    ("a", "a"),
    ("loss 0.33333334", "loss 0.33333331"),
    (b"\xff", b"\xff"),
    (f32(1, NAN, INF), f32(1.000001, NAN, INF)),
    (np.float64(1.0), np.float64(1.0)),
    (np.array(["a", "bc"]), np.array(["a", "bc"])),
    (np.array([b"a", None], object), np.array([b"a", None], object)),
    (np.array([1, 2], ml_dtypes.bfloat16), np.array([1, 2.015], ml_dtypes.bfloat16)),
    (f32(), f32()),
    ([1, (2, {"a": f32(1)})], [1, (2, {"a": f32(1)})]),
    ({1, 2}, {2, 1}),
    (Point(1, f32(2)), Point(1, f32(2))),
    (print, len),  # functions, modules and the like are not compared
]

DIFFERENT = {
    "value": (f32(1, 2), f32(1, 2.001), "x[1]: 2.0, expected 2.000999"),
    "value in a matrix": (np.eye(2), np.ones((2, 2)), "x[0, 1]: 0.0, expected 1.0 (2 of 4"),
    "integer": (np.array([1, 2**53]), np.array([1, 2**53 + 1]), "x[1]"),
    "unsigned": (np.array([0], np.uint8), np.array([255], np.uint8), "x[0]"),
    "bool": (np.array([True]), np.array([False]), "x[0]"),
    "scalar": (np.float32(1), np.float32(2), "x: 1.0, expected 2.0"),
    "float": (1.0, 1.001, "x: 1.0"),
    "int": (1, 2, "x: 1, expected 2"),
    "int and bool": (1, True, "x: is int"),
    "int and float": (1, 1.0, "x: is int"),
    "string": ("a", "b", "x: line 1"),
    "bytes": (b"a", b"b", "x:"),
    "complex, imaginary part": (1 + 1j, 1 + 2j, "x:"),
    "dtype": (f32(1), np.array([1.0]), "x: dtype float32, expected float64"),
    "integer dtype": (np.array([1], np.int32), np.array([1], np.int64), "dtype int32"),
    "shape": (f32(1), f32(1).reshape(1, 1), "x: shape [1], expected [1, 1]"),
    "rank": (np.zeros((2, 0)), np.zeros((0, 2)), "x: shape [2, 0]"),
    "array and scalar": (np.array(1.0), np.float64(1.0), "x: is ndarray"),
    "NaN for a number": (f32(NAN), f32(1), "x[0]: nan"),
    "a number for NaN": (f32(1), f32(NAN), "x[0]: 1.0, expected nan"),
    "NaN elsewhere": (f32(NAN, 1), f32(1, NAN), "2 of 2"),
    "NaN float": (1.0, NAN, "x: 1.0"),
    "NaN in a complex": (complex(1, NAN), complex(NAN, 1), "x:"),
    "sign of infinity": (f32(INF), f32(-INF), "x[0]"),
    "infinity for a number": (f32(INF), f32(3e38), "x[0]"),
    "a number for infinity": (f32(3e38), f32(INF), "x[0]"),
    "length": ([1, 2], [1, 2, 3], "x: length 2, expected 3"),
    "list and tuple": ([1], (1,), "x: is list"),
    "nested value": ([1, (2, {"a": f32(1)})], [1, (2, {"a": f32(2)})], "x[1][1]['a'][0]: 1.0"),
    "nested dtype": ([{"a": f32(1)}], [{"a": np.array([1.0])}], "x[0]['a']: dtype"),
    "nested structure": ([1, [2]], [1, 2], "x[1]: is list"),
    "keys": ({"a": 1}, {"b": 1}, "x keys[0]"),
    "order of keys": ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "x keys[0]"),
    "value in a dict": ({"a": 1}, {"a": 2}, "x['a']: 1, expected 2"),
    "set": ({1, 2}, {1, 3}, "x["),
    "class of a named tuple": (Point(1, 2), Spot(1, 2), "x: type Point, expected Spot"),
    "field of a named tuple": (Point(1, 2), Point(1, 3), "x['y']"),
    "None": (None, 0, "x: is none"),
    "object array": (np.array([b"a"], object), np.array([b"b"], object), "x[0]"),
    "text array": (np.array(["a"]), np.array(["b"]), "x[0]"),
    "bfloat16": (
        np.array([1], ml_dtypes.bfloat16),
        np.array([1.1], ml_dtypes.bfloat16),
        "x[0]",
    ),
}


@pytest.mark.parametrize(("got", "wanted"), EQUAL, ids=lambda value: repr(value)[:20])
def test_equal_values(got, wanted):
    assert differences(got, wanted) == []


@pytest.mark.parametrize("name", DIFFERENT)
def test_different_values(name):
    got, wanted, start = DIFFERENT[name]
    found = differences(got, wanted)
    assert found and start in found[0]
    assert differences(got, got) == [] and differences(wanted, wanted) == []


class FakeTensor:
    """What the encoder needs of a tensor."""

    def __init__(self, array, dtype=None):
        self._array = np.asarray(array, None if dtype in (None, "string") else dtype)
        self.dtype = SimpleNamespace(name=dtype or self._array.dtype.name)

    def numpy(self):
        return self._array if self._array.shape else self._array[()]


class FakeVariable(FakeTensor):
    def __init__(self, array, trainable=True, name="v:0"):
        super().__init__(array)
        self.trainable, self.name = trainable, name


class FakeSlices:
    def __init__(self, values, indices):
        self.values, self.indices, self.dense_shape = values, indices, None


@pytest.fixture
def fake_tensorflow(monkeypatch):
    """A module whose tensors, variables and IndexedSlices the encoder recognises."""
    fake = SimpleNamespace(Tensor=FakeTensor, Variable=FakeVariable, IndexedSlices=FakeSlices)
    monkeypatch.setitem(sys.modules, "tensorflow", fake)


def test_tensors_and_variables(fake_tensorflow):
    scalar, vector = FakeTensor(np.float32(1)), FakeTensor(f32(1, 2))
    text = FakeTensor(np.array([b"a"], object), "string")
    for value in (scalar, vector, text, FakeVariable(f32(1)), FakeSlices(vector, vector)):
        assert differences([value], [value]) == []
    for got, wanted, start in [
        (scalar, FakeTensor(np.float32(2)), "x: 1.0, expected 2.0"),
        (scalar, np.float32(1), "x: is tensor"),
        (vector, FakeTensor(np.array([1.0, 2.0])), "x: dtype float32, expected float64"),
        (vector, FakeTensor(f32(1, 2).reshape(2, 1)), "x: shape [2], expected [2, 1]"),
        (text, FakeTensor(np.array([b"b"], object), "string"), "x[0]:"),
        (FakeVariable(f32(1)), FakeTensor(f32(1)), "x: is variable"),
        (FakeVariable(f32(1)), FakeVariable(f32(2)), "x[0]: 1.0, expected 2.0"),
        (FakeVariable(f32(1)), FakeVariable(f32(1), trainable=False), "x: trainable True"),
        (FakeVariable(f32(1)), FakeVariable(f32(1), name="w:0"), "x: name v:0"),
        (FakeSlices(vector, scalar), FakeSlices(vector, vector), "x['indices']: shape"),
        (FakeSlices(vector, scalar), vector, "x: is composite IndexedSlices"),
    ]:
        assert differences(got, wanted)[0].startswith(start)


def test_a_value_that_contains_itself_ends():
    loop: list = [1]
    loop.append(loop)
    assert encode(loop)["items"][1]["kind"] == "opaque"


@pytest.mark.parametrize("dtype", sorted(TABLE.keys() - {"python", "text"}))
def test_tolerance_is_that_of_the_dtype(dtype):
    relative, absolute = tolerance(dtype)
    kind = np.dtype(getattr(ml_dtypes, dtype, dtype))
    eps = float(ml_dtypes.finfo(kind).eps)
    assert eps <= 2 * relative <= 1000 * eps * 100
    one = np.array([1.0]).astype(kind)
    inside, outside = one * 1.0, (np.array([1 + 4 * (relative + absolute)])).astype(kind)
    assert compare.close(inside, one, tolerance(dtype)).all()
    assert not compare.close(outside, one, tolerance(dtype)).any()


def test_dtypes_without_a_tolerance_are_exact():
    assert tolerance("int32") == tolerance("bool") == tolerance("string") == (0.0, 0.0)


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        ("<A at 0x7f00aa11>", "<A at 0x7f99bb22>"),
        ("took 12.3 ms", "took 4 ms"),
        ("1.0000001", "1."),
        ("[0.1 0.25]", "[0.10000001 0.25      ]"),
        ("[[1.       2.]\n [3. 4.]]", "[[1.0000001 2.       ]\n [3.        4.       ]]"),
        ("1e-08", "0.0"),
        ("(-3+4j)", "(-3+4.000000000000002j)"),
    ],
)
def test_texts_that_count_as_equal(got, wanted):
    assert compare.compare_text(got, wanted) == []


@pytest.mark.parametrize(
    ("got", "wanted", "message"),
    [
        ("a\nb", "a\nc", "line 2: 'b', expected 'c'"),
        ("1", "2", "line 1"),
        ("10000001", "10000002", "line 1"),  # whole numbers are exact
        ("1.01", "1.02", "line 1"),
        ("nan", "1.0", "line 1"),
        ("(1+2j)", "(1+2.1j)", "line 1"),
        ("v2 1.5", "v3 1.5000001", "line 1"),
        ("float32", "float64", "line 1"),
        ("shape=(2,)", "shape=(3,)", "line 1"),
        ("[1. 2.]", "[1.  2.]", "line 1"),  # spacing counts where no number was rounded
        ("a", "a\nb", "1 lines, expected 2"),
        ("a\n", "a\n\n", "1 lines, expected 2"),
        ("", "a", "0 lines, expected 1"),
        ("x 0.5", "y 0.50000001", "line 1"),
        ("a\n", "a", "'a\\n', expected 'a'"),
    ],
)
def test_texts_that_differ(got, wanted, message):
    found = compare.compare_text(got, wanted)
    assert len(found) == 1 and message in found[0]


def test_what_of_a_traceback_and_of_a_temporary_path_is_compared():
    trace = 'Traceback:\n  File "{}", line {}, in f\n    {}\n    ^^^\n{}Error: bad\n'
    mine = trace.format("a.py", 3, "x = g()", "tfshim._src.errors.NotFound")
    theirs = trace.format("b/c.py", 41, "raise x", "tensorflow.python.framework.NotFound")
    assert compare.compare_text(mine, theirs) == []
    assert compare.compare_text(mine, theirs.replace("NotFound", "Type"))
    assert compare.compare_text(mine, theirs.replace("bad", "good"))
    mine, theirs = "<class 'tfshim._src.tensor.T'>", "<class 'tensorflow.python.ops.T'>"
    assert compare.compare_text(mine, theirs) == []
    assert compare.compare_text(mine, theirs.replace("T'", "U'"))
    cause = 'Traceback (most recent call last):\n  File "a", line 1, in f\n    x\nKeyError: 1\n\n'
    chain = cause + "The above exception was the direct cause of the following exception:\n\n"
    last = 'Traceback (most recent call last):\n  File "b", line 2, in g\nTypeError: no\n'
    assert compare.compare_text(last, chain + last) == []
    assert compare.compare_text(last.replace("no", "yes"), chain + last)
    assert compare.compare_text("/tmp/tmpab_c12d3/x", "/var/tmp/tmpzzzzzzz1/x") == []
    assert compare.compare_text("/tmp/tmpab_c12d3/x", "/tmp/tmpzzzzzzz1/y")
    assert compare.compare_text("/tmp/a/x", "/tmp/b/x")


def test_durations_without_a_unit_are_left_out_where_a_cell_measures():
    def cell(source, text):
        return {
            "status": "ok",
            "error": None,
            "stdout": text,
            "stderr": "",
            "display": "",
            "values": {},
            "source": source,
        }

    timed, plain = "print(timeit.timeit(f, number=10))", "print(f())"
    a, b = "t: 0.0022638330000290807", "t: 1.0892990589999272"
    assert compare.compare_cells(cell(timed, a), cell(timed, b)) == []
    assert compare.compare_cells(cell(plain, a), cell(plain, b))
    assert compare.compare_cells(cell(timed, "x 1.5"), cell(timed, "x 2.5"))


def test_long_lines_are_shown_where_they_differ():
    (found,) = compare.compare_text("a" * 1000 + "b" + "c" * 1000, "a" * 1000 + "d" + "c" * 1000)
    assert "ab" in found and "ad" in found and len(found) < 400


def test_logs_are_not_output():
    text = (
        "WARNING:tensorflow:5 out of 5\n2026-01-01 00:00:00.1: I tensorflow\nown\n"
        "W0000 00:00:00.1 other.cc\na.py:3: UserWarning: careful\n  careful(x)\n  indented\n"
        "b.py:4: FutureWarning: soon"
    )
    assert compare.without_logs(text) == "own\n  indented\n"


# Whole notebooks, in processes of their own, with a small module in TensorFlow's place


@pytest.fixture
def stand_ins(tmp_path):
    """Two folders with a module `tensorflow` each, alike but for what a test writes into them."""
    made = []
    for name in ("here", "there"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "tensorflow.py").write_text(f"__version__ = {name!r}\nvalue = 1.0\n")
        made.append(folder)
    return made


def run_pair(stand_ins, tmp_path, monkeypatch, notebook, timeout=60.0):
    path = tmp_path / "n.py"
    path.write_text(notebook)
    done = []
    for folder in stand_ins:
        monkeypatch.setenv("PYTHONPATH", str(folder))
        done.append(sides.Side(sys.executable, None, [str(path)], timeout).run())
    assert [side.served for side in done] == ["tensorflow here", "tensorflow there"]
    return sides.pair(*(side.cells[str(path)] for side in done))


def test_pair_compares_values_output_and_outcome(stand_ins, tmp_path, monkeypatch):
    (stand_ins[1] / "tensorflow.py").write_text("__version__ = 'there'\nvalue = 2.0\n")
    cells = run_pair(
        stand_ins,
        tmp_path,
        monkeypatch,
        "# %%\nimport tensorflow as tf\nx = {'a': [tf.value]}\n# %%\nprint('value', tf.value)\n"
        "# %%\ny = 1\nprint('same')\n# %%\nassert tf.value == 2.0\n# %%\n[tf.value]\n"
        "# %%\nimport os\nos.system('echo from a shell')\nos.write(2, b'low level')\n"
        "# %%\nif tf.value == 1.0: z = 1\n# %%\nraise ValueError\n",
    )
    assert [cell["status"] for cell in cells] == [
        *("differs", "differs", "ok", "failed", "differs", "ok", "differs", "failed"),
    ]
    assert cells[0]["differences"] == ["x['a'][0]: 1.0, expected 2.0"]
    assert cells[1]["differences"] == ["stdout: line 1: 'value 1.0', expected 'value 2.0'"]
    assert cells[3]["differences"] == ["outcome: failed with AssertionError: , expected: ok"]
    assert cells[4]["differences"][0].startswith("display: line 1")
    assert (cells[5]["stdout"], cells[5]["stderr"]) == ("from a shell\n", "low level")
    assert cells[6]["differences"] == ["z: bound only on tfshim"]
    assert cells[7]["notes"][0]["text"] == "fails with TensorFlow as well"


def test_a_process_that_ends_fails_its_cell_and_the_next_notebook_runs(tmp_path, stand_ins):
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    first.write_text("# %%\nx = 1\n# %%\nimport os; os._exit(7)\n# %%\ny = 1\n")
    second.write_text("x = 1\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(stand_ins[0]))
        side = sides.Side(sys.executable, None, [str(first), str(second)], 60.0).run()
    assert [c["status"] for c in side.cells[str(first)]] == ["ok", "failed", "skipped"]
    assert "status 7" in side.cells[str(first)][1]["error"]["message"]
    assert [c["status"] for c in side.cells[str(second)]] == ["ok"]


def test_notebooks_of_one_process_start_in_the_same_folder(tmp_path, stand_ins, monkeypatch):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.py").write_text("import os\nos.chdir('sub')\n")
    (tmp_path / "b.py").write_text("import os\nassert os.path.isdir('sub')\n")
    monkeypatch.setenv("PYTHONPATH", str(stand_ins[0]))
    monkeypatch.chdir(tmp_path)
    side = sides.Side(sys.executable, None, ["a.py", "b.py"], 60.0).run()
    assert [side.cells[name][0]["status"] for name in ("a.py", "b.py")] == ["ok", "ok"]


def test_a_process_that_hangs_is_ended(tmp_path, stand_ins, monkeypatch):
    path = tmp_path / "a.py"
    path.write_text("# %%\nx = 1\n# %%\nwhile True: pass\n")
    monkeypatch.setenv("PYTHONPATH", str(stand_ins[0]))
    side = sides.Side(sys.executable, None, [str(path)], timeout=5.0).run()
    assert [c["status"] for c in side.cells[str(path)]] == ["ok", "failed"]
    assert side.cells[str(path)][1]["error"]["message"] == "no result within 5 s"


def test_endless_output_is_bounded(tmp_path, stand_ins, monkeypatch):
    path = tmp_path / "a.py"
    path.write_text("import os\nfor _ in range(3000): os.write(1, b'x' * 1000)\n")
    monkeypatch.setenv("PYTHONPATH", str(stand_ins[0]))
    (cell,) = sides.Side(sys.executable, None, [str(path)], 60.0).run().cells[str(path)]
    assert cell["status"] == "ok"
    assert len(cell["stdout"]) < 400_000 and "characters left out" in cell["stdout"]


def test_a_side_without_tensorflow(tmp_path, monkeypatch):
    (tmp_path / "tensorflow.py").write_text("raise ImportError('none of it here')")
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(sides.SideError, match="ImportError: none of it here"):
        sides.Side(sys.executable, None, [str(path)], 60.0).run()
    with pytest.raises(sides.SideError, match="cannot be started"):
        sides.Side(str(tmp_path / "no-python"), None, [str(path)], 60.0).run()


# tfshim check


def run_check(notebook, stand_in, tmp_path, monkeypatch, *options):
    """`tfshim check` with a module of `stand_in`'s text in TensorFlow's place."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "tensorflow.py").write_text(stand_in)
    path = tmp_path / "n.py"
    path.write_text(notebook)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "there"))
    return main(["check", str(path), "--oracle-python", sys.executable, *options])


STAND_IN = "__version__ = 'stand-in'\ndef constant(x): return x\n"


def test_check_equal(tmp_path, monkeypatch, capsys):
    notebook = "import tensorflow as tf\nprint(int(tf.constant(3)))\n"
    target = tmp_path / "r.json"
    assert run_check(notebook, STAND_IN, tmp_path, monkeypatch, "--json", str(target)) == 0
    served = json.loads(target.read_text())["notebooks"][0]["served"]
    assert served.startswith("tfshim ") and served.endswith(" against tensorflow stand-in")


def test_check_different(tmp_path, monkeypatch, capsys):
    notebook = "import tensorflow as tf\nx = tf.constant(3)\n"
    assert run_check(notebook, STAND_IN, tmp_path, monkeypatch) == 1
    out = capsys.readouterr().out
    assert "x: is tensor int32 [], expected int" in out and "1 cell: 1 differs" in out


def test_check_without_tensorflow_says_so(tmp_path, monkeypatch, capsys):
    notebook = "import tensorflow as tf\nx = tf.constant(3)\n"
    assert run_check(notebook, "raise ImportError('none')", tmp_path, monkeypatch) == 0
    out, err = capsys.readouterr()
    assert "not compared with TensorFlow" in err and "ImportError: none" in err
    assert "1 cell: 1 ok" in out


def test_check_of_a_file_that_is_none(capsys):
    assert main(["check", "nowhere.ipynb"]) == 2
    assert capsys.readouterr().err == "tfshim check: nowhere.ipynb: no such file\n"


# Expected failures


def report(*statuses):
    cells = [{"cell": i, "title": "", "status": s} for i, s in enumerate(statuses, 1)]
    cells[0]["title"] = "The first: cell"
    return {"notebook": "dir/n.py", "status": "failed", "cells": cells}


def test_expected_failures_are_strict(tmp_path):
    listed = tmp_path / "xfails.txt"
    listed.write_text("# why\n\nn.py::the-first-cell no such op\nn.py::2@tensorflow rounding\n")
    known = expected.read(listed)
    assert known == {"n.py::the-first-cell": "no such op", "n.py::2@tensorflow": "rounding"}

    used: set[str] = set()
    failing = report("failed", "differs")
    expected.apply(failing, known, True, used)
    assert [c["status"] for c in failing["cells"]] == ["expected", "expected"]
    assert failing["status"] == "ok" and used == known.keys()

    passing = report("ok", "ok")
    expected.apply(passing, known, True, set())
    assert [c["status"] for c in passing["cells"]] == ["unexpected", "unexpected"]
    assert passing["status"] == "failed"

    alone = report("failed", "ok")
    expected.apply(alone, known, False, set())
    assert [c["status"] for c in alone["cells"]] == ["expected", "ok"]


@pytest.mark.parametrize("line", ["n.py::1", "n.py why", "n.py::1 a\nn.py::1 b"])
def test_expected_failures_with_mistakes(tmp_path, line):
    listed = tmp_path / "xfails.txt"
    listed.write_text(line + "\n")
    with pytest.raises(expected.ExpectedError, match="xfails.txt:"):
        expected.read(listed)


def test_the_list_of_expected_failures_names_cells_that_exist():
    from tfshim.cli.runner import load

    ids = set()
    for path in suite.collect([]):
        for cell in load(path).cells:
            ids.add(expected.cell_id(path, {"title": cell.title, "cell": cell.number}))
    assert {identity.removesuffix("@tensorflow") for identity in expected.read()} <= ids


def test_titles_of_cells_are_unique_within_a_notebook():
    from tfshim.cli.runner import load

    for path in suite.collect([]):
        titles = [cell.title for cell in load(path).cells]
        assert len(set(titles)) == len(titles), path


# The suite


def conformance(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "conformance", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=600,
    )


def test_suite_on_tfshim(tmp_path):
    target = tmp_path / "r.json"
    done = conformance("--json", str(target))
    assert done.returncode == 0, done.stdout + done.stderr
    notebooks = json.loads(target.read_text())["notebooks"]
    assert len(notebooks) == len(list((ROOT / "conformance" / "notebooks").glob("*.py")))
    assert all(n["served"].startswith("tfshim ") for n in notebooks)


def test_suite_reports_a_failure(tmp_path):
    path = tmp_path / "n.py"
    path.write_text("# %%\nimport tensorflow as tf\n# %%\nassert tf.constant(1).numpy() == 2\n")
    done = conformance(str(path))
    assert done.returncode == 1
    assert "AssertionError" in done.stdout


def test_suite_refuses_what_it_cannot_run(tmp_path):
    for argument in (str(tmp_path), str(tmp_path / "none.py")):
        done = conformance(argument)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1


@pytest.mark.oracle
def test_suite_against_tensorflow(tmp_path):
    python = oracle_python()
    target = tmp_path / "r.json"
    done = conformance("--against", "tensorflow", "--oracle-python", python, "--json", str(target))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "against tensorflow 2." in done.stdout


def oracle_python() -> str:
    """An interpreter that has TensorFlow; skips the test if none is known."""
    import importlib.util

    named = os.environ.get("TFSHIM_ORACLE_PYTHON")
    if named:
        return named
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed (and TFSHIM_ORACLE_PYTHON is not set)")
    return sys.executable
