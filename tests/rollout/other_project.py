"""The URLconf of a project that the middleware is mounted in: it answers everything, and says so."""

from django.http import HttpRequest, JsonResponse
from django.urls import re_path


def answer(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"answered_by": "the other project", "method": request.method})


# Like the existing project, it has all of our paths, with methods of its own.
urlpatterns = [re_path("^(?!internal/score/)", answer)]
