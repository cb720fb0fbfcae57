"""`manage.py import_allow_list FILE`: add a CSV file's addresses to an address list, or take them off it."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from apps.account.address_lists import (
    AddressListCounts,
    import_address_list,
    parse_address_list,
    preview_address_list,
    remove_address_list_entries,
)
from apps.account.models import AddressList
from scorer_v2.operations.csv_files import ParsedFile
from scorer_v2.operations.import_command import ImportCommand


@dataclass(frozen=True, slots=True)
class Removed:
    """How many addresses were, or would be, taken off the list."""

    removed: int


class Command(ImportCommand):
    help = "Add the addresses in the first column of a CSV file to an address list; with --remove take them off it."
    parse = staticmethod(parse_address_list)
    removing = False

    def add_options(self, parser: CommandParser) -> None:
        super().add_options(parser)
        parser.add_argument("--remove", action="store_true", help="take the file's addresses off the list")

    def prepare(self, **options: Any) -> None:
        self.removing = options["remove"]
        if self.removing and options["create"]:
            raise CommandError("--remove needs a list that exists.", returncode=2)

    def find_list(self, *, list_id: int | None, name: str | None) -> int | None:
        found = AddressList.objects.filter(**({"pk": list_id} if list_id is not None else {"name": name})).first()
        return found.pk if found else None

    def create_list(self, name: str) -> int:
        address_list = AddressList(name=name)
        try:
            address_list.full_clean()
        except ValidationError as fault:
            raise CommandError(f"Such a list cannot be made: {'; '.join(fault.messages)}") from None
        address_list.save()
        return int(address_list.pk)

    def preview(self, list_id: int | None, file: ParsedFile[str]) -> AddressListCounts | Removed:
        counts = preview_address_list(address_list_id=list_id, file=file)
        return Removed(counts.already_there) if self.removing else counts

    def do_import(self, list_id: int, file: ParsedFile[str]) -> AddressListCounts | Removed:
        if self.removing:
            return Removed(remove_address_list_entries(address_list_id=list_id, file=file))
        return import_address_list(address_list_id=list_id, file=file)
