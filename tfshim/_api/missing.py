"""The error for a name that the facade does not have."""

PAGE = "see docs/coverage.md (tfshim coverage)"


def missing_name(module: str, name: str) -> AttributeError:
    """The AttributeError for `name` looked up in the facade module `module`, to be raised.

    module: "tfshim" or a module below it; the message speaks of TensorFlow's module of that name.
    The text tells a name that TensorFlow has and tfshim lacks from one that neither has.
    """
    below = module.removeprefix("tfshim")
    message = f"module 'tensorflow{below}' has no attribute {name!r}"
    if not (name.startswith("__") and name.endswith("__")):  # Python's own probes stay cheap
        message += f"; {_explain(f'tf{below}.{name}')}"
    return AttributeError(message, name=name)


def _explain(public: str) -> str:
    from tfshim._api import facts  # only once a name is missing

    parts = public.split(".")
    unlisted = ".".join(parts[:2]) in facts.UNLISTED
    if not (unlisted or public in facts.symbols() or public in facts.namespaces()):
        return f"nor has TensorFlow 2.21: {PAGE}"
    reason = facts.reason_absent(public) or facts.reason_absent(f"{public}.")  # a whole namespace
    because = f" ({reason})" if reason else ""
    return f"tfshim does not have {public} yet{because}: {PAGE}"
