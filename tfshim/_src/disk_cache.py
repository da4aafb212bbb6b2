"""Compiled programs on disk: JAX's persistent compilation cache, where the user asks for it.

`TFSHIM_COMPILATION_CACHE=1` keeps compiled programs in the user's cache folder, another value is
the folder itself. `TFSHIM_COMPILATION_CACHE_MB` bounds its size (1024): when a process starts, what
was not used for the longest time is removed. Without the first variable nothing is written.
"""

from __future__ import annotations

import os
from pathlib import Path

import jax

#: Programs that XLA compiles faster than this are not worth a file.
MIN_SECONDS = 0.05


def enable() -> Path | None:
    """Tells JAX to keep compiled programs, if the environment says so; gives the folder."""
    wanted = os.environ.get("TFSHIM_COMPILATION_CACHE", "")
    if wanted in ("", "0"):
        return None
    folder = default_folder() if wanted == "1" else Path(wanted).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    prune(folder, int(float(os.environ.get("TFSHIM_COMPILATION_CACHE_MB", "1024")) * 2**20))
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", MIN_SECONDS)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
    return folder


def default_folder() -> Path:
    """Where programs are kept if no folder is named."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "tfshim" / "programs"


def prune(folder: Path, limit: int) -> None:
    """Removes the files that were not used for the longest time, down to `limit` bytes in all.

    Files that another process removes meanwhile do not matter.
    """
    found = []
    for path in folder.iterdir():
        try:
            status = path.stat()
        except OSError:
            continue
        if path.is_file():
            found.append((max(status.st_atime, status.st_mtime), status.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= limit:
            return
        path.unlink(missing_ok=True)
        total -= size
