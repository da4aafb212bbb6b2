"""What JAX does not promise to keep, and how it differs between the releases that we run on."""

from __future__ import annotations

from typing import Any


def scan_counts(params: dict[str, Any]) -> tuple[int, int]:
    """Numbers of constants and of carried values of a scan, from its equation's parameters.

    JAX 0.10 has them as numbers; later releases have the operands' trees instead.
    """
    if "num_carry" in params:
        return params["num_consts"], params["num_carry"]
    constants, carried, _ = params["ft_in"].unpack()
    return len(constants.vals), len(carried.vals)
