"""Runs test files with TensorFlow in tfshim's place, so that what they assert is seen there first.

`python tests/as_tensorflow.py tests/test_tape.py ...` where TensorFlow is installed.
"""

import sys

import pytest
import tensorflow

if __name__ == "__main__":
    sys.modules["tfshim"] = tensorflow
    sys.modules["tfshim.autodiff"] = tensorflow.autodiff
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
