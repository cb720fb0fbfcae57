"""Buttons on lists and rows that lead to pages of our own.

    class BanAdmin(IndexedAdmin):
        actions_list = ("end",)
        actions_detail = ("revoke",)
        end = list_button("End bans", page="end_bans", permission="ceramic_cache.change_ban", icon="event_busy")
        revoke = row_button("Revoke", page="revoke_ban", permission="ceramic_cache.change_ban")   # page of <int:pk>

Who lacks the permission does not see the button.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from unfold.decorators import action

from scorer_v2.admin_site.pages import page_url


def list_button(label: str, *, page: str, permission: str, icon: str = "arrow_forward") -> Callable[..., Any]:
    """Leads from a list to the page of that name."""

    def go(_admin: Any, _request: HttpRequest) -> HttpResponseRedirect:
        return HttpResponseRedirect(page_url(page))

    return _button(go, label, page, permission, icon)


def row_button(label: str, *, page: str, permission: str, icon: str = "arrow_forward") -> Callable[..., Any]:
    """Leads from a row to the page of that name, which is told its key as `pk`."""

    def go(_admin: Any, _request: HttpRequest, object_id: str) -> HttpResponseRedirect:
        return HttpResponseRedirect(page_url(page, pk=object_id))

    return _button(go, label, page, permission, icon)


def _button(
    go: Callable[..., HttpResponseRedirect], label: str, page: str, permission: str, icon: str
) -> Callable[..., Any]:
    go.__name__ = page
    made: Callable[..., Any] = action(description=label, url_path=f"go-{page}", icon=icon, permissions=[permission])(go)
    return made
