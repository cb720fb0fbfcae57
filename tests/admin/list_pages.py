"""Filling in the pages of lists."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client


def upload(browser: Client, url: str, text: str | bytes, **data: Any) -> Any:
    """The page with the preview of a file."""
    content = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile("file.csv", content, content_type="text/csv")
    return browser.post(url, {"log_reason": "as asked", "preview": "yes", "file": file, **data})


def confirm(browser: Client, page: Any, **changes: Any) -> Any:
    """What the button of a preview sends: its hidden fields."""
    form = page.context["form"]
    hidden = {field.name: field.value() for field in form if field.name != "file"}
    sent = {name: value for name, value in hidden.items() if value not in (None, "")}
    return browser.post(page.request["PATH_INFO"], {**sent, "confirm": "yes", **changes})


def counts(page: Any) -> dict[str, str]:
    return dict(page.context["preview"].counts)


def faults(page: Any) -> list[str]:
    return [fault for faults in page.context["form"].errors.values() for fault in faults]


def downloaded(answer: Any) -> list[str]:
    """The lines of a download."""
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    return b"".join(answer.streaming_content).decode().splitlines()
