"""Marks for TensorFlow's documentation, which change nothing."""

from __future__ import annotations

from typing import Any


def _unchanged(thing: Any) -> Any:
    """The decorated object as it is."""
    return thing


do_not_generate_docs = do_not_doc_inheritable = do_not_doc_in_subclasses = _unchanged
for_subclass_implementers = doc_private = doc_in_current_and_subclasses = _unchanged
inheritable_header = header = _unchanged


def set_deprecated(thing: Any) -> Any:
    """The decorated object as it is."""
    return thing
