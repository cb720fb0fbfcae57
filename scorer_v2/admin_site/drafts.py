"""Uploaded files between preview and confirmation.

A draft is a row of `django_session` of its own: every web process sees it, it needs neither a shared disk nor a cache,
nobody but the user who uploaded it can use it, and it is of no use as a login. It is good for an hour; the next draft
of the same login, and a confirmation, delete it. What is left over goes with `manage.py clearsessions`.
"""

from dataclasses import dataclass

from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

LIFETIME_SECONDS = 3600
_TEXT, _FILE_NAME, _OWNER, _PURPOSE, _LATEST = "text", "file_name", "owner", "purpose", "latest_draft"


@dataclass(frozen=True, slots=True)
class Draft:
    """An uploaded file."""

    text: str
    file_name: str


def keep_draft(request: HttpRequest, draft: Draft, *, purpose: str) -> str:
    """Keeps the file for this user and purpose, and gives the key to ask for it with."""
    forget_draft(request)
    row = SessionStore()
    row.update({_TEXT: draft.text, _FILE_NAME: draft.file_name, _OWNER: request.user.pk, _PURPOSE: purpose})
    row.set_expiry(LIFETIME_SECONDS)
    row.save(must_create=True)
    request.session[_LATEST] = row.session_key
    return str(row.session_key)


def find_draft(request: HttpRequest, key: str, *, purpose: str) -> Draft | None:
    """The file that this user keeps under the key; None when there is none, or no more."""
    row = SessionStore(key)
    if request.user.pk is None or row.get(_OWNER) != request.user.pk or row.get(_PURPOSE) != purpose:
        return None
    return Draft(str(row[_TEXT]), str(row[_FILE_NAME]))


def forget_draft(request: HttpRequest) -> None:
    """Deletes what this login kept last."""
    key = request.session.pop(_LATEST, None)
    if isinstance(key, str):
        SessionStore(key).delete()
