"""`tensorflow.python.compat`."""
