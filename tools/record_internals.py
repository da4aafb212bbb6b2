"""Write tfshim/_api/internals-2.21.tsv.gz: which names of TensorFlow's inner modules are public.

Usage: python tools/record_internals.py   (with an interpreter that has TensorFlow 2.21)

TensorFlow's tests, and packages built upon it, import `tensorflow.python.*`. Most of what they
find there is public under another name, as the very same object. What is recorded is that fact,
and no code:

    N  module  name  public        `tensorflow.python.<module>.<name>` is `public`
    V  public  signature           the parameters of a function that only tf.compat.v1 shows
    K  module  name  kernel  signature   a function of a gen_*_ops module, and which kernel it runs
    M  module                  `tensorflow.python.<module>` can be imported
"""

import gzip
import importlib
import inspect
import pkgutil
import sys
import types
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.bare_package import bare_tfshim  # noqa: E402

bare_tfshim(ROOT)

from tfshim._api.facts import symbols  # noqa: E402
from tfshim._api.signatures import from_callable  # noqa: E402

TARGET = ROOT / "tfshim" / "_api" / "internals-2.21.tsv.gz"
INNER = "tensorflow.python."
#: Packages whose modules are imported, where they can be, to see what is in them.
PACKAGES = (
    "autograph", "checkpoint", "client", "compat", "data.ops", "data.util", "distribute", "eager",
    "framework", "lib.io", "module", "ops", "platform", "profiler", "saved_model", "summary",
    "trackable", "training", "types", "util",
)  # fmt: skip
#: Parts of tf.compat.v1 that are libraries of their own.
SKIPPED = frozenset({"compat", "estimator", "keras", "layers", "lite", "metrics", "raw_ops"})


def import_modules() -> None:
    """Imports the modules of PACKAGES; some need what is not installed, and stay out."""
    for package in PACKAGES:
        found = importlib.import_module(INNER + package)
        for info in pkgutil.walk_packages(found.__path__, f"{INNER}{package}."):
            if not info.name.endswith("_test"):
                try:
                    importlib.import_module(info.name)
                except Exception as error:
                    print(f"left out: {info.name}: {type(error).__name__}")


def is_known_by_identity(thing: object) -> bool:
    """Whether `thing` is one object of TensorFlow's, and no number, text or standard class."""
    if isinstance(thing, (types.ModuleType, str, bytes, int, float, tuple, type(None))):
        return False
    module = getattr(thing, "__module__", None) or type(thing).__module__
    return module.partition(".")[0] in ("tensorflow", "keras", "builtins") and (
        module != "builtins" or callable(thing)
    )


def lookup(root: object, path: str) -> object:
    for part in path.split("."):
        root = getattr(root, part, None)
    return root


def public_names(tf) -> dict[int, str]:
    """id of an object -> its public name, the shortest of tf.* where there is one."""
    found: dict[int, str] = {}
    public: dict[str, Any] = {}
    names = [n for n in symbols() if not n.startswith(("tf.raw_ops.", "tf.__internal__."))]
    for name in sorted(names, key=lambda n: (n.count("."), len(n), n)):
        thing = lookup(tf, name.removeprefix("tf."))
        if is_known_by_identity(thing):
            found.setdefault(id(thing), name)
            public[name] = thing
    for name, thing in public.items():  # tf.compat.v1 may show the same without v2's decorators
        while (thing := getattr(thing, "__wrapped__", None)) is not None:
            found.setdefault(id(thing), name)
    seen: set[int] = set()

    def walk(module, path: str) -> None:
        seen.add(id(module))
        for name in sorted(set(dir(module)) - SKIPPED):
            thing = getattr(module, name, None)
            if name.startswith("_"):
                continue
            if isinstance(thing, types.ModuleType):
                if id(thing) not in seen and "compat.v1" in vars(thing).get("__name__", ""):
                    walk(thing, f"{path}.{name}")
            elif is_known_by_identity(thing):
                found.setdefault(id(thing), f"{path}.{name}")

    walk(tf.compat.v1, "tf.compat.v1")
    return found


def public_name_within(thing: object, public: dict[int, str]) -> str | None:
    """The public name of a function that `thing` decorates."""
    while inspect.isfunction(thing) and (thing := getattr(thing, "__wrapped__", None)) is not None:
        if id(thing) in public:
            return public[id(thing)]
    return None


def record(tf) -> list[str]:
    """The lines of the file."""
    public = public_names(tf)
    kernels = {k.lower(): k for k in dir(tf.raw_ops) if not k.startswith("_")}
    names, v1, generated = set(), {}, set()
    runs: dict[int, str] = {}  # id of a function of a gen_*_ops module -> its kernel
    for full, module in list(sys.modules.items()):
        if full.startswith(INNER) and "gen_" in full and full.endswith("_ops"):
            for name, thing in vars(module).items():
                kernel = kernels.get(name.strip("_").replace("_", ""))
                if inspect.isfunction(thing) and name == name.lower() and kernel is not None:
                    runs[id(thing)] = kernel
    for full in sorted(m for m in sys.modules if m.startswith(INNER)):
        module, inner = sys.modules[full], full.removeprefix(INNER)
        for name, thing in sorted(vars(module).items()):
            if name.startswith("__"):
                continue
            shown = public.get(id(thing)) or public_name_within(thing, public)
            if shown is not None:
                names.add(f"N\t{inner}\t{name}\t{shown}")
                if shown.startswith("tf.compat.v1.") and inspect.isfunction(thing):
                    v1[shown] = from_callable(thing)
            if id(thing) in runs and name == name.lower():
                kernel = runs[id(thing)]
                generated.add(f"K\t{inner}\t{name}\t{kernel}\t{from_callable(thing)}")
    functions = [f"V\t{n}\t{s}" for n, s in sorted(v1.items())]
    return [*sorted(names), *functions, *sorted(generated), *modules()]


def modules() -> list[str]:
    """A line for each module that was imported below PACKAGES."""
    below = tuple([f"{INNER}{package}." for package in PACKAGES])
    found = [m.removeprefix(INNER) for m in sys.modules if f"{m}.".startswith(below)]
    return [f"M\t{m}" for m in sorted(found) if not m.startswith("keras")]


def main() -> None:
    import tensorflow as tf

    import_modules()
    text = "\n".join(record(tf)) + "\n"
    TARGET.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{TARGET.relative_to(ROOT)}: {text.count(chr(10))} lines, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
