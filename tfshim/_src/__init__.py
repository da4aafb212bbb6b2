"""The implementation. Nothing here is public; see docs/architecture.md for the map."""
