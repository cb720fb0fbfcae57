"""The file of a development issuer's key: 64 hexadecimal digits, readable by its owner only."""

import os
from pathlib import Path

from tools.issuing import IssuerKey


def load_or_make_key(file: Path) -> IssuerKey:
    """The key of the file; a new one where the file is missing. Raises InvalidKey and OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return load_key(file)
    key = IssuerKey.generate()
    with os.fdopen(descriptor, "w") as target:
        target.write(f"{key.to_hex()}\n")
    return key


def load_key(file: Path) -> IssuerKey:
    """Raises InvalidKey and OSError."""
    return IssuerKey.from_hex(file.read_text(errors="replace"))
