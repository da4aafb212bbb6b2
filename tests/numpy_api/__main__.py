"""The commands of this folder; see `__init__.py`."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor

from tests.numpy_api import STATES, differences, evaluate, known, save
from tests.numpy_api.cases import lines_of
from tests.numpy_api.draws import drawn


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["record", "compare", "fuzz"])
    parser.add_argument("--states", nargs="*", default=list(STATES))
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.command == "record":
        found = {}
        for state in STATES:
            lines = lines_of(state)
            found[state] = dict(zip(lines, evaluate("tensorflow", state, lines), strict=True))
        save(found)
        print(sum(map(len, found.values())), "lines recorded")
        return 0
    wrong = 0
    for state in options.states:
        fuzz = options.command == "fuzz"
        lines = drawn(options.draws, options.seed) if fuzz else lines_of(state)
        with ThreadPoolExecutor() as pool:
            sides = pool.map(lambda name, s=state, w=lines: evaluate(name, s, w), SIDES)
            mine, theirs = sides
        for line, got, expected in zip(lines, mine, theirs, strict=True):
            problems = differences(got, expected)
            if problems and not known(line, problems):
                wrong += 1
                print(f"{state}: {line}\n    " + "\n    ".join(problems))
        print(f"{state}: {len(lines)} lines")
    print(f"{wrong} differ")
    return 1 if wrong else 0


SIDES = ("tfshim", "tensorflow")

if __name__ == "__main__":
    raise SystemExit(main())
