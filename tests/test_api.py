"""The public API: facts about TensorFlow, the comparison with them, and missing names."""

import enum
import inspect
import json
import subprocess
import sys
import types
from pathlib import Path

import pytest

from tfshim._api import compare, facts, missing, signatures
from tfshim.cli import coverage

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "api" / "tensorflow-2.21.json"

# What tfshim adds to TensorFlow's names.
OWN_NAMESPACES = ("tf.debug", "tf.jax")
OWN_NAMES = frozenset({"tf.config.execution", "tf.config.set_execution"})


# Facts.


def test_facts_are_small_and_whole():
    assert facts.FACTS.stat().st_size < 120_000
    symbols = facts.symbols()
    assert len(symbols) == 3276
    assert symbols["tf.math.maximum"].signature == "x, y, name=None"
    assert symbols["tf.float32"] == facts.Symbol("value", None, (), None, "float32")
    assert symbols["tf.GradientTape"].same_as == "tf.autodiff.GradientTape"
    assert "watched_variables" in symbols["tf.GradientTape"].members
    assert {"tf", "tf.math", "tf.random.experimental"} <= facts.namespaces()
    assert not facts.namespaces() & symbols.keys()


def test_facts_survive_their_file_format():
    for name, symbol in facts.symbols().items():
        assert facts.decode(facts.encode(name, symbol)) == (name, symbol)
    empty, unknown = (facts.Symbol("function", text, (), None, None) for text in ("", None))
    assert facts.decode(facts.encode("tf.x", empty))[1].signature == ""
    assert facts.decode(facts.encode("tf.x", unknown))[1].signature is None


@pytest.mark.skipif(not SHARED.exists(), reason="the description of TensorFlow's API is not here")
def test_facts_are_what_the_tool_extracts():
    from tools.extract_api import facts_text

    lines = facts_text(json.loads(SHARED.read_text(encoding="utf-8"))).splitlines()
    assert dict(map(facts.decode, lines)) == facts.symbols()


@pytest.mark.oracle
def test_the_facts_hold_for_live_tensorflow():
    tensorflow = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    wrong = [entry for entry in compare.compare(tensorflow) if entry.state != compare.PRESENT]
    assert wrong == []


def test_every_reason_is_used_and_in_form():
    rows = [
        line.split("\t")
        for line in facts.REASONS.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert all(len(row) == 2 and all(part.strip() for part in row) for row in rows)
    unlisted = ["tf.compat.v1.Session"]
    used = {facts.reason_absent(name) for name in (*facts.symbols(), *unlisted)}
    assert {reason for _, reason in rows} <= used


# Signatures.


@pytest.mark.parametrize(
    ("printed", "canonical"),
    [
        ("()", ""),
        ("() -> None", ""),
        ("(x, y, name=None)", "x, y, name=None"),
        ("(x: int, *, y: str = 'a, b', **kw: dict[str, int])", "x, *, y='a, b', **kw"),
        ("(value=0, /)", "value=0, /"),
        ("(*args: int) -> Union[int, list]", "*args"),
        ("(x: typing.Annotated[_any, ~TV_T], name=None) -> typing.Annotated[_any, ~TV_T]",)
        + ("x, name=None",),
        ("(x: Annotated[Any, <class 'a.b.C'>], d=<class 'float'>)", "x, d=<class 'float'>"),
        ("(f: Callable[[int], str] = <function g at 0x7f01>)", "f=<function g>"),
        ("(m=<Mode.A: 'a'>, s=')', t='\\'')", "m=<Mode.A: 'a'>, s=')', t='\\''"),
        ("(spec=S(a='x', b=None), k=[1, 2])", "spec=S(a='x', b=None), k=[1, 2]"),
        ("(x=a {\n  b: 1\n}\n, y=2)", "x=a { b: 1 }, y=2"),
    ],
)
def test_signature_text(printed, canonical):
    assert signatures.from_text(printed) == canonical


@pytest.mark.parametrize("text", ["x, y", "(x, y", "(x=[1, y)"])
def test_signature_text_that_is_none(text):
    with pytest.raises(ValueError, match="signature"):
        signatures.from_text(text)


def test_signature_of_a_callable():
    def f(a, b: int, /, c=1.0, *args, d="x", e: list | None = None, **kw) -> int:
        return 0

    assert signatures.from_callable(f) == "a, b, /, c=1.0, *args, d='x', e=None, **kw"
    assert signatures.from_callable(type("C", (), {"__init__": lambda self, x=0: None})) == "x=0"
    assert signatures.from_callable(3) is None  # pyright: ignore[reportArgumentType]


# The comparison: it must see each kind of difference.


def _package(**names) -> types.ModuleType:
    package = types.ModuleType("fake")
    package.__dict__.update(names)
    return package


def _verdict(package, name):
    (entry,) = compare.compare(package, [name])
    assert entry.name == name
    return entry


def test_a_name_that_is_right_is_present():
    def add(x, y, name=None):
        return x

    package = _package(add=add, math=_package(add=add))
    assert _verdict(package, "tf.add") == compare.Entry("tf.add", compare.PRESENT)
    assert _verdict(package, "tf.math.add") == compare.Entry("tf.math.add", compare.PRESENT)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x, y: x,
        lambda x, z, name=None: x,
        lambda y, x, name=None: x,
        lambda x, y, name=0: x,
        lambda x, y, *, name=None: x,
        lambda x, y, name=None, **kw: x,
    ],
)
def test_a_signature_that_differs(wrong):
    entry = _verdict(_package(math=_package(add=wrong)), "tf.math.add")
    assert entry.state == compare.DIFFERS
    assert entry.details[0].endswith("in TensorFlow (x, y, name=None)")


