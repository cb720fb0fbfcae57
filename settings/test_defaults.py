"""What tests use where the environment says nothing: making and dropping databases may take longer than a request."""

import os

for name in ("DATABASE_STATEMENT_TIMEOUT_MS", "DATABASE_LOCK_TIMEOUT_MS", "DATABASE_IDLE_TRANSACTION_TIMEOUT_MS"):
    os.environ.setdefault(name, "0")
