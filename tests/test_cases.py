"""Every row of conformance/cases against TensorFlow's recorded outcome, in every mode.

A test is one op of one family; what it says on failure names the row, the mode and the place.
"""

import functools
import importlib.util
import os
import subprocess
import sys

import pytest

from conformance.cases.__main__ import grouped, merged
from conformance.cases.harness import goldens
from conformance.cases.harness.check import check_rows, differences
from conformance.cases.harness.families import families, rows_of, xfails


def _cases():
    for family in families():
        try:
            yield from [(family, op) for op in grouped(rows_of(family))]
        except Exception:  # one family that cannot be read fails alone, in its test
            yield family, "cannot be read"


CASES = list(_cases())


@functools.cache
def _family(family):
    return grouped(rows_of(family)), goldens.load(family)


@pytest.mark.parametrize("family, op", CASES, ids=[f"{f}-{op}" for f, op in CASES])
def test_op_equals_tensorflow(family, op):
    rows, expected = _family(family)
    found = check_rows(rows[op], expected)
    known = xfails()
    lines = []
    for row in rows[op]:
        differences = found[row.id]
        if row.id in known:
            if not differences:
                lines.append(f"{row}\n    is in xfails.txt and passes now")
        elif differences:
            lines.append("\n    ".join([str(row), *merged(differences)]))
    if lines:
        pytest.fail("\n" + "\n".join(lines), pytrace=False)


@pytest.mark.parametrize("family", families())
def test_no_golden_without_a_row(family):
    stale = goldens.load(family).keys() - {row.id for row in rows_of(family)}
    assert not stale, f"record {family} again: it has no rows {sorted(stale)}"


def test_no_expected_failure_without_a_row():
    ids = {row.id for family in families() for row in rows_of(family)}
    assert not xfails().keys() - ids


def test_no_golden_without_a_family():
    files = {path.name.removesuffix(".json.gz") for path in goldens.FOLDER.glob("*.json.gz")}
    assert files <= set(families())


@pytest.mark.oracle
@pytest.mark.slow
def test_goldens_are_what_tensorflow_does(tmp_path):
    python = os.environ.get("TFSHIM_ORACLE_PYTHON")
    if python is None and importlib.util.find_spec("tensorflow") is None:
        pytest.skip("needs TensorFlow, here or in $TFSHIM_ORACLE_PYTHON")
    command = [python or sys.executable, "-m", "conformance.cases", "record"]
    done = subprocess.run([*command, "--output", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = []
    for family in families():
        stored, now = goldens.load(family), goldens.load(family, tmp_path)
        for row in rows_of(family):
            lines += [f"{row}: {x}" for x in differences(row, now[row.id], stored[row.id])]
    assert not lines, "\n" + "\n".join(lines)
