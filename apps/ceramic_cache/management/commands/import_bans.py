"""`manage.py import_bans FILE`: make a ban list's bans what a CSV file says."""

from django.core.management.base import CommandError

from apps.ceramic_cache.bans.csv_file import BanEntry, parse_ban_list
from apps.ceramic_cache.bans.services import BanListCounts, import_ban_list, preview_ban_list
from apps.ceramic_cache.models import BanList
from scorer_v2.operations.csv_files import ParsedFile
from scorer_v2.operations.import_command import ImportCommand


class Command(ImportCommand):
    help = (
        "Import bans from a CSV file with the columns type, provider, hash, address, end_time and perhaps reason. Bans "
        "that the list has stay, or get the file's end and reason. No stamp is revoked by this: see revoke_matching."
    )
    parse = staticmethod(parse_ban_list)

    def find_list(self, *, list_id: int | None, name: str | None) -> int | None:
        found = list(BanList.objects.filter(**({"pk": list_id} if list_id is not None else {"name": name}))[:2])
        if len(found) > 1:
            raise CommandError(f"Several ban lists are called {name!r}: use --list-id.")
        return found[0].pk if found else None

    def create_list(self, name: str) -> int:
        return int(BanList.objects.create(name=name).pk)

    def preview(self, list_id: int | None, file: ParsedFile[BanEntry]) -> BanListCounts:
        return preview_ban_list(ban_list_id=list_id, file=file)

    def do_import(self, list_id: int, file: ParsedFile[BanEntry]) -> BanListCounts:
        return import_ban_list(ban_list_id=list_id, file=file)
