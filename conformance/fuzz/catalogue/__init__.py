"""What the ops take, by family: public name -> a function that writes a row from a Draw.

Ops without an entry, and now and then those with one, get changed copies of the rows in
conformance/cases (mutate.py).
"""

from __future__ import annotations

from conformance.fuzz.catalogue import (
    arrays,
    control,
    decompositions,
    elementwise,
    images,
    linalg,
    nn,
    operators,
    quantities,
    randoms,
    reductions,
    samplers,
    signals,
    slicing,
    strings,
    variables,
)
from conformance.fuzz.draws import Writer

CALLS: dict[str, Writer] = {}
for _module in (
    elementwise,
    operators,
    reductions,
    arrays,
    slicing,
    variables,
    control,
    linalg,
    decompositions,
    nn,
    images,
    samplers,
    quantities,
    randoms,
    signals,
    strings,
):
    CALLS.update(_module.CALLS)
