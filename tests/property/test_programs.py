"""How a program is executed must not be visible: eager, deferred and compiled agree."""

import pytest
from hypothesis import given, settings, strategies as st

from conformance.cases.harness import oracle
from conformance.cases.harness.check import library
from conformance.cases.harness.compare import Terms, compare
from conformance.cases.harness.modes import MODES, execution, only_compiled
from conformance.cases.harness.programs import Program, Step, run_program
from tests.property.strategies import LONG, programs
from tfshim._src import config

DRAWS = settings(max_examples=1000 if LONG else 40)
FEW = settings(max_examples=500 if LONG else 20)
ORDERS = st.sampled_from([0, 0, 1, 1, 2])


def differences(got, expected):
    """What differs between two outcomes of a program."""
    assert got.keys() == expected.keys()
    lines = []
    for part in expected:
        lines += compare(got[part], expected[part], part, Terms())
    return lines


def run_in(mode, program):
    """The outcome in that mode; in "compiled" every part of it was compiled."""
    with execution(mode):
        if mode != "compiled":
            return run_program(library(), program)
        with only_compiled() as problems:
            outcome = run_program(library(), program)
        assert not problems, problems
        return outcome


@FEW
@given(st.data())
def test_eager_deferred_and_compiled_agree(data):
    program = data.draw(programs(order=data.draw(ORDERS)))
    eager, deferred, compiled = (run_in(mode, program) for mode in MODES)
    assert differences(deferred, eager) == []
    assert differences(compiled, eager) == []


@DRAWS
@given(st.data())
def test_a_second_run_gives_the_same(data):
    """Whatever the engine remembers of the first run, the second one must not notice."""
    program = data.draw(programs(order=data.draw(ORDERS), size=8))
    with execution("deferred"):
        first, second = (run_program(library(), program) for _ in range(2))
    assert differences(second, first) == []


@DRAWS
@given(st.data())
def test_it_does_not_matter_when_pending_nodes_run(data):
    """With a limit of a few nodes programs run in the middle, though nobody looks."""
    program = data.draw(programs(order=data.draw(ORDERS)))
    expected = run_in("eager", program)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "MAX_PENDING", data.draw(st.integers(1, 5)))
        assert differences(run_in("deferred", program), expected) == []


@pytest.mark.oracle
@pytest.mark.skipif(oracle.python() is None, reason="needs TensorFlow or TFSHIM_ORACLE_PYTHON")
@DRAWS
@given(st.data())
def test_programs_do_what_they_do_on_tensorflow(data):
    program = data.draw(programs(order=data.draw(ORDERS)))
    expected, complaint = oracle.oracle().ask(program)
    assert not complaint
    assert differences(run_in("deferred", program), expected) == []


def test_the_comparison_of_programs_fails_on_another_program():
    from conformance.cases.arrays import f64

    def outcome(name):
        step = Step("op", name, (0,))
        return run_in("eager", Program((f64([0.5]),), (), (step, Step("read", args=(1,))), (1,), 1))

    lines = differences(outcome("tf.sin"), outcome("tf.tanh"))
    assert {line.partition("[")[0] for line in lines} == {"outputs", "order 1", "seen"}
