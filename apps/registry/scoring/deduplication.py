"""LIFO deduplication: whose nullifier is it (section 3.5, rules R1 to R6).

A link is *own* (of the scored address, whatever its expiry), *claimed* (of another, not yet expired) or *forfeited*
(of another, expired). R5 and R6 need nothing here: links are never deleted, and the database decides races.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from apps.registry.scoring.records import Deduplication, HashLink, ValidStamp

Links = Mapping[str, HashLink]


def deduplicate(stamps: Sequence[ValidStamp], *, address: str, links: Links, now: datetime) -> Deduplication:
    """Parts the valid stamps and finds the links to write. `links` are the community's, of all their nullifiers at
    least.

    Links that already say what they should are left out (D19).
    """
    parted = [(stamp, _first_claimed(stamp, address, links, now)) for stamp in stamps]
    kept = [stamp for stamp, source in parted if source is None]
    lost = [(stamp, source) for stamp, source in parted if source is not None]
    due = _due_dates(kept)
    return Deduplication(
        kept=tuple(kept),
        deduplicated=tuple([stamp for stamp, _ in lost]),
        claims=_by_hash(_links_to_write(due, address, links)),
        backfills=_by_hash(_missing_links(lost, known=(links, due))),
    )


def _first_claimed(stamp: ValidStamp, address: str, links: Links, now: datetime) -> HashLink | None:
    """R1: the link of the stamp's first nullifier that somebody else owns; such a stamp is deduplicated."""
    for nullifier in stamp.nullifiers:
        link = links.get(nullifier)
        if link is not None and link.address != address and link.expires_at > now:
            return link
    return None


def _due_dates(kept: Iterable[ValidStamp]) -> dict[str, datetime]:
    """R2: until when the address owns the nullifiers of kept stamps. R4: of two stamps the last one's date."""
    return {nullifier: stamp.expires_at for stamp in kept for nullifier in stamp.nullifiers}


def _links_to_write(due: Mapping[str, datetime], address: str, links: Links) -> Iterator[HashLink]:
    for nullifier, expires_at in due.items():
        link = links.get(nullifier)
        if link is None or link.address != address or link.expires_at != expires_at:
            yield HashLink(nullifier, address, expires_at.astimezone(UTC))


def _missing_links(
    lost: Iterable[tuple[ValidStamp, HashLink]], *, known: Sequence[Container[str]]
) -> Iterable[HashLink]:
    """R3: nullifiers of deduplicated stamps that nobody has follow the claimed one, the first stamp's in a clash."""
    missing: dict[str, HashLink] = {}
    for stamp, source in lost:
        for nullifier in stamp.nullifiers:
            if not any(nullifier in links for links in known):
                missing.setdefault(nullifier, HashLink(nullifier, source.address, source.expires_at))
    return missing.values()


def _by_hash(links: Iterable[HashLink]) -> tuple[HashLink, ...]:
    """In one order for everybody, so that two scorings never wait for each other's links."""
    return tuple(sorted(links, key=lambda link: link.hash))
