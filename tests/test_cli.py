"""The runner and the command `tfshim run`: files in, cells, outcomes, reports, exit status."""

import io
import json
import linecache
import os
import signal
import subprocess
import sys
import threading
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tfshim.cli import main
from tfshim.cli.runner import NotebookError, Session, load
from tfshim.cli.runner.source import Scanner, prepare
from tfshim.cli.runner.streams import BoundedText
from tfshim.cli.runner.textexport import split_export

NOTEBOOKS = Path(__file__).parent / "notebooks"
ROOT = Path(__file__).parents[1]


def run_cells(path, **options):
    """Run a notebook without the command around it."""
    with Session(load(path), out=lambda _: None, err=lambda _: None, **options) as session:
        return list(session.run())


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def cells_of(folder: Path, *cells: str) -> Path:
    """A notebook of `# %%` cells."""
    return write(folder, "cells.py", "".join(f"# %%\n{cell}\n" for cell in cells))


# Reading files


def test_text_export_ends_code_where_prose_begins():
    cells = load(NOTEBOOKS / "export.txt").cells
    assert [cell.number for cell in cells] == [1, 2, 3, 4, 5]
    assert cells[0].source.splitlines() == [
        "#@title Licence",
        "# A comment that is a whole cell.",
    ]
    assert cells[1].source.startswith("!pip") and cells[1].source.endswith('line."""')
    assert cells[2].source.endswith("values[0]")
    assert cells[3].source == "total = sum(values)\ntotal"
    assert cells[4].source == "assert total > 15"
    assert cells[2].first_line == 29


def test_text_export_runs():
    results = run_cells(NOTEBOOKS / "export.txt")
    assert [r.status for r in results] == ["ok"] * 5
    assert results[2].display.startswith("3.14159")
    assert results[3].display.startswith("15.70796")
    assert [(n.line, n.text) for n in results[1].notes] == [
        (1, "skipped: !pip install something"),
        (2, "skipped: %matplotlib inline"),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "x = = 1",  # in the first block
        "a = 1\n\nb = (1 +\nc = 2",  # in a block that begins like code
        "a = 1\n\ndef f(:\n  pass",
        "a = 1\n\nprint('a' 'b'",
    ],
)
def test_text_export_does_not_take_a_mistake_for_prose(tmp_path, broken):
    (result,) = run_cells(write(tmp_path, "e.txt", f"In [1]:\n{broken}\n\nProse here.\n"))
    assert result.status == "failed"
    assert result.error.type == "SyntaxError"


@pytest.mark.parametrize(
    "prose",
    ["Example", "Next\n\nMore words here", "- point", "[link](page)", "# Heading\n\nWhy?", "完成"],
)
def test_text_export_takes_bare_words_for_prose(prose):
    assert split_export(f"In [1]:\nx = 1\n\n{prose}\n") == [(2, "x = 1")]


def test_text_export_keeps_a_known_name_at_the_end():
    assert split_export("In [1]:\nx = 1\n\nx\n") == [(2, "x = 1\n\nx")]
    assert split_export("In [1]:\nx = 1\nIn [2]:\ny = 2\n\nx\n")[1] == (4, "y = 2\n\nx")


def test_seed_notebook_splits_as_it_was_typed():
    seed = ROOT.parent / "shared" / "seed" / "autodiff-zh-cn.txt"
    if not seed.exists():
        pytest.skip("the seed notebook is not beside this repository")
    cells = load(seed).cells
    assert len(cells) == 7
    assert [cell.source.splitlines()[-1] for cell in cells] == [
        "# limitations under the License.",
        "import tensorflow as tf",
        "    assert dz_dx[i][j].numpy() == 8.0",
        "assert dz_dy.numpy() == 8.0",
        "del t  # Drop the reference to the tape",
        "assert grad(x, 4).numpy() == 4.0",
        "assert d2y_dx2.numpy() == 6.0",
    ]


def test_old_notebook_version():
    results = run_cells(NOTEBOOKS / "version3.ipynb")
    assert [(r.status, r.display) for r in results] == [("ok", "21"), ("ok", None)]


