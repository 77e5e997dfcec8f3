"""Second computations."""

SECOND = {}
