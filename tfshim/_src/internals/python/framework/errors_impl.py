"""`errors`, under the name of the module that TensorFlow's tests import."""

from tfshim._src.internals.python.framework.errors import *  # noqa: F403
from tfshim._src.internals.python.framework.errors import __all__ as __all__
