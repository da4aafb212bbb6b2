"""Each kernel that is served gives what TensorFlow's gave (tests/kernel_values/record.py)."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import tfshim as tf
from tests.kernel_values import calls
from tfshim._src.internals import kernels, table

VALUES = json.loads((Path(__file__).parent / "kernel_values" / "values.json").read_text())
SIGNATURES = {
    k.name: k.signature for names in table.facts().kernels.values() for k in names.values()
}
TEXTS = calls.calls()


def test_every_row_has_a_call():
    assert set(kernels.KERNELS) == set(VALUES) == set(TEXTS)


@pytest.mark.parametrize("kernel", sorted(TEXTS))
def test_values(kernel):
    function = kernels.function(kernel, SIGNATURES[kernel])
    found = calls.outcome(function(**calls.keywords(TEXTS[kernel], tf)))
    assert [(d, list(s)) for d, s, _ in found] == [(d, s) for d, s, _ in VALUES[kernel]]
    for (dtype, _, ours), (_, _, theirs) in zip(found, VALUES[kernel], strict=True):
        if dtype in ("float32", "float64", "complex64", "complex128"):
            tiny = 1e-12 if dtype in ("float64", "complex128") else 1e-5
            scale = max([1.0, *(abs(v) for v in theirs if math.isfinite(v))])
            np.testing.assert_allclose(ours, theirs, rtol=10 * tiny, atol=tiny * scale)
        else:
            assert ours == theirs
