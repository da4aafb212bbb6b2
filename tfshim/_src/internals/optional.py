"""`tf.experimental.Optional`, against which Keras checks what its data iterators give."""

from tfshim._src.data.optional import Optional

__all__ = ["Optional"]
