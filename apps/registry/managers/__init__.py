"""SQL of the registry: the two round trips of a score, and the reads around it."""
