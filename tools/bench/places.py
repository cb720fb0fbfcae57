"""Where the bench keeps what it makes."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
FOLDER = CHECKOUT / ".data" / "bench"
RESULTS = FOLDER / "results"
