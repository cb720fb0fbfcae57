"""Ban lists: imported from CSV files, run, downloaded, ended, taken back (contract, section 6.2)."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django.contrib import admin

from apps.ceramic_cache.bans.csv_file import BanEntry, parse_ban_list
from apps.ceramic_cache.bans.services import (
    BanListCounts,
    export_ban_list,
    import_ban_list,
    preview_ban_list,
    remove_ban_list_entries,
)
from apps.ceramic_cache.models import Ban, BanList
from scorer_v2.admin_site.form_pages import Done, Preview
from scorer_v2.admin_site.list_pages import (
    DownloadPage,
    ImportedListAdmin,
    ImportPage,
    NewListForm,
    RemovalPage,
    UnusableFile,
)
from scorer_v2.admin_site.pages import page, page_url
from scorer_v2.operations.csv_files import ParsedFile

VIEW = "ceramic_cache.view_ban"
COLUMNS = "Columns type, provider, hash, address, end_time and perhaps reason; the type may be empty."


class BanListImport(ImportPage):
    model = BanList
    explanation = f"{COLUMNS} Bans that the list has stay, or get the file's end and reason."
    permissions: ClassVar[Sequence[str]] = ("ceramic_cache.add_ban", "ceramic_cache.change_ban")
    parse = staticmethod(parse_ban_list)
    refusals = (UnusableFile,)
    labels = {  # noqa: RUF012 - a constant
        "new": "new",
        "changed": "changed",
        "already_there": "already there",
        "elsewhere": "banned elsewhere too",
        "invalid": "invalid",
        "duplicates": "duplicates in the file",
    }

    def preview_import(self, list_id: int | None, file: ParsedFile[BanEntry]) -> BanListCounts:
        return preview_ban_list(ban_list_id=list_id, file=file)

    def do_import(self, list_id: int, file: ParsedFile[BanEntry]) -> BanListCounts:
        return import_ban_list(ban_list_id=list_id, file=file)

    def next_url(self, target: BanList) -> str:
        """A ban alone changes no score: what comes next is running the list."""
        return page_url("revoke_matching", {"ban_list": target.pk})


@page
class NewBanList(BanListImport):
    path, name = "ceramic_cache/banlist/add/", "new_ban_list"
    title = "New ban list"
    permissions = ("ceramic_cache.add_banlist", *BanListImport.permissions)
    form_class = NewListForm


@page
class UploadBanList(BanListImport):
    path, name = "ceramic_cache/banlist/<int:pk>/import/", "import_ban_list"
    title = "Import into a ban list"


@page
class DownloadBanList(DownloadPage):
    path, name = "ceramic_cache/banlist/<int:pk>/download/", "download_ban_list"
    permissions = (VIEW,)
    model = BanList

    def export(self, pk: int) -> Iterator[str]:
        return export_ban_list(ban_list_id=pk)


@page
class RemoveBanListEntries(RemovalPage):
    path, name = "ceramic_cache/banlist/<int:pk>/remove-entries/", "remove_ban_list_entries"
    title = "Take back the bans of a list"
    permissions = ("ceramic_cache.delete_ban",)
    model = BanList

    def preview(self) -> Preview:
        count = Ban.objects.filter(ban_list=self.target).count()
        return Preview(
            f"Delete the {count:,} bans of {self.target}?" if count else "The list has no bans.",
            counts=(("bans", f"{count:,}"),),
            warnings=["What they revoked stays revoked, until its revocation list is taken back."],
            is_possible=count > 0,
        )

    def perform(self, form: Any) -> Done:  # noqa: ARG002 - the base's
        count = remove_ban_list_entries(ban_list_id=self.target.pk)
        return Done(f"{count:,} bans of {self.target} deleted.", [self.target], self.next_url)


@admin.register(BanList)
class BanListAdmin(ImportedListAdmin):
    list_display = ("id", "name", "description")
    exclude = ("csv_file",)
    entries = "bans"

    def page_links(self, pk: int) -> Sequence[tuple[str, str, str]]:
        of_list = {"ban_list": pk}
        return (
            ("Import a file", page_url("import_ban_list", pk=pk), "ceramic_cache.change_ban"),
            ("Download", page_url("download_ban_list", pk=pk), VIEW),
            ("Show its bans", page_url("ceramic_cache_ban_changelist", {"ban_list__id__exact": pk}), VIEW),
            ("Revoke matching stamps", page_url("revoke_matching", of_list), "ceramic_cache.change_ban"),
            ("End all bans", page_url("end_bans", of_list), "ceramic_cache.change_ban"),
            ("Take back all bans", page_url("remove_ban_list_entries", pk=pk), "ceramic_cache.delete_ban"),
        )
