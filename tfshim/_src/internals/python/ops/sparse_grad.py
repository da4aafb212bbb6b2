"""Imported for its effect, which is nothing here: an op knows its gradient."""

__all__: list[str] = []
