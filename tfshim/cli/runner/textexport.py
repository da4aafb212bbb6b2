"""Text exports of notebooks: cells begin at a line `In [N]:`, with prose in between.

The export does not say where a cell's code ends and the next prose begins, so this module decides:

1. A line `In [N]:` or `In [ ]:` begins a cell; a line `Out[N]:` or the next `In` ends it.
2. What stands between is cut into blocks at blank lines. The first block is always code, even if it
   does not compile: a mistake in it must be reported, not taken for prose.
3. Of the following blocks, code reaches as far as the longest run that still compiles (shell and
   magic lines aside), where a block of bare words that nothing in the file defines ("Done",
   "[link](page)") is prose although it happens to be Python.
4. Blocks at the end of that run that hold comments only are headings (`## Next`), not code.
5. A block after the code that does not compile and yet begins as only code does (an assignment, a
   call, `def`, `import` ...) belongs to the cell: a mistake in it must be reported as well.
"""

import ast
import builtins
import re

from .source import compiles, parse, prepare

CELL_START = re.compile(r"^\s?In ?\[[ \d*]*\]:[ \t]*(.*)$")
_OUTPUT_START = re.compile(r"^\s?Out ?\[[ \d*]*\]:")
# What prepare() would take for a shell line or a request for help: an image, a question of one
# word.
_PROSE_MAGIC = re.compile(r"^(!\[|\?|%\s|\w+\?{1,2}\s*$)", re.MULTILINE)
_LOOKS_LIKE_CODE = re.compile(
    r"(\s*[A-Za-z_][\w.\[\]]*(, ?[A-Za-z_]\w*)* ?[-+*/@]?=(?!=)"
    r"|[A-Za-z_][\w.]*\("
    r"|(async )?def \w+\(|class \w+[(:]|import \w+(\.\w+)*( as \w+)?\s*$|from [\w.]+ import )"
)


def is_export(text: str) -> bool:
    """Whether any line of `text` begins a cell."""
    return any(CELL_START.match(line) for line in text.splitlines())


def split_export(text: str) -> list[tuple[int, str]]:
    """The cells of an export as pairs of (1-based line where the code begins, code)."""
    regions: list[tuple[int, list[str]]] = []
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if start := CELL_START.match(line):
            inside = True
            regions.append((number + 1, []))
            if start[1]:  # code on the marker's own line
                regions[-1] = (number, [start[1]])
        elif _OUTPUT_START.match(line):
            inside = False
        elif inside:
            regions[-1][1].append(line)
    known: set[str] = set(dir(builtins))
    cells = []
    for first, lines in regions:
        skip = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
        code = _code_of(lines[skip:], known)
        known |= _bound_names(code)
        cells.append((first + skip, code))
    return cells


def _blocks(lines: list[str]) -> list[tuple[int, int]]:
    """The (start, end) line ranges of the runs of lines without a blank one."""
    found, start = [], None
    for i, line in enumerate([*lines, ""]):
        if line.strip():
            start = i if start is None else start
        elif start is not None:
            found.append((start, i))
            start = None
    return found


def _code_of(lines: list[str], known: set[str]) -> str:
    blocks = _blocks(lines)
    if not blocks:
        return ""
    reach = 0
    for last in range(len(blocks) - 1, 0, -1):
        code = "\n".join(lines[: blocks[last][1]])
        if compiles(_python(code)):
            reach = last
            break
    if reach + 1 < len(blocks) and _LOOKS_LIKE_CODE.match(lines[blocks[reach + 1][0]]):
        return "\n".join(lines[: blocks[reach + 1][1]])
    # Prose that happens to be Python: the code ends before the first such block.
    for i in range(1, reach + 1):
        before = "\n".join(lines[: blocks[i - 1][1]])
        block = "\n".join(lines[slice(*blocks[i])])
        if not compiles(_python(before)):
            continue  # the block stands inside brackets or a string
        if _PROSE_MAGIC.search(block) or _is_bare_words(block, known | _bound_names(before)):
            reach = i - 1
            break
    while reach and all(x.lstrip().startswith("#") for x in lines[slice(*blocks[reach])]):
        reach -= 1
    return "\n".join(lines[: blocks[reach][1]])


def _python(code: str) -> str:
    return prepare(code).code or ""


def _is_bare_words(block: str, known: set[str]) -> bool:
    """Whether a block only names things, and one that nothing defines among them."""
    if "*" in known or not compiles(block):
        return False
    tree = parse(block, "<block>")
    if not tree.body or not all(isinstance(statement, ast.Expr) for statement in tree.body):
        return False
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return bool(used - known)


def _bound_names(code: str) -> set[str]:
    """Every name that the code binds anywhere; "*" after a star import."""
    code = _python(code)
    if not compiles(code):
        return set()
    names: set[str] = set()
    for node in ast.walk(parse(code, "<cell>")):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            names.add(node.name)
    return names
