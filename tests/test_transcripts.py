"""What notebooks print of ragged and sparse tensors and of strings, letter by letter."""

import pytest

from tests import transcripts


@pytest.mark.parametrize(
    "name", ["check_numerics", "methods", "protos", "ragged", "small_names", "sparse", "strings"]
)
def test_the_text_is_tensorflows(name):
    assert transcripts.differences(name) == []


def test_a_difference_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(transcripts, "FOLDER", tmp_path)
    (tmp_path / "wrong.json").write_text('[["1 + 1", "3 || 3"], ["1/0", "nothing"]]')
    assert len(transcripts.differences("wrong")) == 2
