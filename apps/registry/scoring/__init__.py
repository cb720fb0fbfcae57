"""The core: from a snapshot of the rows to an outcome, in pure functions. No Django, no input or output."""
