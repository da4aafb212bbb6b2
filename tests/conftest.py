"""Leaves out the tests that are not of the part that runs; see sampling.py."""

from tests.sampling import FILES, kept


def pytest_collection_modifyitems(config, items):
    left_out = [i for i in items if i.path.name in FILES and not kept(i.nodeid)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [i for i in items if i not in gone]
