"""Revocation lists from files."""
