"""Sign a credential with a development key, to have stamps to try things with."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.registry.scoring.proof_errors import InvalidProof
from scorer_v2.primitives.addresses import is_address
from tools.issuer_keys import load_or_make_key
from tools.issuing import InvalidKey, IssuerKey, issue_ed25519, issue_eip712, new_nullifier

DEFAULT_DAYS = 90


class Command(BaseCommand):
    help = (
        "Print a credential for an address, signed with a development key that is made when it is missing. "
        "Refuses to run where settings.DEVELOPMENT is not True."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", required=True, help="who holds the stamp")
        parser.add_argument("--provider", required=True, help="what it attests, such as Google")
        value = parser.add_mutually_exclusive_group()
        value.add_argument("--nullifier", action="append", help="may be repeated; a new one when left out")
        value.add_argument("--hash", help="the older form: one hash, such as v0.0.0:abc")
        parser.add_argument("--days", type=int, default=DEFAULT_DAYS, help="until it expires; negative: it has expired")
        parser.add_argument("--ed25519", action="store_true", help="sign as did:key with Ed25519, not as did:ethr")
        parser.add_argument("--key-file", type=Path, help="the issuer's key, by default .data/issuer.key")

    def handle(self, *, key_file: Path | None, **options: Any) -> None:
        if getattr(settings, "DEVELOPMENT", False) is not True:
            raise CommandError("Stamps are issued in development only: settings.DEVELOPMENT is not True.")
        key = _key(key_file or Path(settings.BASE_DIR) / ".data" / "issuer.key")
        credential = _issue(key, options)
        self.stderr.write(f"Signed by {credential['issuer']}. Scorers count it when TRUSTED_IAM_ISSUERS has that name.")
        self.stdout.write(orjson.dumps(credential, option=orjson.OPT_INDENT_2).decode())


def _issue(key: IssuerKey, options: dict[str, Any]) -> dict[str, Any]:
    address = options["address"]
    if not is_address(address):
        raise CommandError("--address is not an Ethereum address.")
    value = {"hash": options["hash"]} if options["hash"] else {"nullifiers": options["nullifier"] or [new_nullifier()]}
    if not options["provider"] or options["hash"] == "" or "" in value.get("nullifiers", []):
        raise CommandError("A provider, a nullifier and a hash must not be empty.")
    now = datetime.now(UTC)
    issue = issue_ed25519 if options["ed25519"] else issue_eip712
    holder = f"0x{address.lower().removeprefix('0x')}"
    try:
        expires_at = now + timedelta(days=options["days"])
        return issue(
            key=key, address=holder, provider=options["provider"], issued_at=now, expires_at=expires_at, **value
        )
    except (InvalidProof, OverflowError, ValueError) as fault:
        raise CommandError(f"Such a stamp cannot be issued: {fault}.") from None


def _key(file: Path) -> IssuerKey:
    try:
        return load_or_make_key(file)
    except InvalidKey as fault:
        raise CommandError(f"{str(file)!r} holds no issuer key: {fault}.") from None
    except OSError as error:
        raise CommandError(f"{str(file)!r} cannot be used as a key file: {error.strerror}.") from None
