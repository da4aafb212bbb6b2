"""Tests of the tests: which ops are proven, and that what compares can fail."""

import ast
import dataclasses
import inspect
from pathlib import Path

import numpy as np
import pytest

from conformance.cases.harness import goldens
from conformance.cases.harness.check import check_rows, differences, library
from conformance.cases.harness.compare import Terms, compare, compare_errors
from conformance.cases.harness.execute import start
from conformance.cases.harness.families import (
    CasesError,
    exempt,
    families,
    rows_of,
    xfails,
)
from conformance.cases.harness.modes import execution, only_compiled
from conformance.cases.harness.plain import HASH_ABOVE, core, plain
from conformance.cases.row import KINDS, draw, f32, f64, pairs, row, special, var

TESTS = Path(__file__).parent
FILES = sorted(TESTS.rglob("*.py"))


# -- every op has rows ---


def _ops():
    """Every public function that an op module defines, with all its names."""
    from tfshim._src.registry import PUBLIC, PUBLIC_ORIGIN

    library()  # imports all there is
    found = {}
    for name, thing in PUBLIC.items():
        if PUBLIC_ORIGIN[name][0].startswith("tfshim._src.ops.") and inspect.isfunction(thing):
            found.setdefault(id(thing), []).append(name)
    return list(found.values())


def test_every_op_has_an_ordinary_a_boundary_and_an_error_row():
    kinds = {}
    for family in families():
        for case in rows_of(family):
            kinds.setdefault(case.op, set()).add(case.kind)
    excused, lacking = exempt(), []
    for names in _ops():
        have = set().union(*[kinds.get(name, set()) for name in names])
        have |= {kind for name in names for kind in KINDS if (name, kind) in excused}
        if missing := [kind for kind in KINDS if kind not in have]:
            lacking.append(f"{names[0]}: no {', '.join(missing)} row")
    assert not lacking, f"{len(lacking)} ops lack rows:\n" + "\n".join(sorted(lacking))


def test_no_exemption_without_an_op_or_beside_a_row():
    ops = {name: names for names in _ops() for name in names}
    kinds = {(case.op, case.kind) for family in families() for case in rows_of(family)}
    for name, kind in exempt():
        assert name in ops, f"exempt.txt: no op is called {name}"
        assert not any((alias, kind) in kinds for alias in ops[name]), f"{name} has {kind} rows"


def test_every_module_can_be_imported():
    assert library().problems == []


def test_the_list_of_ops_is_not_empty():
    assert {"tf.math.add", "tf.add"} <= {name for names in _ops() for name in names}


# -- rows and lists are strict ---


@pytest.mark.parametrize(
    "options",
    [
        {"tol": 1e-3},
        {"skip_modes": "eager"},
        {"compare_values": False},
        {"text": "shapes"},
        {"kind": "odd"},
        {"skip_modes": "lazy", "reason": "there is no such mode"},
    ],
)
def test_a_row_that_loosens_needs_a_reason_and_known_words(options):
    with pytest.raises(ValueError, match=r"test_meta\.py:\d+"):
        row("tf.add", f32(1), f32(2), **options)


def test_a_row_holds_only_what_can_be_described():
    with pytest.raises(TypeError, match="cannot hold"):
        _ = row("tf.add", object(), 1).id


@pytest.mark.parametrize(
    "other",
    [
        row("tf.add", f32([1, 2]), 2),
        row("tf.add", f32([1, 3]), 1),
        row("tf.add", f64([1, 2]), 1),
        row("tf.add", f32([[1, 2]]), 1),
        row("tf.add", f32([1, 2]), 1.0),
        row("tf.add", f32([1, 2]), True),
        row("tf.add", f32([1, 2]), np.int32(1)),
        row("tf.add", f32([1, 2]), y=1),
        row("tf.add", f32([1, 2]), 1, second=True),
        row("tf.add", f32([1, 2]), 1, grad=()),
        row("tf.add", f32([1, 2]), 1, kind="error"),
        row("tf.add", var(f32([1, 2])), 1),
        row("tf.add", f32([1, 2]), 1, set_seed=1),
    ],
)
def test_a_changed_row_has_another_id(other):
    assert other.id != row("tf.add", f32([1, 2]), 1).id


