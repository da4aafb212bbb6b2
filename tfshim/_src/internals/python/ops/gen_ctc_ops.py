"""The kernel CTCLoss."""

from __future__ import annotations

import collections
from typing import Any

from tfshim._src.ops.nn_ctc_sparse import ctc_kernel

__all__ = ["ctc_loss"]

CTCLoss = collections.namedtuple("CTCLoss", ["loss", "gradient"])


def ctc_loss(
    inputs, labels_indices, labels_values, sequence_length, preprocess_collapse_repeated=False,
    ctc_merge_repeated=True, ignore_longer_outputs_than_inputs=False, name=None,
) -> Any:  # fmt: skip
    """`ops.nn_ctc_sparse.ctc_kernel`, as a named tuple."""
    return CTCLoss(
        *ctc_kernel(
            inputs, labels_indices, labels_values, sequence_length, preprocess_collapse_repeated,
            ctc_merge_repeated, ignore_longer_outputs_than_inputs,
        )
    )  # fmt: skip
