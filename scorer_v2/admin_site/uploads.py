"""Files may be uploaded by staff only, and have a limit of their own: MAX_BODY_BYTES is for the API."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from scorer_v2.conf import settings

TOO_LARGE = "scorer_v2.upload_too_large"
"""Key of a request's META: a file was left out because it is too large."""


class StaffUploadHandler(FileUploadHandler):
    """Comes before Django's handlers. Anybody else's file is refused unread (403).

    Of a request that is too large the fields are taken and the file is not: its form can then say why.
    """

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ARG002 - Django's signature
        META: dict[str, Any],  # noqa: N803, ARG002 - Django's signature
        content_length: int,
        boundary: str,  # noqa: ARG002 - Django's signature
        encoding: str | None = None,  # noqa: ARG002 - Django's signature
    ) -> None:
        self._content_length = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        request: Any = self.request
        user = getattr(request, "user", None)
        if user is None or not (user.is_active and user.is_staff):
            raise PermissionDenied("Only the team uploads files.")
        if self._content_length > settings.ADMIN_UPLOAD_BYTES:
            request.META[TOO_LARGE] = True
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 - Django's signature
        return raw_data

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002 - Django's signature
        return None
