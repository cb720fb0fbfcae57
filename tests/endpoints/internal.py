"""Calls as the services inside the network make them."""

import json
from typing import Any

from django.conf import settings
from django.test import Client


def get(path: str, *, token: str | None = None) -> Any:
    """The answer to a GET with the internal token, or with another one; `""` is none."""
    return Client(raise_request_exception=False).get(path, headers=_headers(token))


def post(path: str, body: Any, *, token: str | None = None) -> Any:
    """The answer to a POST of a JSON body, or of a text as it is."""
    text = body if isinstance(body, str) else json.dumps(body)
    client = Client(raise_request_exception=False)
    return client.post(path, text, content_type="application/json", headers=_headers(token))


def _headers(token: str | None) -> dict[str, str]:
    token = settings.CGRANTS_API_TOKEN if token is None else token
    return {"Authorization": token} if token else {}
