"""The fuzzer itself: draws are reproducible and reach every op, and a wrong op is found."""

import contextlib
import io

import jax.numpy as jnp
import numpy as np
import pytest

from conformance.cases.arrays import Array, Var
from conformance.cases.harness.check import library
from conformance.cases.row import code, f32, i32, method, row, var
from conformance.fuzz import judge as judging
from conformance.fuzz.catalogue import CALLS
from conformance.fuzz.draws import ALL, Draw
from conformance.fuzz.judge import nudged, raw_lines, rounding
from conformance.fuzz.mutate import NOT_DRAWN, arrays_of, mutated, originals
from conformance.fuzz.run import Fuzz, drawn, targets
from conformance.fuzz.sides import in_function, run_here
from conformance.fuzz.snippet import snippet


class Unbroken:
    """A reference without TensorFlow: tfshim with the planted op put right."""

    def __init__(self, right=None):
        self.right = right or {}
        self.asked = 0

    def begin(self, rows):
        from tfshim._src.registry import PUBLIC

        self.asked += len(rows)
        with pytest.MonkeyPatch.context() as patch:
            for name, function in self.right.items():
                patch.setitem(PUBLIC, name, function)
            found = [run_here([r], "deferred")[0] for r in rows]
        return lambda: found


# -- draws ---


def test_a_draw_depends_on_seed_and_number_alone():
    first = [drawn(7, n).describe() for n in range(200)]
    assert first == [drawn(7, n).describe() for n in range(200)]
    assert first != [drawn(8, n).describe() for n in range(200)]
    assert drawn(7, 150).describe() == first[150]


def test_every_entry_of_the_catalogue_writes_rows_of_its_op():
    for op, write in CALLS.items():
        for number in range(6):
            assert write(Draw(3, number), op).op == op


def test_ops_can_be_left_out_by_name():
    assert not [n for n in targets("-tf.nn,-linalg") if "tf.nn" in n or "linalg" in n]
    assert set(targets("tf.math,-reduce")) < set(targets("tf.math"))


def test_a_call_inside_a_function_gives_what_it_gives_outside():
    for case in (row("tf.math.square", f32([3])), method("tf.Variable.read_value", var(f32([1])))):
        (outside,), (inside,) = run_here([case], "eager"), run_here([in_function(case)], "function")
        assert not raw_lines(case, inside, outside)


def test_xla_computes_every_op_in_the_mode_without_numpy():
    from tfshim._src.engine.stats import stats

    for mode, host in (("eager", True), ("kernels", False)):
        before = stats.host_nodes, stats.xla_nodes
        run_here([row("tf.math.cumsum", f32([1, 2]), grad=())], mode)
        assert (stats.host_nodes > before[0], stats.xla_nodes > before[1]) == (host, not host)


def test_every_op_with_rows_can_be_changed():
    for op in originals():
        for number in range(3):
            assert mutated(Draw(5, number), op).op == op


def test_every_public_op_is_drawn():
    from tests.test_meta import _ops

    wanted = set(targets())
    left = [names for names in _ops() if not wanted.intersection(names)]
    assert not [n for n in left if not any(name.startswith(tuple(NOT_DRAWN)) for name in n)]


def test_no_exemption_from_drawing_without_a_name():
    from conformance.cases.harness.families import families, rows_of

    ops = {case.op for family in families() for case in rows_of(family)}
    assert not [start for start in NOT_DRAWN if not any(op.startswith(start) for op in ops)]
    assert not [name for name in targets() if name.startswith(tuple(NOT_DRAWN))]


def test_draws_hold_what_implementations_part_on():
    writers = sorted(CALLS.items())  # (rows are changed by whoever adds some)
    numbered = enumerate(writers * 6)
    arrays = [a for n, (op, write) in numbered for a in arrays_of(write(Draw(12, n), op))]
    assert {a.dtype for a in arrays} >= set(ALL)
    shapes = {a.value.shape for a in arrays}
    assert any(0 in s for s in shapes) and any(1 in s for s in shapes) and () in shapes
    assert max(map(len, shapes)) >= 5
    floats = np.concatenate([a.value.ravel() for a in arrays if a.dtype == "float32"])
    assert np.isnan(floats).any() and np.isinf(floats).any()
    assert ((floats == 0) & np.signbit(floats)).any()
    assert ((floats != 0) & (np.abs(floats) < 2.0**-126)).any()
    assert (np.abs(floats[np.isfinite(floats)]) > 1e30).any()


# -- what is found ---

PLANTED = {
    "tf.math.squared_difference": lambda f: lambda x, y: f(x, y) + 1,
    "tf.math.expm1": lambda f: lambda x: library().find("tf.stop_gradient")(f(x)),
    "tf.math.cumsum": lambda f: lambda x, axis=0, exclusive=False, reverse=False: f(x, axis),
    "tf.math.is_nan": lambda f: lambda x: library().find("tf.cast")(f(x), "int32"),
    "tf.math.add_n": lambda f: lambda inputs: f(inputs)[..., None],
}


