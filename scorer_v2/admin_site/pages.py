"""Pages of our own in the admin site.

    @page
    class ExplainScore(AdminPage):
        path = "registry/score/explain/"          # below /admin/
        name = "explain_score"                    # reverse("admin:explain_score")
        title = "Explain a score"
        permissions = ("registry.view_score",)
        template_name = "admin/registry/explain_score.html"   # extends "scorer_v2/admin/page.html"

        def get(self, request): return self.show(form=...)

An app's `admin` module imports its pages, so that they are known when the site is. Put a link into `navigation.JOBS`,
or a button on another page.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views import View

PAGES: list[type["AdminPage"]] = []

AnyPage = TypeVar("AnyPage", bound=type["AdminPage"])


def page(made: AnyPage) -> AnyPage:
    """Makes the page part of the admin site."""
    PAGES.append(made)
    return made


class AdminPage(View):
    """A page for staff who have all of `permissions`; others get 403."""

    path: ClassVar[str]
    name: ClassVar[str]
    title: str
    permissions: ClassVar[Sequence[str]]
    template_name: ClassVar[str]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.permissions or not request.user.has_perms(self.permissions):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def show(self, *, status: int = 200, **context: Any) -> TemplateResponse:
        """The page, with what every page of the site needs around it."""
        self.request.current_app = admin.site.name
        whole = {**admin.site.each_context(self.request), "title": self.title, **context}
        return TemplateResponse(self.request, self.template_name, whole, status=status)


def page_url(name: str, query: Mapping[str, str | int] | None = None, /, **kwargs: object) -> str:
    """The URL of a page; `query` is what its form begins with."""
    return reverse(f"admin:{name}", kwargs=kwargs or None, query=query)
