"""The recorded events: each with what the application must get of it, what it gives, and the answer that is due."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.http import QueryDict

from scorer_v2.aws.lambda_events import Application, Environ, StartResponse

RECORDED = Path(__file__).parent / "recorded"
LARGEST_BODY_BYTES = 5_000_000


@dataclass(frozen=True)
class RecordedEvent:
    name: str
    event: dict[str, Any]
    request: dict[str, Any]
    gives: dict[str, Any]
    answer: dict[str, Any]
    largest_body_bytes: int = LARGEST_BODY_BYTES


def recorded_events() -> list[RecordedEvent]:
    return [_read(file) for file in sorted(RECORDED.glob("*.json"))]


def _read(file: Path) -> RecordedEvent:
    case = json.loads(file.read_text())
    limits = {name: case[name] for name in ("largest_body_bytes",) if name in case}
    return RecordedEvent(file.stem, case["event"], case["request"], case["application_gives"], case["answer"], **limits)


Run = Callable[[Application, RecordedEvent], dict[str, Any]]


@dataclass
class RecordingApplication:
    """A WSGI application that gives what it is told to, and remembers what it got."""

    gives: Mapping[str, Any]
    environ: Environ = field(default_factory=dict)
    body: bytes = b""
    times_closed: int = 0

    def __call__(self, environ: Environ, start_response: StartResponse) -> "Parts":
        self.environ, self.body = environ, environ["wsgi.input"].read()
        start_response(self.gives["status"], [(name, value) for name, value in self.gives["headers"]])
        return Parts(self, given_parts(self.gives))


class Parts(list[bytes]):
    """An answer that must be closed."""

    def __init__(self, application: RecordingApplication, parts: Iterable[bytes]) -> None:
        super().__init__(parts)
        self._application = application

    def close(self) -> None:
        self._application.times_closed += 1


def given_parts(gives: Mapping[str, Any]) -> list[bytes]:
    if "parts_base64" in gives:
        return [b64decode(part) for part in gives["parts_base64"]]
    if "body_base64" in gives:
        return [b64decode(gives["body_base64"])]
    return [gives["body"].encode() * gives.get("body_repeated", 1)]


def as_received(environ: Environ, body: bytes, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What an application got, of all that `wanted` names."""
    headers = {name: environ.get(f"HTTP_{name.upper().replace('-', '_')}") for name in wanted.get("headers", {})}
    received = {
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"].encode("latin-1").decode(errors="replace"),
        "path_latin1": environ["PATH_INFO"],
        "query": environ["QUERY_STRING"],
        "parameters": dict(QueryDict(environ["QUERY_STRING"].encode("latin-1")).lists()),
        "headers": headers,
        "body": body.decode(errors="replace"),
        "body_base64": b64encode(body).decode(),
        "content_type": environ.get("CONTENT_TYPE"),
        "content_length": environ.get("CONTENT_LENGTH"),
        "scheme": environ["wsgi.url_scheme"],
        "server": f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}",
        "remote": environ["REMOTE_ADDR"],
    }
    return {name: received[name] for name in wanted}


def difference(case: RecordedEvent, run: Run) -> str:
    """Empty where the application got what it must, and the answer is the one that is due."""
    application = RecordingApplication(case.gives)
    answer = run(application, case)
    received = as_received(application.environ, application.body, case.request)
    if received != case.request:
        return f"the application got {received}, not {case.request}"
    return "" if answer == case.answer else f"the answer is {answer}, not {case.answer}"
