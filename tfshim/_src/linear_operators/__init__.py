"""`tf.linalg.LinearOperator` and its family: matrices known by what they do.

The package is imported on first use of one of its public names.
"""

from tfshim._src.linear_operators import dispatch as dispatch
