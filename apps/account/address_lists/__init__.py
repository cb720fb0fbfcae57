"""Members of address lists, from files."""
