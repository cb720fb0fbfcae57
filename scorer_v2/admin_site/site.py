"""The admin site itself: unfold's, with pages of our own, a limit on logins, and jobs on its first page."""

from typing import TYPE_CHECKING, Any

import unfold.sites
from django.core.cache.backends.dummy import DummyCache
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path

from scorer_v2.admin_site.change_log import latest_changes
from scorer_v2.admin_site.login import LimitedLoginForm
from scorer_v2.admin_site.navigation import jobs_of
from scorer_v2.admin_site.pages import PAGES

if TYPE_CHECKING:  # unfold has no types
    from django.contrib.admin import AdminSite as _AdminSite
else:
    from unfold.sites import UnfoldAdminSite as _AdminSite

# unfold keeps what a search found for five minutes, and fails without a cache. Names of tables are found at once; kept,
# they would outlast a permission.
unfold.sites.cache = DummyCache("search", {})


class ScorerAdminSite(_AdminSite):
    index_template = "scorer_v2/admin/index.html"
    login_form = LimitedLoginForm
    index_title = "What is there to do?"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Pages of our own come first: the site's own patterns end with one that takes everything."""
        own = [path(page.path, self.admin_view(page.as_view()), name=page.name) for page in PAGES]
        return [*own, *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        context = {"jobs": jobs_of(request), "latest_changes": latest_changes(request), **(extra_context or {})}
        return super().index(request, context)
