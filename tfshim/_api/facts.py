"""The facts file, read once and on demand."""

import functools
import gzip
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

VERSION = "2.21.0"
FACTS = Path(__file__).with_name("tensorflow-2.21.tsv.gz")
REASONS = Path(__file__).with_name("absent.tsv")

# Namespaces that TensorFlow has but the facts do not list, so that nothing is known of their names.
UNLISTED = frozenset(
    "tf." + name
    for name in (
        "compat",
        "initializers",
        "keras",
        "lite",
        "losses",
        "metrics",
        "mlir",
        "optimizers",
        "security",
        "tools",
    )
)


class Symbol(NamedTuple):
    """One public name. `signature` is canonical text (see signatures.py), None where unknown."""

    kind: str  # "function", "class" or "value"
    signature: str | None
    members: tuple[str, ...]
    same_as: str | None
    value: str | None


@functools.cache
def symbols() -> dict[str, Symbol]:
    """Every public name of TensorFlow, such as "tf.math.maximum", with its facts."""
    text = gzip.decompress(FACTS.read_bytes()).decode()
    return dict(map(decode, text.splitlines()))


@functools.cache
def namespaces() -> frozenset[str]:
    """Every module of the public API: "tf", "tf.math", "tf.random.experimental" and so on."""
    found = set()
    for name in symbols():
        while "." in name:
            name = name.rpartition(".")[0]
            found.add(name)
    return frozenset(found)


@functools.cache
def _reasons() -> list[tuple[str, str]]:
    rows = []
    for line in REASONS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pattern, _, reason = line.partition("\t")
            rows.append((pattern, reason.strip()))
    return rows


@functools.cache
def reason_absent(name: str) -> str | None:
    """Why tfshim lacks `name`, by the first pattern of absent.tsv that matches; None: not yet."""
    return next((reason for pattern, reason in _reasons() if fnmatchcase(name, pattern)), None)


def encode(name: str, symbol: Symbol) -> str:
    """One line of the facts file; an unknown signature is "-", an empty one is empty."""
    fields = (
        name,
        symbol.kind,
        "-" if symbol.signature is None else symbol.signature,
        " ".join(symbol.members),
        symbol.same_as or "",
        symbol.value or "",
    )
    return "\t".join(fields)


def decode(line: str) -> tuple[str, Symbol]:
    """The name and the facts in one line of the facts file."""
    name, kind, signature, members, same_as, value = line.split("\t")
    return name, Symbol(
        kind,
        None if signature == "-" else signature,
        tuple(members.split()),
        same_as or None,
        value or None,
    )
