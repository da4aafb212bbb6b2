"""Identity matrices."""

from tfshim._src.registry import PUBLIC

__all__ = ["eye"]


def eye(num_rows, num_columns=None, batch_shape=None, dtype="float32", name=None):
    """`tf.eye`."""
    return PUBLIC["tf.eye"](num_rows, num_columns, batch_shape, dtype, name)
