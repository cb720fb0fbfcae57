"""Password and API keys of the demo. The database holds their hashes; a private file holds them for the next run."""

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.account.new_keys import make_key

DEMO_KEY = "demo"


@dataclass(frozen=True, slots=True)
class DemoSecrets:
    """`api_keys`: name to whole key. `are_new`: nobody has been told them yet."""

    admin_password: str
    api_keys: dict[str, str]
    are_new: bool = False


def load_or_make(file: Path, *, key_names: Sequence[str]) -> DemoSecrets:
    """The secrets of the file; made, and kept there under mode 0600, where it is missing."""
    if file.exists():
        stored = json.loads(file.read_text())
        return DemoSecrets(stored["admin_password"], stored["api_keys"])
    made = DemoSecrets(secrets.token_urlsafe(12), {name: make_key().text for name in key_names}, are_new=True)
    _write_private(file, made)
    return made


def _write_private(file: Path, made: DemoSecrets) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "admin_password": made.admin_password,
        "api_key": made.api_keys[DEMO_KEY],
        "api_keys": made.api_keys,
    }
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        json.dump(content, opened, indent=2)
        opened.write("\n")