def test_notebook_with_magics_unicode_tags_and_await():
    results = run_cells(NOTEBOOKS / "version4.ipynb")
    assert [r.status for r in results] == ["ok", "skipped", "ok", "ok", "ok"]
    assert results[0].display == "'naïve 🎉'"
    assert results[2].stdout == "naïve 🎉\n"
    assert results[3].error.type == "ZeroDivisionError"
    assert results[4].display == "7"


def test_percent_cells(tmp_path):
    path = write(
        tmp_path,
        "n.py",
        "# ---\n# jupyter: x\n# ---\n\n# %% [markdown]\n# # Title\n\n# %% A title\nx = 1\n"
        '#%%\ntext = """\n# %% not a cell\n"""\n\n# %% [raw]\nraw\n# %%\n\n# %%\nx\n',
    )
    notebook = load(path)
    assert [cell.title for cell in notebook.cells] == ["A title", "", ""]
    assert notebook.cells[1].source.count("\n") == 2
    assert notebook.cells[0].first_line == 9
    assert [r.status for r in run_cells(path)] == ["ok"] * 3


def test_code_before_the_first_marker_is_a_cell(tmp_path):
    results = run_cells(write(tmp_path, "n.py", "x = 1\n# %%\nassert x == 1\n"))
    assert [r.status for r in results] == ["ok", "ok"]


def test_nbconvert_script(tmp_path):
    path = write(
        tmp_path,
        "n.py",
        "# coding: utf-8\n# In[1]:\n\n\nget_ipython().system('pip install x')\nx = 1\n\n"
        "# In[ ]:\n\n\nget_ipython().run_line_magic('matplotlib', 'inline')\n",
    )
    assert [r.status for r in run_cells(path)] == ["ok", "skipped"]


def test_plain_script_is_one_cell_and_displays_nothing(tmp_path):
    path = write(tmp_path, "plain.py", "import sys\nassert sys.argv[1:] == ['a', '-b']\n1 + 1\n")
    (result,) = run_cells(path, argv=["a", "-b"])
    assert (result.status, result.display) == ("ok", None)


def test_encodings(tmp_path):
    latin = tmp_path / "latin.py"
    latin.write_bytes("# -*- coding: latin-1 -*-\nassert len('é') == 1\n".encode("latin-1"))
    marked = tmp_path / "bom.ipynb"
    marked.write_bytes(b"\xef\xbb\xbf" + (NOTEBOOKS / "version4.ipynb").read_bytes())
    windows = tmp_path / "crlf.py"
    windows.write_bytes(b"# %%\r\nx = 1\r\n# %%\r\nassert x == 1\r\n")
    assert [r.status for r in run_cells(latin)] == ["ok"]
    assert len(load(marked).cells) == 5
    assert [r.status for r in run_cells(windows)] == ["ok", "ok"]


def bad_files(folder: Path) -> dict[str, tuple[bytes, str]]:
    """File name -> (content, a part of the message)."""
    return {
        "empty.ipynb": (b"", "is empty"),
        "blank.py": (b" \n\n", "is empty"),
        "damaged.ipynb": (b'{"cells": [', "damaged notebook: not JSON at line 1, column 12"),
        "other.ipynb": (b'{"a": 1}', "not a notebook: JSON without cells"),
        "list.ipynb": (b"[1, 2]", "not a notebook"),
        "text.ipynb": (b"hello", "not JSON"),
        "nocode.ipynb": (b'{"cells": [], "nbformat": 4}', "has no code cells"),
        "cells.ipynb": (b'{"cells": 3, "nbformat": 4}', "cells are not a list"),
        "cell.ipynb": (b'{"cells": [3], "nbformat": 4}', "cell 1 has no cell_type"),
        "source.ipynb": (b'{"cells": [{"cell_type": "code", "source": 3}]}', "has no text"),
        "v3.ipynb": (b'{"worksheets": 3, "nbformat": 3}', "damaged notebook"),
        "r.ipynb": (
            b'{"cells": [], "metadata": {"kernelspec": {"language": "R"}}}',
            "is a notebook in r",
        ),
        "prose.txt": (b"Just words.\n", "not a notebook: expected .ipynb"),
        "binary.py": (b"\x7fELF\0\0\1", "is a binary file"),
        "bytes.txt": (b"In [1]:\nx = '\xff'\n", "is not text in utf-8"),
        "nothing.txt": (b"In [1]:\n\n", "has no code cells"),
    }


