"""The coverage page says what is there."""

from pathlib import Path

from tfshim._api import compare
from tfshim.cli import coverage

ROOT = Path(__file__).resolve().parent.parent


def test_the_coverage_page_is_true():
    import tfshim

    page = coverage.as_markdown(compare.compare(tfshim))
    committed = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert committed == page, "run `make generate`"