def test_an_id_depends_on_nothing_else():
    loose = row("tf.add", f32([1, 2]), 1, tol=1.0, reason="to see", kind="boundary")
    assert loose.id == row("tf.add", f32([1, 2]), 1).id


@pytest.mark.parametrize(
    "text", ["a\tordinary", "a\tordinary\t", "a\todd\tno", "a\terror\tx\na\terror\ty"]
)
def test_a_bad_line_of_exempt_txt_is_named(tmp_path, text):
    path = tmp_path / "exempt.txt"
    path.write_text(text)
    with pytest.raises(CasesError, match="exempt.txt"):
        exempt(path)


def test_a_bad_line_of_xfails_txt_is_named(tmp_path):
    path = tmp_path / "xfails.txt"
    path.write_text("# comment\n\ntf.add#0 no tab\n")
    with pytest.raises(CasesError, match="xfails.txt:3"):
        xfails(path)


# -- the comparison fails where it should ---

ONE = np.array([1.0, np.nan, -0.0], np.float32)
DIFFERENT = {
    "value": (ONE, np.array([1.001, np.nan, -0.0], np.float32)),
    "dtype": (ONE, ONE.astype(np.float64)),
    "shape": (ONE, ONE[None]),
    "NaN": (ONE, np.array([1.0, 2.0, -0.0], np.float32)),
    "NaN elsewhere": (ONE, np.array([np.nan, 1.0, -0.0], np.float32)),
    "infinity": (np.float32(np.inf), np.float32(3.4e38)),
    "sign of infinity": (np.float32(np.inf), np.float32(-np.inf)),
    "integer by one": (np.array([2**40]), np.array([2**40 + 1])),
    "large integers by hash": (np.arange(HASH_ABOVE + 1), np.arange(HASH_ABOVE + 1) * 2),
    "bool": (np.array([True]), np.array([False])),
    "string": (np.array([b"a"], object), np.array([b"b"], object)),
    "complex, one part": (np.array([1 + 2j]), np.array([1 + 3j])),
    "NaN of one part": (np.array([complex(np.nan, 1)]), np.array([complex(1, np.nan)])),
    "array, scalar": (np.float32(1), np.array(1, np.float32)),
    "list, tuple": ([ONE], (ONE,)),
    "length": ([ONE], [ONE, ONE]),
    "inside a nest": ({"a": [ONE, (ONE,)]}, {"a": [ONE, (ONE * 2,)]}),
    "dtype inside a nest": ([(ONE,)], [(ONE.astype(np.float16),)]),
    "keys": ({"a": ONE}, {"b": ONE}),
    "order of keys": ({"a": ONE, "b": ONE}, {"b": ONE, "a": ONE}),
    "None": (None, ONE),
    "None, the other way": (ONE, None),
    "None, zeros in a list": ([None], [np.zeros(2, np.float32)]),
    "Python numbers": (1, 2),
    "int, float": (1, 1.0),
    "bool, int": (True, 1),
    "Python floats": (1.0, 1.1),
    "Python text": ("a", "b"),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_comparison_fails_on_a_different(what):
    left, right = map(plain, DIFFERENT[what])
    assert compare(left, left, "result", Terms()) == []
    assert compare(right, right, "result", Terms()) == []
    assert len(compare(left, right, "result", Terms())) == 1
    assert len(compare(right, left, "result", Terms())) == 1


def test_signs_of_zero_count_when_asked():
    left, right = plain(np.array([0.0, 1.0])), plain(np.array([-0.0, 1.0]))
    assert compare(left, right, "result", Terms()) == []
    assert compare(left, right, "result", Terms(signed_zeros=True))


def test_a_tolerance_never_covers_dtype_shape_nan_or_integers():
    wide = Terms(tol=(1e9, 1e9))
    assert compare(plain(np.array([1.0])), plain(np.array([5.0])), "result", wide) == []
    for what in ("dtype", "shape", "NaN", "integer by one", "bool", "length", "None"):
        left, right = map(plain, DIFFERENT[what])
        assert compare(left, right, "result", wide), what


def test_without_values_dtype_and_shape_still_count():
    specs = Terms(values=False)
    assert compare(*map(plain, DIFFERENT["value"]), "result", specs) == []
    assert compare(*map(plain, DIFFERENT["dtype"]), "result", specs)
    assert compare(*map(plain, DIFFERENT["shape"]), "result", specs)


def test_errors_compare_by_class_and_sentence():
    said = {"type": "ValueError", "text": "Shapes [2] and [3]"}
    assert compare_errors(said, said, "result") == []
    assert compare_errors(said, {**said, "type": "TypeError"}, "result", "")
    assert compare_errors(said, {**said, "text": "Shapes [2] and [4]"}, "result")
    assert compare_errors({**said, "text": "Shapes"}, said, "result", "[2]")
    assert compare_errors({**said, "text": "Not [2]"}, said, "result", "[2]") == []


def test_the_core_of_an_error_is_what_it_says():
    assert (
        core(
            "{{function_node __wrapped__AddV2_device_/job:localhost/device:CPU:0}} Incompatible "
            "shapes: [2] vs. [3] [Op:AddV2] name: "
        )
        == "Incompatible shapes: [2] vs. [3]"
    )
    assert core("Value for attr 'T' of x: y\n\t; NodeDef: {{node Neg}} [Op:Neg]") == (
        "Value for attr 'T' of x: y"
    )


# -- the harness notices ---


@pytest.fixture(scope="module")
def sample():
    """A row with gradients of both orders, and its right outcome."""
    case = row("tf.math.multiply", draw((2, 3), seed=1), draw((2, 3), seed=2), second=True)
    with execution("eager"):
        outcome = start(library(), case).finish()
    outcome.pop("taped")
    return case, outcome


def test_the_sample_passes(sample):
    case, golden = sample
    assert check_rows([case], {case.id: golden}) == {case.id: []}
    assert set(golden) == {"result", "grads", "second"}


def test_a_row_without_a_golden_fails(sample):
    case, _ = sample
    assert "no golden" in check_rows([case], {})[case.id][0]


@pytest.mark.parametrize("part", ["result", "grads", "second"])
def test_a_wrong_number_fails_in_every_mode(sample, part):
    case, golden = sample
    zeros = plain(np.zeros((2, 3), np.float32))
    zeros["k"] = "tensor"
    wrong = zeros if part == "result" else {**golden[part], "items": [zeros] * 2}
    lines = check_rows([case], {case.id: {**golden, part: wrong}})[case.id]
    assert {line.partition(":")[0] for line in lines} == {"eager", "deferred", "compiled"}
    assert all(f": {part}" in line for line in lines)


@pytest.mark.parametrize("part", ["grads", "second"])
def test_a_gradient_that_should_be_none_fails(sample, part):
    case, golden = sample
    wrong = {**golden, part: {**golden[part], "items": [None, None]}}
    assert "expected None" in check_rows([case], {case.id: wrong}, ["eager"])[case.id][0]


@pytest.mark.parametrize("part", ["grads", "second"])
def test_gradients_that_tensorflow_refuses_fail(sample, part):
    case, golden = sample
    error = {"error": {"type": "LookupError", "text": "no gradient"}}
    lines = check_rows([case], {case.id: {**golden, part: error}}, ["deferred"])[case.id]
    assert lines and "does not raise" in lines[0]


def test_an_error_that_is_not_raised_fails(sample):
    case, _ = sample
    error = {"result": {"error": {"type": "ValueError", "text": "no"}}}
    assert "does not raise" in check_rows([case], {case.id: error}, ["eager"])[case.id][0]


def test_an_absent_name_fails(sample):
    case, golden = sample
    ghost = dataclasses.replace(case, op="tf.math.no_such_op")
    lines = check_rows([ghost], {ghost.id: golden}, ["eager"])[ghost.id]
    assert lines == ["eager: tfshim has no tf.math.no_such_op"]


def test_a_variable_that_keeps_another_value_fails(sample):
    case, golden = sample
    outcome = {**golden, "vars": plain([np.float32(1)])}
    assert differences(case, outcome, {**golden, "vars": plain([np.float32(2)])})
    assert differences(case, golden, {**golden, "vars": plain([np.float32(2)])})


def test_a_program_that_cannot_be_compiled_is_noticed(monkeypatch, sample):
    import jax

    def broken(*args, **kwargs):
        raise RuntimeError("no compiler")

    case, golden = sample
    monkeypatch.setattr(jax, "jit", broken)
    lines = check_rows([case], {case.id: golden}, ["compiled"])[case.id]
    assert any("did not compile" in line and "no compiler" in line for line in lines)


def test_each_mode_executes_as_it_says():
    from tfshim._src import config
    from tfshim._src.engine.stats import stats

    tf = library().tf
    before = config.execution()
    x = library().tensor(draw((2, 3)))
    with execution("eager"):
        y = tf.add(x, x)
        assert y._trace is None
    with execution("deferred"):
        y = tf.add(x, x)
        assert y._trace is not None
        interpreted = stats.interpreted_runs
        y.numpy()
        assert stats.interpreted_runs == interpreted + 1
    with execution("compiled"):
        compiled = stats.compiled_runs
        with only_compiled() as problems:
            tf.add(x, x).numpy()
        assert stats.compiled_runs == compiled + 1 and not problems
    with only_compiled() as problems:
        tf.add(x, x).numpy()  # cold, so interpreted
    assert problems
    assert config.execution() == before


def test_goldens_are_the_same_bytes_for_the_same_rows(tmp_path):
    rows = {"b": {"result": plain(ONE)}, "a": {"result": None}}
    first = goldens.save("x", "2.21.0", rows, tmp_path).read_bytes()
    second = goldens.save("x", "2.21.0", dict(reversed(rows.items())), tmp_path).read_bytes()
    assert first == second
    assert goldens.load("x", tmp_path) == rows


def test_special_values_hold_what_they_promise():
    values = special("float32").value
    assert np.isnan(values).any() and np.isinf(values).sum() == 2
    assert {bool(np.signbit(v)) for v in values if v == 0} == {True, False}
    assert (np.abs(values)[values != 0] < np.finfo(np.float32).tiny).any()
    left, right = pairs("int8")
    assert np.array_equal(np.unique(left.value), np.unique(special("int8").value))
    assert (left.value == right.value).any()


# -- the test files ---


def _functions(tree):
    """Every scope of a module with the functions that it defines."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef)):
            yield node, [n for n in node.body if isinstance(n, ast.FunctionDef)]


def _twice(source):
    names = []
    for _, functions in _functions(ast.parse(source)):
        seen = [f.name for f in functions if not f.decorator_list or f.name.startswith("test")]
        names += [name for name in set(seen) if seen.count(name) > 1]
    return names


def _skips_without_reason(source):
    """Lines of skips and expected failures that say no reason."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            what, given = node.func.attr, {k.arg for k in node.keywords}
            owner = ast.unparse(node.func.value)
            if owner == "pytest" and what in ("skip", "xfail"):
                bad = not node.args and "reason" not in given
            elif owner == "pytest.mark" and what in ("skip", "skipif", "xfail"):
                bad = "reason" not in given and not (what == "skip" and node.args)
            else:
                continue
            lines += [node.lineno] if bad else []
    for _, functions in _functions(ast.parse(source)):
        for function in functions:
            for mark in function.decorator_list:
                if ast.unparse(mark) in ("pytest.mark.skip", "pytest.mark.xfail"):
                    lines.append(mark.lineno)
    return lines


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(TESTS)))
def test_no_test_is_defined_twice(path):
    assert _twice(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(TESTS)))
def test_every_skip_says_why(path):
    assert _skips_without_reason(path.read_text(encoding="utf-8")) == []


def test_the_search_for_doubles_finds_them():
    assert _twice("def test_a(): pass\ndef test_a(): pass\n") == ["test_a"]
    assert _twice("class T:\n def test_a(self): 1\n def test_a(self): 2\n") == ["test_a"]
    assert _twice("def test_a(): pass\nclass T:\n def test_a(self): 1\n") == []


def test_the_search_for_skips_finds_them():
    assert _skips_without_reason("pytest.skip()\n@pytest.mark.skip\ndef f(): pass") == [1, 2]
    assert _skips_without_reason("@pytest.mark.skipif(True)\ndef f(): pass") == [1]
    assert _skips_without_reason("pytest.skip('why')\npytest.xfail(reason='why')") == []