@pytest.mark.parametrize("name", list(bad_files(Path())))
def test_bad_file_is_one_line_and_status_2(tmp_path, capsys, name):
    content, message = bad_files(tmp_path)[name]
    path = tmp_path / name
    path.write_bytes(content)
    assert main(["run", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1 and name in err and message in err


@pytest.mark.parametrize(
    ("target", "message"), [("missing.ipynb", "no such file"), (".", "is a directory")]
)
def test_no_file_is_one_line_and_status_2(tmp_path, capsys, target, message):
    assert main(["run", str(tmp_path / target)]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and message in err


def test_no_command_and_a_wrong_one(capsys):
    assert main([]) == 2
    assert main(["rum"]) == 2
    assert "no such command: rum" in capsys.readouterr().err


# Shell and magic lines


@pytest.mark.parametrize(
    ("source", "code", "notes"),
    [
        ("!ls\nx = 1", "\nx = 1", ["skipped: !ls"]),
        ("if True:\n  %cd /\n  x = 1", "if True:\n  pass\n  x = 1", ["skipped: %cd /"]),
        ("!pip install a \\\n  b\nx = 1", "\n\nx = 1", ["skipped: !pip install a \\"]),
        ("files = !ls\nx = 1", "\nx = 1", ["skipped: files = !ls"]),
        ("x = (5\n% 3)\n%who", "x = (5\n% 3)\n", ["skipped: %who"]),
        ('x = """\n!not shell\n"""\n!ls', 'x = """\n!not shell\n"""\n', ["skipped: !ls"]),
        ("%time x = 1", "x = 1", ["%time: run without it: x = 1"]),
        ("%%time\nx = 1", "\nx = 1", ["%%time: the cell is run once, without it"]),
        ("len?\nx = 1", "\nx = 1", ["skipped: len?"]),
        ("x = 5\nx %\\\n3", "x = 5\nx %\\\n3", []),
    ],
)
def test_magics(source, code, notes):
    prepared = prepare(source)
    assert prepared.code == code
    assert [note.text for note in prepared.notes] == notes


@pytest.mark.parametrize("source", ["%%bash\nls", "%%writefile a.py\nx = 1", "!ls\n# only\n%cd"])
def test_cells_with_nothing_to_run(source):
    assert prepare(source).code is None
    assert prepare(source).notes


def test_scanner_knows_strings_brackets_and_continued_lines():
    lines = [
        "x = f('a#b', [",
        "1, # )",
        "])",
        "y = 1 + \\",
        "2",
        "s = '''",
        "''' + 'a\\",
        "b'",
        "z",
    ]
    scanner, starts = Scanner(), []
    for line in lines:
        starts.append(scanner.at_statement)
        scanner.feed(line)
    assert starts == [True, False, False, True, False, True, False, False, True]


def test_future_imports_reach_later_cells(tmp_path):
    path = cells_of(
        tmp_path,
        "!ls\nfrom __future__ import annotations",
        "def f(x: undefined): pass",
        "f.__annotations__['x']",
    )
    results = run_cells(path)
    assert [r.status for r in results] == ["ok"] * 3
    assert results[2].display == "'undefined'"


# Cells


@pytest.mark.parametrize(
    ("cell", "display"),
    [("1 + 1", "2"), ("1 + 1;", None), ("x = 1", None), ("None", None), ("'a'  # b", "'a'"),
     ("1;  # quiet", None), ("'''\n;'''", "'\\n;'")],
)  # fmt: skip
def test_display_of_the_last_expression(tmp_path, cell, display):
    (result,) = run_cells(cells_of(tmp_path, cell))
    assert (result.status, result.display) == ("ok", display)


def test_a_failure_names_the_notebooks_line_and_no_frame_of_the_runner(tmp_path):
    path = cells_of(tmp_path, "def f():\n    return 1 / 0", "x = 1\nf()")
    error = run_cells(path)[1].error
    assert (error.type, error.line) == ("ZeroDivisionError", 6)
    frames = [line for line in error.traceback.splitlines() if line.startswith("  File")]
    assert frames == [
        f'  File "{path}", line 6, in <module>',
        f'  File "{path}", line 3, in f',
    ]
    assert "    return 1 / 0" in error.traceback


def test_a_failure_in_a_notebook_file_counts_lines_in_the_cell(tmp_path):
    content = {"nbformat": 4, "cells": [{"cell_type": "code", "source": ["!ls\n", "assert 0"]}]}
    path = write(tmp_path, "n.ipynb", json.dumps(content))
    error = run_cells(path)[0].error
    assert 'File "n.ipynb[cell 1]", line 2' in error.traceback
    assert "    assert 0" in error.traceback
    assert linecache.getline("n.ipynb[cell 1]", 1) == "!ls\n"


def test_frames_of_the_library_are_hidden_but_for_the_last(tmp_path, capsys):
    code = "import tensorflow as tf\ndef f():\n    return tf.ones((2, 3)) + tf.ones(4)\nf()"
    path = cells_of(tmp_path, code)

    def frames(*options):
        assert main(["run", *options, str(path)]) == 1
        lines = capsys.readouterr().err.splitlines()
        return [line.split(", in ")[0] for line in lines if line.startswith("  File")]

    short, full = frames(), frames("--full-traceback")
    own = [f'  File "{path}", line {number}' for number in (5, 4)]
    assert short[:2] == full[:2] == own
    assert len(short) == 3 and len(full) > 3
    assert short[2] == full[-1]


def test_syntax_errors_show_the_line(tmp_path):
    result = run_cells(cells_of(tmp_path, "x = 1", "y = 2\nx ="))[1]
    assert (result.error.type, result.error.line) == ("SyntaxError", 5)
    assert "runner" not in result.error.traceback


def test_later_cells_run_and_tell_what_they_follow_from(tmp_path):
    path = cells_of(tmp_path, "x = 1 / 0", "y = x + 1", "print(y)", "z = 3", "print(nowhere)")
    results = run_cells(path)
    assert [r.status for r in results] == ["failed", "failed", "failed", "ok", "failed"]
    assert [r.because_of for r in results] == [None, 1, 1, None, None]


def test_cells_share_main(tmp_path):
    path = cells_of(
        tmp_path,
        "import pickle, sys\nclass A: pass",
        "assert sys.modules['__main__'].A is A and __name__ == '__main__'",
        "assert isinstance(pickle.loads(pickle.dumps(A())), A)",
        "import inspect\ndef f():\n    return 1\nassert 'return 1' in inspect.getsource(f)",
    )
    before = sys.modules["__main__"]
    assert [r.status for r in run_cells(path)] == ["ok"] * 4
    assert sys.modules["__main__"] is before


def test_the_process_is_as_before_afterwards(tmp_path):
    path = cells_of(tmp_path, "import sys\nsys.stdout = None\nsys.argv = 1", "sys.stderr.close()")
    state = (sys.stdout, sys.stderr, sys.argv, sys.path, os.environ.get("MPLBACKEND"))
    assert [r.status for r in run_cells(path)] == ["ok", "ok"]
    assert (sys.stdout, sys.stderr, sys.argv, sys.path, os.environ.get("MPLBACKEND")) == state


def test_deleted_names_and_closed_streams(tmp_path):
    path = cells_of(
        tmp_path,
        "import sys\nsys.stdout.close()",
        "print('still here')",
        "globals().clear()",
        "print('and here')\n2",
        "del __builtins__, _",
        "len([1])",
    )
    results = run_cells(path)
    assert [r.status for r in results] == ["ok"] * 6
    assert results[1].stdout == "still here\n"
    assert (results[3].stdout, results[3].display) == ("and here\n", "2")


@pytest.mark.parametrize(
    ("statement", "statuses"),
    [
        ("raise SystemExit", ["ok", "skipped"]),
        ("exit(0)", ["ok", "skipped"]),
        ("raise SystemExit(3)", ["failed", "skipped"]),
        ("raise SystemExit('message')", ["failed", "skipped"]),
        ("raise KeyboardInterrupt", ["failed", "skipped"]),
        ("raise GeneratorExit", ["failed", "ok"]),
        ("raise BaseException", ["failed", "ok"]),
        ("def f(): f()\nf()", ["failed", "ok"]),
    ],
)
def test_exceptions_of_every_kind(tmp_path, statement, statuses):
    results = run_cells(cells_of(tmp_path, statement, "x = 1"))
    assert [r.status for r in results] == statuses


def test_an_exception_that_cannot_be_shown(tmp_path):
    bad = "class E(Exception):\n    def __str__(self): raise ValueError\nraise E"
    (result,) = run_cells(cells_of(tmp_path, bad))
    assert (result.status, result.error.type) == ("failed", "E")


def test_a_repr_that_raises_fails_its_cell(tmp_path):
    bad = "class A:\n    def __repr__(self): raise ValueError('no text')\nA()"
    (result,) = run_cells(cells_of(tmp_path, bad))
    assert (result.status, result.error.message) == ("failed", "no text")


def test_unfinished_work_fails_the_cell_that_left_it(tmp_path):
    pending = [None, ValueError("late"), None]

    def settle(values):
        assert values == [len(pending)]
        if (error := pending.pop(0)) is not None:
            raise error

    results = run_cells(cells_of(tmp_path, "x = 3", "y = 2", "z = 1"), settle=settle)
    assert [r.status for r in results] == ["ok", "failed", "ok"]
    assert results[1].error.message == "late"


def test_output_is_bounded():
    text = BoundedText(head=10, tail=5)
    for i in range(100_000):
        text.add(f"{i % 10}")
    assert text.text() == "0123456789\n... 99985 characters left out ...\n56789"
    short = BoundedText(head=10, tail=5)
    short.add("abcdefghijklmno")
    assert short.text() == "abcdefghijklmno"


def test_threads_and_bytes_reach_the_record(tmp_path):
    path = cells_of(
        tmp_path,
        "import sys, threading\nt = threading.Thread(target=print, args=('thread',))\n"
        "t.start(); t.join()\nsys.stdout.buffer.write('ü'.encode())",
    )
    (result,) = run_cells(path)
    assert result.stdout == "thread\nü"


# The command


def test_run_shows_output_failures_and_the_table(tmp_path, capsys):
    path = cells_of(tmp_path, "!ls\nprint('printed')\n6 * 7", "assert 1 == 2, 'why'", "%cd")
    assert main(["run", str(path)]) == 1
    out, err = capsys.readouterr()
    assert "printed\nOut[1]: 42\n" in out
    assert "AssertionError: why" in err and f'File "{path}", line 6' in err
    assert f"cell 2: AssertionError: why ({path}:6)" in out
    assert "cell 1, line 2: skipped: !ls" in out
    assert "3 cells: 1 ok, 1 failed, 1 skipped" in out
    assert "\x1b[" not in out + err  # no terminal, no progress bar


def test_stop_after_the_first_failure(tmp_path, capsys):
    path = cells_of(tmp_path, "1 / 0", "print('later')")
    assert main(["run", "--stop", str(path)]) == 1
    out = capsys.readouterr().out
    assert "later\n" not in out and "not run: cell 1 failed" in out


def test_options_may_follow_the_file_and_arguments_are_the_notebooks(tmp_path, capsys):
    path = cells_of(tmp_path, "import sys\nprint(sys.argv[1:])")
    target = tmp_path / "r.json"
    assert main(["run", str(path), "--json", str(target), "--rate", "3", "-q"]) == 0
    assert "['--rate', '3', '-q']" in capsys.readouterr().out
    assert json.loads(target.read_text())["status"] == "ok"
    assert main(["run", "-q", str(path), "--", "--json"]) == 0


def test_reports(tmp_path, capsys):
    path = cells_of(
        tmp_path, "print('<b>&\\x00 ü')", "1 / 0", "%%bash\nls", "'</script>'", "'\\ud800'"
    )
    targets = {kind: tmp_path / f"r.{kind}" for kind in ("json", "junit", "html")}
    options = [f"--{kind}={target}" for kind, target in targets.items()]
    assert main(["run", *options, str(path)]) == 1
    capsys.readouterr()

    report = json.loads(targets["json"].read_text(encoding="utf-8"))
    (notebook,) = report["notebooks"]
    assert report["status"] == notebook["status"] == "failed"
    assert [c["status"] for c in notebook["cells"]] == ["ok", "failed", "skipped", "ok", "ok"]
    assert notebook["cells"][0]["stdout"] == "<b>&\x00 ü\n"
    assert notebook["cells"][1]["error"]["line"] == 4

    suite = ElementTree.parse(targets["junit"]).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("5", "1", "1")
    assert [case[0].tag for case in suite if len(case)] == ["system-out", "failure", "skipped"]
    assert "ZeroDivisionError" in suite[1][0].text

    html = targets["html"].read_text(encoding="utf-8")
    page = Page()
    page.feed(html)
    assert page.open == [] and page.outside == []
    assert "<b>&" not in html and "&lt;b&gt;&amp;" in html


class Page(HTMLParser):
    """Checks that elements nest and that nothing is loaded from elsewhere."""

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link", "img"):
            self.open.append(tag)
        self.outside += [v for k, v in attrs if k in ("src", "href") and not v.startswith("#")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("target", [".", "no/such/folder/r.json"])
def test_a_report_that_cannot_be_written_is_known_before_the_run(tmp_path, capsys, target):
    path = cells_of(tmp_path, "print('ran')")
    assert main(["run", str(path), "--json", str(tmp_path / target)]) == 2
    out, err = capsys.readouterr()
    assert "ran" not in out and err.count("\n") == 1


def test_reports_go_where_they_were_asked_for(tmp_path, monkeypatch, capsys):
    (tmp_path / "sub").mkdir()
    path = cells_of(tmp_path, "import os\nos.chdir('sub')")
    monkeypatch.chdir(tmp_path)
    assert main(["run", path.name, "--json", "r.json"]) == 0
    assert (tmp_path / "r.json").exists()


def test_progress_bar_on_a_terminal_only(tmp_path, monkeypatch, capsys):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm")
    path = cells_of(tmp_path, "print('one')", "print('two', end='')", "x = 3")
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    assert main(["run", str(path)]) == 0
    text = screen.getvalue()
    assert "3/3" in text and "one\n" in text and "two\n" in text


def test_ctrl_c_ends_the_cell_and_the_report_is_written(tmp_path, capsys):
    path = cells_of(tmp_path, "import time\ntime.sleep(30)", "x = 1")
    target = tmp_path / "r.json"
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("signals reach the main thread only")
    # A shell's background jobs ignore SIGINT, and their children inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    try:
        assert main(["run", str(path), "--json", str(target)]) == 1
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)
    cells = json.loads(target.read_text())["notebooks"][0]["cells"]
    assert [c["status"] for c in cells] == ["failed", "skipped"]
    assert cells[0]["error"]["type"] == "KeyboardInterrupt"
    assert capsys.readouterr().out.count("interrupted in cell 1") == 1


def test_output_in_an_encoding_without_the_characters(tmp_path):
    path = cells_of(tmp_path, "print('日本')\n'é'")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "tfshim.cli", "run", str(path)],
        capture_output=True,
        env=environment,
        cwd=tmp_path,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert b"\\u65e5\\u672c" in done.stdout


def test_load_names_the_file():
    with pytest.raises(NotebookError, match="nowhere.ipynb: no such file"):
        load("nowhere.ipynb")
