"""These run in processes of their own, where `tensorflow` is tfshim: tests/test_kernel_tests.py."""

collect_ignore_glob = ["*_test.py"]
