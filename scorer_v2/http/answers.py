"""Answers as bytes."""

from typing import Any

import orjson
from django.http import HttpResponse

JSON = "application/json; charset=utf-8"


def json_bytes(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


def json_answer(body: bytes, *, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, content_type=JSON, headers={"Content-Length": str(len(body))})


def detail_answer(detail: Any, *, status: int) -> HttpResponse:
    return json_answer(json_bytes({"detail": detail}), status=status)