@pytest.mark.parametrize(
    "op, mode",
    [*((op, "eager") for op in PLANTED), *(("tf.math.is_nan", m) for m in ("kernels", "compiled"))],
)
def test_a_wrong_op_is_found_and_made_small(monkeypatch, op, mode):
    from tfshim._src.registry import PUBLIC

    right = library().find(op)
    monkeypatch.setitem(PUBLIC, op, PLANTED[op](right))
    said = []
    fuzz = Fuzz(Unbroken({op: right}), 1, op, [mode], say=said.append)
    fuzz.run(range(16))
    assert fuzz.unexplained and op in fuzz.report()
    smallest = min(
        sum(a.value.size for a in arrays_of(found.row)) for found, _ in fuzz.unexplained.values()
    )
    assert smallest <= 4
    assert any("import tfshim as tf" in text and op in text for text in said)


def test_nothing_is_found_where_nothing_is_wrong():
    fuzz = Fuzz(Unbroken(), 2, "tf.math.", ["eager"], say=pytest.fail)
    fuzz.run(range(48))
    assert not fuzz.unexplained and fuzz.counts["draws"] == 48


def test_a_reference_that_dies_is_counted():
    class Dead:
        def begin(self, rows):
            return lambda: [None] * len(rows)

    fuzz = Fuzz(Dead(), 1, "tf.math.add", ["eager"])
    fuzz.run(range(4))
    assert fuzz.counts["TensorFlow died"] == 4


# -- rounding ---


def _rounding(case, change):
    """Whether a result that differs by `change` from the right one passes for rounding."""
    reference = Unbroken()
    (right,) = reference.begin([case])()
    wrong = code(case.op, f"lambda *a: {change}", *case.args)
    (got,) = run_here([wrong], "deferred")
    assert raw_lines(case, got, right)
    return rounding(case, got, right, reference)


def test_what_an_ill_conditioned_result_loses_is_rounding():
    case = row("tf.math.tan", f32([1.5707, 0.3]))
    assert _rounding(case, "tf.math.tan(*a) * np.float32(1.0002)") is False  # 0.3 is not
    assert _rounding(case, "tf.math.tan(*a) * tf.constant([1.0002, 1.0])")
    assert not _rounding(case, "tf.math.tan(*a) * tf.constant([1.1, 1.0])")


def test_ties_and_whole_numbers_are_no_excuse():
    case = row("tf.math.reduce_max", f32([1.0, 2.0, 2.0]))
    assert not _rounding(case, "tf.reduce_max(*a) + 1e-3")
    case = row("tf.math.floor", f32([2.0, 3.0]))
    assert not _rounding(case, "tf.math.floor(*a) - 1.0")


def test_equal_numbers_move_alike_and_whole_ones_stay():
    x = f32([0.3, 0.3, 2.0, float("inf"), float("nan"), 0.0, 1e30])
    (moved,) = arrays_of(nudged(row("tf.math.sin", x), 1))
    assert moved.value[0] == moved.value[1] != x.value[0]
    assert abs(moved.value[0] / x.value[0] - 1) < 1e-6
    assert np.array_equal(moved.value[2:6], x.value[2:6], equal_nan=True)


def test_subnormal_numbers_are_told_apart():
    assert judging._has_subnormal(f32([1.0, 1e-40]))
    assert not judging._has_subnormal(f32([0.0, 1e-20]))
    assert not judging._has_subnormal(i32([1]))


# -- snippets ---


@pytest.mark.parametrize("number", range(40))
def test_snippets_run(number):
    case = drawn(13, number)
    (outcome,) = run_here([case], "eager")
    if "error" in (outcome["result"] or {}) or "error" in (outcome.get("grads") or {}):
        pytest.skip("the call raises")
    if "SparseTensor" in str(outcome["result"]):
        pytest.skip("a tape takes their values only")
    if (outcome["result"] or {}).get("k") in ("bool", "int", "str"):
        pytest.skip("a tape takes no Python values")
    if "# and so on" in snippet(case):
        pytest.skip("a snippet shows the first of many elements only")
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(snippet(case), {})
    assert said.getvalue()


def test_a_snippet_shows_variables_specials_and_gradients():
    x = Array(np.array([1.5, np.nan, -np.inf], jnp.bfloat16), "bfloat16")
    text = snippet(row("tf.math.add", x, Var(f32([1.0]))))
    assert "[1.5, nan, -inf], shape=[3], dtype='bfloat16'" in text
    assert "x1 = tf.Variable(" in text and "tape.gradient(y, [x0, x1])" in text
    assert "x0.assign(2)" in snippet(method("tf.Variable.assign", var(f32(1.0)), 2))
