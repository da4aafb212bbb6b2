"""Write tfshim/_api/tensorflow-2.21.tsv.gz from a JSON description of TensorFlow's public API.

Usage: python tools/extract_api.py [api.json]

The JSON is {"tensorflow": version, "symbols": {name: {kind, signature, members, same_as, value}}}.
Signatures are reduced to what a caller relies on (see tfshim/_api/signatures.py).
"""

import gzip
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.bare_package import bare_tfshim  # noqa: E402

bare_tfshim(ROOT)

from tfshim._api.facts import FACTS, VERSION, Symbol, encode  # noqa: E402
from tfshim._api.signatures import from_text  # noqa: E402

SOURCE = ROOT.parent / "shared" / "api" / "tensorflow-2.21.json"


def facts_text(description: dict) -> str:
    """The lines of the facts file, sorted by name."""
    if description["tensorflow"] != VERSION:
        raise SystemExit(f"expected TensorFlow {VERSION}, got {description['tensorflow']}")
    lines = []
    for name, entry in sorted(description["symbols"].items()):
        signature = entry.get("signature")
        value = entry.get("value")
        symbol = Symbol(
            kind=entry["kind"],
            signature=None if signature is None else from_text(signature),
            members=tuple(entry.get("members", ())),
            same_as=entry.get("same_as"),
            value=None if value is None else str(value),
        )
        lines.append(encode(name, symbol))
    return "\n".join(lines) + "\n"


def main(argv: list[str]) -> None:
    source = Path(argv[0]) if argv else SOURCE
    text = facts_text(json.loads(source.read_text(encoding="utf-8")))
    # mtime=0: the same facts give the same bytes.
    FACTS.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{FACTS.relative_to(ROOT)}: {text.count(chr(10))} names, {FACTS.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