def test_names_of_another_kind_differ():
    assert _verdict(_package(add=3), "tf.add").details == (
        "is not callable, in TensorFlow a function",
    )
    assert _verdict(_package(Tensor=lambda: 0), "tf.Tensor").details == ("is not a class",)
    assert _verdict(_package(float32="float64"), "tf.float32").details == (
        "is 'float64', in TensorFlow float32",
    )
    assert _verdict(_package(float32="float32"), "tf.float32").state == compare.PRESENT


def test_members_that_a_class_lacks():
    class Base:
        watch: object  # set on instances

        def gradient(self):
            """As TensorFlow has it."""

        def reset(self):
            """As TensorFlow has it."""

    class Tape(Base):
        def __init__(self, persistent=False, watch_accessed_variables=True):
            """As TensorFlow has it."""

    entry = _verdict(_package(GradientTape=Tape), "tf.GradientTape")
    assert entry.details == ("lacks batch_jacobian, jacobian, stop_recording, watched_variables",)


def test_the_parameters_of_an_enum_are_pythons_own():
    class Gradients(enum.Enum):
        NONE = "none"
        ZERO = "zero"

    package = _package(UnconnectedGradients=Gradients)
    assert _verdict(package, "tf.UnconnectedGradients").state == compare.PRESENT


def test_an_alias_must_be_the_same_object():
    def add(x, y, name=None):
        return x

    def other(x, y, name=None):
        return x

    entry = _verdict(_package(add=add, math=_package(add=other)), "tf.add")
    assert entry.details == ("is not the same object as tf.math.add",)


def test_absent_names_and_their_reasons():
    assert _verdict(_package(), "tf.math.add") == compare.Entry("tf.math.add", compare.ABSENT)
    # An attribute of a class is no member of a namespace.
    holder = type("math", (), {"add": staticmethod(lambda x, y, name=None: x)})
    assert _verdict(_package(math=holder), "tf.math.add").state == compare.ABSENT
    entry = _verdict(_package(), "tf.raw_ops.Add")
    assert entry.reason and "raw" in entry.reason


# The command.


def test_counts_and_forms_of_the_report():
    def add(x, y, name=None):
        return x

    package = _package(add=add, math=_package(add=add, subtract=add, acos=lambda x: x))
    entries = compare.compare(package, ["tf.add", "tf.math.add", "tf.math.acos", "tf.math.sin"])
    counts = coverage.count(entries)
    assert counts["tf"] == {"present": 1, "differs": 0, "absent": 0, "names": 1}
    assert counts["tf.math"] == {"present": 1, "differs": 1, "absent": 1, "names": 3}
    report = json.loads(coverage.as_json(entries))
    assert report["names"]["tf.math.sin"]["state"] == "absent"
    page = coverage.as_markdown(entries)
    assert "| tf.math | 1 | 1 | 1 | 3 |" in page
    assert "| **all** | 2 | 1 | 1 | 4 |" in page
    assert "- `tf.math`: `sin`" in page
    assert "- `tf.math.acos`: takes (x), in TensorFlow (x, name=None)" in page


def test_groups():
    assert compare.group("tf.add") == "tf"
    assert compare.group("tf.random.experimental.Generator") == "tf.random"
    assert compare.group("tf.experimental.numpy.random.rand") == "tf.experimental.numpy"


