"""Address lists: members from CSV files, added or taken off, and downloaded (contract, section 6.4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from apps.account.address_lists import (
    AddressListCounts,
    export_address_list,
    import_address_list,
    parse_address_list,
    preview_address_list,
    remove_address_list_entries,
)
from apps.account.models import AddressList, AddressListMember
from scorer_v2.admin_site.list_pages import (
    DownloadPage,
    ImportedListAdmin,
    ImportPage,
    NewListForm,
    UnusableFile,
)
from scorer_v2.admin_site.model_admin import BoundedPaginator, IndexedAdmin
from scorer_v2.admin_site.pages import page, page_url
from scorer_v2.admin_site.upload_pages import UploadForm
from scorer_v2.operations.csv_files import ParsedFile

VIEW, ADD, DELETE = (f"account.{verb}_addresslistmember" for verb in ("view", "add", "delete"))


class NewAddressListForm(NewListForm):
    description = None  # type: ignore[assignment]  # the table has none
    field_order: Sequence[str] = ("name", "file", "skip_invalid")

    def clean_name(self) -> str:
        made = AddressList(name=self.cleaned_data["name"])
        try:
            made.full_clean()
        except ValidationError as fault:
            raise ValidationError(fault.messages) from None
        return made.name


class AddressListImport(ImportPage):
    model = AddressList
    explanation = "The first column holds the addresses; a header is optional."
    permissions: ClassVar[Sequence[str]] = (ADD,)
    parse = staticmethod(parse_address_list)
    refusals = (UnusableFile,)
    labels = {  # noqa: RUF012 - a constant
        "new": "new",
        "already_there": "already there",
        "invalid": "invalid",
        "duplicates": "duplicates in the file",
    }

    def preview_import(self, list_id: int | None, file: ParsedFile[str]) -> Any:
        return preview_address_list(address_list_id=list_id, file=file)

    def do_import(self, list_id: int, file: ParsedFile[str]) -> Any:
        return import_address_list(address_list_id=list_id, file=file)

    def create(self, form: UploadForm) -> AddressList:
        return AddressList.objects.create(name=form.cleaned_data["name"])


@page
class NewAddressList(AddressListImport):
    path, name = "account/addresslist/add/", "new_address_list"
    title = "New address list"
    permissions = ("account.add_addresslist", ADD)
    form_class = NewAddressListForm


@page
class UploadAddressList(AddressListImport):
    path, name = "account/addresslist/<int:pk>/import/", "import_address_list"
    title = "Import into an address list"


@dataclass(frozen=True, slots=True)
class Removal:
    """What taking a file's addresses off a list does, or did."""

    removed: int
    not_there: int
    invalid: int
    duplicates: int


@page
class RemoveFromAddressList(AddressListImport):
    path, name = "account/addresslist/<int:pk>/remove/", "remove_from_address_list"
    title = "Take addresses off a list"
    verb = "Take off"
    past = "Took off"
    explanation = "The same file that was imported takes exactly its addresses off again."
    permissions = (DELETE,)
    confirm_label = "Take them off"
    is_dangerous = True
    labels = {  # noqa: RUF012 - a constant
        "removed": "taken off",
        "not_there": "not on the list",
        "invalid": "invalid",
        "duplicates": "duplicates in the file",
    }

    def preview_import(self, list_id: int | None, file: ParsedFile[str]) -> Removal:
        counts: AddressListCounts = super().preview_import(list_id, file)
        return Removal(counts.already_there, counts.new, counts.invalid, counts.duplicates)

    def do_import(self, list_id: int, file: ParsedFile[str]) -> Removal:
        removed = remove_address_list_entries(address_list_id=list_id, file=file)
        return Removal(removed, len(file.entries) - removed, len(file.invalid), len(file.duplicates))


@page
class DownloadAddressList(DownloadPage):
    path, name = "account/addresslist/<int:pk>/download/", "download_address_list"
    permissions = (VIEW,)
    model = AddressList

    def export(self, pk: int) -> Iterator[str]:
        return export_address_list(address_list_id=pk)


@admin.register(AddressList)
class AddressListAdmin(ImportedListAdmin):
    list_display = ("id", "name")
    readonly_fields = ("members",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *(("name",) if obj else ()))

    @admin.display(description="members")
    def members(self, address_list: AddressList) -> str:
        most = BoundedPaginator.most
        count = AddressListMember.objects.filter(list=address_list)[: most + 1].count()
        return f"more than {most:,}" if count > most else f"{count:,}"

    def page_links(self, pk: int) -> Sequence[tuple[str, str, str]]:
        return (
            ("Import a file", page_url("import_address_list", pk=pk), ADD),
            ("Take a file's addresses off", page_url("remove_from_address_list", pk=pk), DELETE),
            ("Download", page_url("download_address_list", pk=pk), VIEW),
            ("Show its members", page_url("account_addresslistmember_changelist", {"list__id__exact": pk}), VIEW),
        )


@admin.register(AddressListMember)
class AddressListMemberAdmin(IndexedAdmin):
    list_display = ("id", "address", "list")
    list_select_related = ("list",)
    search_fields = ("address__exact",)
    raw_id_fields = ("list",)
