"""The implementation. Nothing here is public; see docs/architecture.md for the map."""

import gc

# Importing makes a million objects and no garbage; to look for some takes a fifth of its time.
_collecting = gc.isenabled()
gc.disable()
try:
    from tfshim._src import top  # noqa: F401
finally:
    if _collecting:
        if not gc.get_freeze_count():
            gc.freeze()  # all objects are old from here on, without a look at each of them
            gc.unfreeze()
        gc.enable()
