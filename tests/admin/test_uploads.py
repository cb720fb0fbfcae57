"""Who may upload files, and how large they may be. The API's limit is another one."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from pytest_django import Settings

from scorer_v2.admin_site.uploads import TOO_LARGE
from tests.admin.conftest import member

Browsers = Callable[..., Client]

pytestmark = pytest.mark.django_db


def received(size: int) -> Any:
    """A request of somebody of the team with a file of so many bytes, and a field after it."""
    body = {"file": SimpleUploadedFile("bans.csv", b"x" * size), "later": "a field"}
    request = RequestFactory().post("/admin/", body)
    request.user = member()
    request.POST  # noqa: B018 - is parsed on first use
    return request


def test_the_team_uploads_files_larger_than_bodies_of_the_api(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.ADMIN_UPLOAD_BYTES = 1_000, 10_000
    assert received(5_000).FILES["file"].size == 5_000


def test_a_file_that_is_too_large_is_left_out_and_the_fields_are_kept(settings: Settings) -> None:
    settings.ADMIN_UPLOAD_BYTES = 10_000
    request = received(10_000)
    assert (dict(request.FILES), request.POST["later"], request.META[TOO_LARGE]) == ({}, "a field", True)
    assert TOO_LARGE not in RequestFactory().get("/").META


@pytest.mark.parametrize("columns", [None, {"is_staff": False}], ids=["nobody", "no staff"])
def test_others_upload_nothing(columns: Any) -> None:
    browser = Client()
    if columns is not None:
        browser.force_login(member(**columns))
    page = browser.post("/admin/login/", {"username": "x", "file": SimpleUploadedFile("a.csv", b"x")})
    assert page.status_code == 403


def test_the_api_takes_no_larger_body_from_the_team(log_in: Browsers, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    body = {"file": SimpleUploadedFile("bans.csv", b"x" * 5_000)}
    headers = {"Authorization": settings.CGRANTS_API_TOKEN}
    answer = log_in("operations").post("/internal/check-bans", body, headers=headers)
    assert (answer.status_code, BytesIO(answer.content).read(10)) == (413, b'{"detail":')
