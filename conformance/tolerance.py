"""The tolerances of every comparison; the table itself ships with `tfshim check`."""

from tfshim.cli.tolerance import EXACT, TABLE, tolerance

__all__ = ["EXACT", "TABLE", "tolerance"]
