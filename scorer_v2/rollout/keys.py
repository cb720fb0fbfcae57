"""What decides on which side of a percentage a request is: the same holder is always on the same side.

Nothing is proven here. A caller who forges a token or an id chooses a scorer and gains nothing by it.
"""

import base64
import re
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, QueryDict, UnreadablePostError

from scorer_v2.primitives.addresses import address_of_did

_ADDRESS = re.compile(r"(?:0[xX])?([0-9a-fA-F]{40})", re.ASCII)


def routing_key(request: HttpRequest) -> str:
    """The address that the request is about, lowercased and without `0x`: from the path, the query `address`, the
    access token, or the holder in the body. Without one: the first proof value in the body, the API key's prefix,
    else path and query.
    """
    path = request.get_full_path()
    return (
        address_in_url(path)
        or address_in_token(request.META.get("HTTP_AUTHORIZATION", ""))
        or _holder_in_body(request)
        or _prefix_of_key(request)
        or path
    )


def address_in_url(url: str) -> str | None:
    """The last segment of the path that is an address, else the query's `address`; lowercased, without `0x`."""
    path, _, query = url.partition("?")
    asked = QueryDict(query).get("address", "") if "address=" in query else ""
    matches = (_ADDRESS.fullmatch(text) for text in (*reversed(path.split("/")), str(asked)))
    return next((match[1].lower() for match in matches if match), None)


def address_in_token(authorization: str) -> str | None:
    """The address of an access token's DID, lowercased, without `0x`."""
    scheme, _, token = authorization.partition(" ")
    parts = token.split(".")
    if scheme.lower() != "bearer" or len(parts) != 3:
        return None
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    return _without_prefix(claims.get("did")) if isinstance(claims, dict) else None


def _holder_in_body(request: HttpRequest) -> str | None:
    """Of the two endpoints that have everything in their body."""
    if request.path_info not in ("/internal/check-bans", "/internal/check-revocations"):
        return None
    try:
        payload = orjson.loads(request.body)
    except (ValueError, RequestDataTooBig, UnreadablePostError):
        return None
    if isinstance(payload, dict):
        return _first_text(payload.get("proof_values"))
    items = payload if isinstance(payload, list) else []
    subjects = [item.get("credentialSubject") for item in items if isinstance(item, dict)]
    return _without_prefix(_first_text([subject.get("id") for subject in subjects if isinstance(subject, dict)]))


def _prefix_of_key(request: HttpRequest) -> str | None:
    words = request.META.get("HTTP_AUTHORIZATION", "").split(None, 2)
    key = request.META.get("HTTP_X_API_KEY") or (words[1] if len(words) > 1 else "")
    return key.partition(".")[0] or None


def _first_text(values: Any) -> str | None:
    """The first text of a list that has one."""
    items = values if isinstance(values, list) else []
    return next((item for item in items if isinstance(item, str) and item), None)


def _without_prefix(did: Any) -> str | None:
    return address_of_did(did).removeprefix("0x") or None if isinstance(did, str) else None
