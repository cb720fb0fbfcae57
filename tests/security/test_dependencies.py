"""Supply chain: every requirement is pinned with its hashes, comes from the index, and is one that was asked for."""

import re
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
LOCKS = sorted(file.name for file in CHECKOUT.glob("requirements*.txt"))
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
PINNED = re.compile(r"[a-z0-9][a-z0-9._-]*(?:\[[a-z0-9,_-]+\])?==[0-9][^\s;]*(?: ; [^\\]+)?", re.ASCII)


def entries(lock: str) -> list[str]:
    """Each requirement with its hashes on one line."""
    text = "\n".join(line for line in (CHECKOUT / lock).read_text().splitlines() if not line.lstrip().startswith("#"))
    return [line for line in re.sub(r"\\\n\s*", "", text).splitlines() if line.strip()]


def pinned(lock: str) -> dict[str, set[str]]:
    """Name to versions, of which there are several where they depend on the Python."""
    found: dict[str, set[str]] = {}
    for entry in entries(lock):
        name, _, rest = entry.partition("==")
        found.setdefault(name.partition("[")[0], set()).add(rest.split()[0])
    return found


def test_there_are_locks() -> None:
    kinds = ["-bench", "-dev", "-otel", "-prove", ""]
    assert [f"requirements{kind}.txt" for kind in kinds] == LOCKS


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_has_hashes(lock: str) -> None:
    assert len(entries(lock)) > 20
    for entry in entries(lock):
        requirement, *hashes = entry.split(" --hash=")
        assert PINNED.fullmatch(requirement.strip()), entry[:100]
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each.strip()) for each in hashes), entry[:100]


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_comes_from_elsewhere(lock: str) -> None:
    """No index of somebody, no URL, no repository, no path."""
    for entry in entries(lock):
        assert not entry.startswith("-"), entry[:100]
        assert "://" not in entry, entry[:100]
        assert " @ " not in entry, entry[:100]


@pytest.mark.parametrize("lock", LOCKS)
def test_what_the_product_needs_has_the_same_version_everywhere(lock: str) -> None:
    everywhere = pinned(lock)
    for name, versions in pinned("requirements.txt").items():
        assert everywhere[name] == versions, name


def test_everything_that_the_project_asks_for_is_locked() -> None:
    asked = {re.split(r"[\[<>=;! ]", each)[0].lower() for each in PROJECT["dependencies"]}
    assert asked <= set(pinned("requirements.txt"))


def test_the_product_has_no_tool_of_developers() -> None:
    assert (
        set(pinned("requirements.txt")) & {"pytest", "hypothesis", "schemathesis", "mutmut", "atheris", "mypy"} == set()
    )
