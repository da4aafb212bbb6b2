"""Programs of packages written for TensorFlow; see tests/test_packages.py."""
