"""`manage.py import_revocations FILE`: revoke the stamps of a CSV file's proof values."""

from django.core.management.base import CommandError

from apps.ceramic_cache.models import RevocationList
from apps.ceramic_cache.revocations.csv_file import parse_revocation_list
from apps.ceramic_cache.revocations.services import (
    RevocationListCounts,
    import_revocation_list,
    preview_revocation_list,
)
from scorer_v2.operations.csv_files import ParsedFile
from scorer_v2.operations.import_command import ImportCommand


class Command(ImportCommand):
    help = (
        "Revoke every live stored stamp of the proof values in a CSV file (column proof_value, or the first one). "
        "Unknown proof values are reported. Scores are not computed again by this."
    )
    parse = staticmethod(parse_revocation_list)

    def find_list(self, *, list_id: int | None, name: str | None) -> int | None:
        found = list(RevocationList.objects.filter(**({"pk": list_id} if list_id is not None else {"name": name}))[:2])
        if len(found) > 1:
            raise CommandError(f"Several revocation lists are called {name!r}: use --list-id.")
        return found[0].pk if found else None

    def create_list(self, name: str) -> int:
        return int(RevocationList.objects.create(name=name).pk)

    def preview(self, list_id: int | None, file: ParsedFile[str]) -> RevocationListCounts:  # noqa: ARG002 - the base's
        return preview_revocation_list(file=file)

    def do_import(self, list_id: int, file: ParsedFile[str]) -> RevocationListCounts:
        return import_revocation_list(revocation_list_id=list_id, file=file)
