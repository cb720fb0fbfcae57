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

from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponseRedirect
from unfold.decorators import action

from scorer_v2.admin_site.pages import page_url


class Button:
    """Becomes an action of the class that it stands in, and the method that says who may use it.

    The action names the method and not the permission: unfold would look that up in the database to check the
    settings, before `migrate` has made any.
    """

    def __init__(
        self, go: Callable[..., HttpResponseRedirect], label: str, *, page: str, permission: str, icon: str
    ) -> None:
        go.__name__ = page
        self._go, self._label, self._page, self._permission, self._icon = go, label, page, permission, icon

    def __set_name__(self, owner: type, name: str) -> None:
        permission = self._permission

        def may(_admin: Any, request: HttpRequest, _object_id: str | None = None) -> bool:
            return request.user.has_perm(permission)

        how = {"description": self._label, "icon": self._icon, "permissions": [self._page]}
        setattr(owner, f"has_{self._page}_permission", may)
        setattr(owner, name, action(url_path=f"go-{self._page}", **how)(self._go))


def list_button(label: str, *, page: str, permission: str, icon: str = "arrow_forward") -> Button:
    """Leads from a list to the page of that name."""

    def go(_admin: Any, _request: HttpRequest) -> HttpResponseRedirect:
        return HttpResponseRedirect(page_url(page))

    return Button(go, label, page=page, permission=permission, icon=icon)


def row_button(label: str, *, page: str, permission: str, icon: str = "arrow_forward") -> Button:
    """Lead from a row to the page of that name, whose `pk` is the row's key. The admin site's URLs have it quoted."""

    def go(_admin: Any, _request: HttpRequest, object_id: str) -> HttpResponseRedirect:
        return HttpResponseRedirect(page_url(page, pk=unquote(object_id)))

    return Button(go, label, page=page, permission=permission, icon=icon)
