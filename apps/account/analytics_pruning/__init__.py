"""Old analytics rows, deleted in batches."""
