"""Answers that are the same for every caller: made once a process, then served from memory with an ETag.

Without this, anybody could make the service build the API's description, 150 ms of CPU, as often as they like.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.urls import get_script_prefix
from django.views.decorators.http import condition, require_safe

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Document:
    """A body, its media type and its ETag."""

    body: bytes
    media_type: str
    etag: str

    def answer(self, method: str | None) -> HttpResponse:
        """Return it as a response; without the body for HEAD."""
        response = HttpResponse(b"" if method == "HEAD" else self.body, content_type=self.media_type)
        response.headers["Content-Length"] = str(len(self.body))
        return response


class Documents:
    """The document of one view. Its links repeat the script prefix: for another prefix it is made again."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._lock = Lock()
        self._made: tuple[str, Document] | None = None

    def of(self, request: HttpRequest) -> Document:
        """Return the document, made by the first of several requests at the same time."""
        prefix = get_script_prefix()
        with self._lock:
            if self._made is None or self._made[0] != prefix:
                self._made = prefix, document_of(self._view(request))
            return self._made[1]


def document_of(response: HttpResponse) -> Document:
    """Return the body of a response; its ETag is the body's hash."""
    etag = f'"{sha256(response.content).hexdigest()[:32]}"'
    return Document(response.content, response.headers["Content-Type"], etag)


def made_once(view: View) -> View:
    """Decorate a view without arguments whose answer depends on no more of the request than its script prefix."""
    documents = Documents(view)

    @require_safe
    @condition(etag_func=lambda request: documents.of(request).etag)
    def answer(request: HttpRequest) -> HttpResponse:
        return documents.of(request).answer(request.method)

    return answer
