"""`manage.py explain_score`: why an address has the score that it has."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from apps.registry.explanations.records import ComputedOutcome, ScoreExplanation, StampExplanation, StoredOutcome
from apps.registry.explanations.services import explain_score
from scorer_v2.operations.command import OperationsCommand, Report


class Command(OperationsCommand):
    writes = False
    help = (
        "Say of each stored stamp of an address whether it counts for a scorer and why not, with its weight; "
        "what is stored, and what scoring it now would change. Reads only."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument("--scorer", type=int, required=True, metavar="ID", help="the community's id")

    def run(self, *, address: str, scorer: int, json: bool, **options: Any) -> Report:  # noqa: ARG002 - the base's
        explanation = explain_score(address=address, scorer_id=scorer)
        return Report(details=asdict(explanation)) if json else Report(lines=list(_lines(explanation)))


def _lines(told: ScoreExplanation) -> Iterator[str]:
    deleted = ", deleted" if told.community_deleted else ""
    yield f"{told.address} in {told.community_name} (scorer {told.community_id}{deleted}, {told.rule})"
    yield ""
    yield "Stamps:" if told.stamps else "No stamps."
    for stamp in told.stamps:
        yield from _stamp_lines(stamp)
    yield ""
    yield f"Stored: {_stored(told.stored)}"
    yield f"Scored now: {_computed(told.computed)}"
    yield (
        "Scoring it now would change nothing but the time." if not told.differences else "Scoring it now would change:"
    )
    yield from (f"  {sentence}" for sentence in told.differences)
    if told.points is not None:
        yield f"Human points: {told.points['total_points']}, {told.points['breakdown']}"
    for ban in told.bans:
        until = ban.end_time.isoformat() if ban.end_time else "ever"
        yield f"Banned: {ban.type} {ban.provider}, for {until} (changes no score until its stamps are revoked)"
    if told.events:
        yield "Latest events:"
    yield from (f"  {event.created_at.isoformat()} {event.action} {_event(event.data)}" for event in told.events)


def _stamp_lines(stamp: StampExplanation) -> Iterator[str]:
    source = f" ({stamp.weight_source})" if stamp.weight_source else ""
    yield f"  {'+' if stamp.counts else '-'} {stamp.provider}, weight {stamp.weight}{source}, id {stamp.id}"
    yield f"      {stamp.sentence}"


def _stored(stored: StoredOutcome | None) -> str:
    if stored is None:
        return "nothing"
    if stored.error is not None or stored.status != "DONE":
        return f"{stored.status}, {stored.error or 'no score'}"
    at = stored.last_score_timestamp.isoformat() if stored.last_score_timestamp else "an unknown time"
    return f"{stored.raw_score} of {stored.threshold}, {_passing(stored.passing)}, computed at {at}"


def _computed(computed: ComputedOutcome) -> str:
    if computed.error is not None:
        return f"error: {computed.error}"
    return f"{computed.raw_score} of {computed.threshold}, {_passing(computed.passing)}"


def _passing(passing: bool) -> str:
    return "passing" if passing else "not passing"


def _event(data: Any) -> str:
    """Old events have other forms."""
    fields = data.get("fields", data) if isinstance(data, dict) else {}
    if not isinstance(fields, dict):
        return ""
    evidence = fields.get("evidence")
    score = evidence.get("rawScore") if isinstance(evidence, dict) else fields.get("score")
    return f"{fields['provider']} deduplicated" if "provider" in fields else f"score {score}"
