"""Bases of the management commands: progress, exit statuses, imports, CSV files."""
