"""README and docs name what there is."""

import re
from pathlib import Path

import pytest

from scorer_v2.api import api
from tools.demo.people import PEOPLE, UI_COMMUNITY

CHECKOUT = Path(__file__).resolve().parent.parent.parent
README = (CHECKOUT / "README.md").read_text()
SETTINGS = (CHECKOUT / "docs" / "settings.md").read_text()
COMMANDS = (CHECKOUT / "docs" / "commands.md").read_text()
DEMO = (CHECKOUT / "docs" / "demo.md").read_text()
BEHAVIOUR = (CHECKOUT / "docs" / "behaviour.md").read_text()
OPERATIONS = (CHECKOUT / "docs" / "operations.md").read_text()
CODE = [file for folder in ("apps", "scorer_v2", "settings") for file in (CHECKOUT / folder).rglob("*.py")]

SETTING = re.compile(r'environment\.\w+\(\s*"([A-Z0-9_]+)"')
SECTION = re.compile(r"\b(?:sections?|contract,|and|to) ([1-8]\.\d+(?:\.\d)?)\b|[(;,] ?([1-8]\.\d+(?:\.\d)?)\)")
CHECK = re.compile(r'\bid="(scorer_v2\.[EW]\d+)"')
DIFFERENCE = re.compile(r"\bD\d+\b")


def settings_read():
    return {name for file in (CHECKOUT / "settings").glob("*.py") for name in SETTING.findall(file.read_text())}


def routes():
    return {
        (method.upper(), path)
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
    }


def test_every_setting_is_in_the_table_of_settings():
    assert len(settings_read()) > 20
    assert {name for name in settings_read() if f"`{name}`" not in SETTINGS} == set()


@pytest.mark.parametrize("document", [README, BEHAVIOUR])
def test_every_endpoint_is_in_the_table(document):
    listed = set(re.findall(r"^\| \d+ \| `(\w+) ([^`]+)`", document, re.MULTILINE))

    def anonymous(pairs):
        return {(method, re.sub(r"\{[^}]*\}", "{}", path)) for method, path in pairs}

    assert anonymous(listed) == anonymous(routes())


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_the_demo_page_says_what_an_address_scores(person):
    assert f"| `{person.address}` | {person.name} | {person.scores[UI_COMMUNITY]} |" in DEMO


def test_every_section_that_code_points_at_exists():
    headings = set(re.findall(r"^#+ (\d(?:\.\d+)*) ", BEHAVIOUR, re.MULTILINE))
    sections = {"".join(groups) for file in CODE for groups in SECTION.findall(file.read_text())}
    assert len(sections) > 20
    assert sections - headings == set()


def test_every_difference_that_code_points_at_is_explained():
    explained = set(re.findall(r"^\| (D\d+) \|", BEHAVIOUR, re.MULTILINE))
    named = {name for file in CODE for name in DIFFERENCE.findall(file.read_text())}
    assert named - explained == set()


def test_every_check_is_in_the_operations_guide():
    checks = {check for file in CODE for check in CHECK.findall(file.read_text())}
    assert len(checks) >= 2
    assert {check for check in checks if f"`{check}`" not in OPERATIONS} == set()


def test_every_command_is_in_the_table_of_commands():
    commands = {file.stem for file in CODE if file.parent.name == "commands" and not file.stem.startswith("_")}
    assert len(commands) >= 5
    assert {command for command in commands if f"`manage.py {command}" not in COMMANDS} == set()


def test_the_readme_links_to_every_page():
    pages = {str(page.relative_to(CHECKOUT)) for page in (CHECKOUT / "docs").glob("*.md")}
    assert {page for page in pages if f"]({page}" not in README} == set()


def test_every_path_in_the_readme_exists():
    named = set(re.findall(r"`((?:apps|scorer_v2|settings|deploy|tests|docs|tools)/[\w/.-]*)`", README))
    links = set(re.findall(r"\]\(([\w/.-]+\.md)", README))
    assert len(named) > 10
    assert {path for path in named | links if not (CHECKOUT / path).exists()} == set()