def test_command_by_namespace(capsys):
    assert coverage.main(["--namespace", "tensorflow.math", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report["namespaces"]) == {"tf.math"}
    assert coverage.main(["--namespace", "math"]) == 0
    assert "tf.math.add" in capsys.readouterr().out
    assert coverage.main(["--namespace", "tf.raw_ops", "--absent"]) == 0
    assert "tf.raw_ops.Add" in capsys.readouterr().out
    assert coverage.main(["--namespace", "nonsense"]) == 2
    assert "no namespace tf.nonsense" in capsys.readouterr().err


def test_command_writes_a_file(tmp_path, capsys):
    target = tmp_path / "page.md"
    assert coverage.main(["--markdown", "--output", str(target)]) == 0
    assert capsys.readouterr().out == ""
    assert target.read_text(encoding="utf-8").startswith("# Coverage of TensorFlow's public API\n")


# The package itself.


def test_every_public_name_is_tensorflows():
    from tfshim._src.registry import PUBLIC

    invented = [
        name
        for name in PUBLIC
        if name not in facts.symbols()
        and name not in OWN_NAMES
        and not name.startswith(tuple(f"{space}." for space in (*OWN_NAMESPACES, *facts.UNLISTED)))
    ]
    assert invented == []


def test_every_name_of_the_facade_is_there():
    import tfshim

    def walk(module, public):
        assert set(dir(module)) == set(module.__all__)
        for name in module.__all__:
            found = getattr(module, name)
            if inspect.ismodule(found) and found.__name__.startswith(f"{module.__name__}."):
                seen.append(f"{public}.{name}")
                if found.__name__ != "tfshim.compat.v2":
                    walk(found, f"{public}.{name}")

    seen = []
    walk(tfshim, "tf")
    assert {"tf.math", "tf.compat.v2"} <= set(seen)
    assert tfshim.compat.v2.math is tfshim.math


def test_importing_tfshim_leaves_the_commands_and_their_libraries_alone():
    code = "import sys, tfshim; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    heavy = {"rich", "nbformat", "pytest", "matplotlib", "tensorflow", "malt", "keras"}
    heavy |= {"scipy", "google", "absl", "unittest", "doctest", "asyncio", "multiprocessing"}
    alone = [sys.executable, "-c", "import sys, jax; print(*sys.modules)"]
    jax = subprocess.run(alone, capture_output=True, text=True, check=True).stdout.split()
    assert not loaded & heavy - {name.partition(".")[0] for name in jax}
    assert not loaded - {name.partition(".")[0] for name in jax} - {"tfshim"}
    assert "tfshim.cli" not in run.stdout.split()
    assert "tfshim._api.facts" not in run.stdout.split()


def test_importing_tfshim_collects_no_garbage_and_leaves_the_collector_as_it_was():
    code = (
        "import gc; seen = []; {}; gc.callbacks.append(lambda when, info: seen.append(info)); "
        "import tfshim; print(gc.isenabled(), any(i['generation'] == 2 for i in seen))"
    )
    for before, after in (("gc.enable()", "True False"), ("gc.disable()", "False False")):
        command = [sys.executable, "-c", code.format(before)]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        assert run.stdout.split() == after.split()


# Missing names.


@pytest.mark.parametrize(
    ("module", "name", "says"),
    [
        ("tfshim.math", "no_such", "nor has TensorFlow 2.21"),
        ("tfshim", "no_such", "nor has TensorFlow 2.21"),
        ("tfshim", "raw_ops", "tfshim does not have tf.raw_ops yet (raw kernels"),
        ("tfshim.math", "acos", "tfshim does not have tf.math.acos yet: "),
        ("tfshim", "keras", "tfshim does not have tf.keras yet"),
        (
            "tfshim.compat.v1",
            "Session",
            "not have tf.compat.v1.Session yet (of TensorFlow 1",
        ),
    ],
)
def test_missing_name(module, name, says):
    error = missing.missing_name(module, name)
    where = "tensorflow" + module.removeprefix("tfshim")
    assert str(error).startswith(f"module {where!r} has no attribute {name!r}; ")
    assert says in str(error)
    assert str(error).endswith("see docs/coverage.md (tfshim coverage)")
    assert error.name == name


def test_missing_name_in_the_package():
    import tfshim

    assert not hasattr(tfshim, "no_such_name")
    with pytest.raises(AttributeError, match=r"docs/coverage\.md"):
        tfshim.math.no_such_name  # noqa: B018
    with pytest.raises(ImportError):
        from tfshim import no_such_name  # noqa: F401
    with pytest.raises(AttributeError, match=r"^module 'tensorflow' has no attribute '__x__'$"):
        tfshim.__x__  # noqa: B018
