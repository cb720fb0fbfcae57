"""Logs, request log, measurements, metrics and traces."""
