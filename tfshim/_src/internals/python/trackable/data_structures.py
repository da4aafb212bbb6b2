"""The classes of lists and dicts that TensorFlow puts around attributes.

tfshim leaves lists and dicts as they are, so that no object is of these classes unless somebody
makes one; Keras tells its tree library about them.
"""

from __future__ import annotations

__all__ = ["ListWrapper", "_DictWrapper"]


class ListWrapper(list):
    """A list that is tracked."""


class _DictWrapper(dict):
    """A dict that is tracked."""
