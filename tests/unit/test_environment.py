"""settings/environment.py: typed values from the environment, and one sentence that names what is wrong."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from settings import environment

NAME = "SOME_SETTING"


def test_it_reads_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "a value")
    assert environment.text(NAME) == "a value"


def test_it_keeps_an_empty_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "")
    assert environment.text(NAME, "default") == ""


def test_it_falls_back_to_the_default() -> None:
    assert environment.text(NAME, "default") == "default"


def test_it_names_a_missing_setting() -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^The setting {NAME} is missing"):
        environment.text(NAME)


def test_it_reads_a_secret_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from a file\n")
    monkeypatch.setenv(f"{NAME}_FILE", str(file))
    assert environment.text(NAME) == "from a file"


def test_it_prefers_the_value_to_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "never read"))
    monkeypatch.setenv(NAME, "direct")
    assert environment.text(NAME) == "direct"


def test_it_names_a_file_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match=f"^The setting {NAME}_FILE cannot be read: No such file"):
        environment.text(NAME)


@pytest.mark.parametrize("value", [None, ""])
def test_it_takes_empty_for_absent_where_a_setting_is_optional(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is not None:
        monkeypatch.setenv(NAME, value)
    assert environment.optional_text(NAME) is None
    assert environment.optional_integer(NAME) is None


@pytest.mark.parametrize("value", ["1", "true", "TRUE", " on ", "Yes", "y", "t"])
def test_it_reads_a_flag_that_is_on(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    assert environment.flag(NAME, default=False) is True


@pytest.mark.parametrize("value", ["0", "false", "OFF", " no ", "n", "f", ""])
def test_it_reads_a_flag_that_is_off(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    assert environment.flag(NAME, default=True) is False


def test_it_refuses_a_flag_that_is_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "maybe")
    with pytest.raises(ImproperlyConfigured, match=f"^The setting {NAME} must be on or off, not 'maybe'.$"):
        environment.flag(NAME, default=True)


def test_it_reads_a_whole_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "-7")
    assert environment.integer(NAME) == environment.optional_integer(NAME) == -7


@pytest.mark.parametrize("value", ["seven", "7.5", ""])
def test_it_refuses_what_is_no_whole_number(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(ImproperlyConfigured, match=f"^The setting {NAME} must be a whole number, not '{value}'.$"):
        environment.integer(NAME, 1)


def test_it_refuses_a_number_below_the_minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "0")
    with pytest.raises(ImproperlyConfigured, match=f"^The setting {NAME} must be at least 1, not 0.$"):
        environment.integer(NAME, minimum=1)


def test_it_reads_a_list_of_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, '["a", "b"]')
    assert environment.text_list(NAME, []) == ["a", "b"]


def test_it_gives_the_default_list() -> None:
    assert environment.text_list(NAME, ["x"]) == ["x"]


@pytest.mark.parametrize("value", ["a,b", '"a"', "[1]", '{"a": 1}', ""])
def test_it_refuses_what_is_no_list_of_texts(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(ImproperlyConfigured, match=f"^The setting {NAME} must be a JSON list of texts"):
        environment.text_list(NAME, [])
