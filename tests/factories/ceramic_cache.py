"""Stored stamps, revocations and bans.

StoredStampFactory(credential=credential)                # address, provider, dates and proof from the credential
StoredStampFactory(credential=credential, provider="X")  # the row's provider differs from the credential's
StoredStampFactory(address="0x...", provider="Google")   # with an unsigned credential, valid in form only
StoredStampFactory(type=2), (deleted_at=...), (updated_at=...)
RevocationFactory(ceramic_cache=stamp)                   # proof value of the stamp
BanFactory(address="0x...")                              # account ban, for ever
BanFactory(single_stamp=True, address="0x...", provider="Google", end_time=..., reason="sybil")
BanFactory(of_hash=True, hash="v0:abc")
"""

from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from apps.ceramic_cache.models import Ban, BanList, CeramicCache, Revocation, RevocationList
from tests.factories.addresses import Address


def unsigned_credential(address: str, provider: str, number: int) -> dict[str, Any]:
    """A credential whose proof verifies nothing, with one nullifier of its own."""
    return {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential"],
        "issuer": "did:ethr:0x0000000000000000000000000000000000000001",
        "issuanceDate": "2025-01-01T00:00:00Z",
        "expirationDate": "2099-01-01T00:00:00Z",
        "credentialSubject": {
            "id": f"did:pkh:eip155:1:{address}",
            "provider": provider,
            "nullifiers": [f"v0:{provider}-{number}"],
        },
        "proof": {"type": "EthereumEip712Signature2021", "proofValue": f"0x{number:0130x}"},
    }


def _subject(stamp: Any, key: str) -> Any:
    return (stamp.credential or {}).get("credentialSubject", {}).get(key)


class StoredStampFactory(DjangoModelFactory):
    """`credential` fills the columns that are taken from one."""

    class Meta:
        model = CeramicCache

    class Params:
        credential: Any = None
        number = factory.Sequence(lambda n: n + 1)
        own_address = Address(0x57A)

    type = CeramicCache.StampType.V1
    address = factory.LazyAttribute(lambda o: (_subject(o, "id") or o.own_address).rpartition(":")[2].lower())
    provider = factory.LazyAttribute(lambda o: _subject(o, "provider") or "Google")
    stamp = factory.LazyAttribute(lambda o: o.credential or unsigned_credential(o.address, o.provider, o.number))
    proof_value = factory.LazyAttribute(lambda o: o.stamp["proof"]["proofValue"])
    issuance_date = factory.LazyAttribute(lambda o: o.stamp.get("issuanceDate"))
    expiration_date = factory.LazyAttribute(lambda o: o.stamp.get("expirationDate"))
    created_at = datetime(2025, 1, 1, tzinfo=UTC)
    updated_at = datetime(2025, 2, 1, tzinfo=UTC)
    source_app = CeramicCache.SourceApp.PASSPORT


class RevocationListFactory(DjangoModelFactory):
    class Meta:
        model = RevocationList

    name = factory.Sequence(lambda n: f"revocation list {n}")


class RevocationFactory(DjangoModelFactory):
    class Meta:
        model = Revocation

    ceramic_cache = factory.SubFactory(StoredStampFactory)
    proof_value = factory.LazyAttribute(lambda revocation: revocation.ceramic_cache.proof_value)


class BanListFactory(DjangoModelFactory):
    class Meta:
        model = BanList

    name = factory.Sequence(lambda n: f"ban list {n}")


class BanFactory(DjangoModelFactory):
    """An account ban; `single_stamp` and `of_hash` make the other kinds."""

    class Meta:
        model = Ban

    class Params:
        single_stamp = factory.Trait(type=Ban.BanType.SINGLE_STAMP, provider="Google")
        of_hash = factory.Trait(type=Ban.BanType.HASH, address="", hash=factory.Sequence(lambda n: f"v0:banned-{n}"))

    type = Ban.BanType.ACCOUNT
    address = Address(0xBA0)
    reason = "a test"
