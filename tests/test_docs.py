"""The code on the documentation's pages runs."""

import re
from pathlib import Path

import pytest

from tfshim._src.engine import flush
from tfshim._src.tensor import STATE

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["docs/architecture.md", "docs/guide-functions.md"]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.M | re.S)


@pytest.mark.parametrize("page", PAGES)
def test_code_of_page_runs(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = list(BLOCK.finditer(text))
    assert blocks, f"{page} has no code"
    flush.flush(STATE.pending)  # pages look at what is pending
    scope = {"__name__": "docs"}
    for block in blocks:
        line = text[: block.start()].count("\n") + 1
        source = "\n" * line + block.group(1)
        exec(compile(source, page, "exec"), scope)
