"""`tf.experimental.Optional`, against which Keras checks what its data iterators give."""

from __future__ import annotations


class Optional:
    """A value or its absence, as a tensor; tfshim's iterators give None, and none of these."""
