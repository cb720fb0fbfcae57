"""Storing stamps: the endpoints that write `ceramic_cache_ceramiccache` and score in the same transaction."""
