"""SECURITY.md names only tests and settings that exist."""

import re
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
DOCUMENT = (CHECKOUT / "SECURITY.md").read_text()
SETTINGS = (CHECKOUT / "docs" / "settings.md").read_text()
FILES = {file.stem for file in (CHECKOUT / "tests").rglob("test_*.py")}


def test_every_test_that_it_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", DOCUMENT))
    assert named <= FILES
    assert all((CHECKOUT / path).exists() for path in re.findall(r"`((?:tests|deploy)/[\w/.]+)`", DOCUMENT))


def test_every_setting_that_it_names_is_in_the_table_of_settings() -> None:
    named = set(re.findall(r"`([A-Z][A-Z0-9_]{5,})`", DOCUMENT)) - {"NAME_FILE"}
    assert {name for name in named if f"`{name}`" not in SETTINGS} == set()
