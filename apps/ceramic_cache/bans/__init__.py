"""Bans: what is banned, ban lists from files, and the revocations that make a ban count."""
