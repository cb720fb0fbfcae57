"""Who lost which stamp to whom, as a file."""
