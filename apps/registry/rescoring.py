"""Scores computed again because somebody asked for it (contract, section 6.7).

A web request does what takes it seconds; for more it says which command does it, or asks the queue's worker.
Not inside an open transaction: each batch is one of its own.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.registry.evaluation import scoring_rules
from apps.registry.recalculation.records import Manner, Selection, Tally
from apps.registry.recalculation.services import recalculate, recalculate_batch
from scorer_v2.conf import settings
from scorer_v2.database.bulk import transaction
from scorer_v2.database.round_trips import statement
from scorer_v2.primitives.errors import DomainError


@dataclass(frozen=True, slots=True)
class Rescoring:
    """`tally` where it was done at once; `command` does it elsewhere where there are too many passports for that.

    `passports` is their number, counted no further than one more than is done at once.
    """

    passports: int
    command: str
    tally: Tally | None = None


# Counts no further than anybody needs to know.
COUNT_PASSPORTS = statement(
    "registry.count_passports_to_rescore",
    """
    SELECT count(*) FROM (
        SELECT FROM registry_passport
        WHERE community_id = ANY(%(community_ids)s::bigint[]) AND address IS NOT NULL LIMIT %(most)s
    ) counted
    """,
)

# The passports of scores, by community.
PASSPORTS_OF_SCORES = statement(
    "registry.passports_of_scores",
    """
    SELECT passport.community_id, array_agg(passport.id ORDER BY passport.id)
    FROM registry_score score JOIN registry_passport passport ON passport.id = score.passport_id
    WHERE score.id = ANY(%(score_ids)s::bigint[]) AND passport.community_id IS NOT NULL
    GROUP BY passport.community_id ORDER BY passport.community_id
    """,
)


def count_passports(community_ids: Sequence[int], *, most: int) -> int:
    """Raises DatabaseUnavailable."""
    with transaction() as bulk:
        return int(bulk.row(COUNT_PASSPORTS, {"community_ids": list(community_ids), "most": most})[0])


def passports_of_scores(score_ids: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Communities and their passports. Raises DatabaseUnavailable."""
    with transaction() as bulk:
        rows = bulk.rows(PASSPORTS_OF_SCORES, {"score_ids": list(score_ids)})
    return [(community_id, ids) for community_id, ids in rows]


CONNECT_SECONDS = 2
READ_SECONDS = 5


class QueueUnavailable(DomainError):
    """The message was not sent, or nobody knows whether it was."""

    status = 503
    detail = "The queue cannot be reached."


def send_rescoring(url: str, community_ids: Sequence[int]) -> str:
    """The id of the message: the comma-joined ids, with the attribute `type` = `rescore` (contract, section 6.7).

    Raises QueueUnavailable.
    """
    client, failures = _client(url)
    try:
        answer = client.send_message(
            QueueUrl=url,
            MessageBody=",".join(map(str, community_ids)),
            MessageAttributes={"type": {"DataType": "String", "StringValue": "rescore"}},
        )
    except failures as error:
        raise QueueUnavailable(f"The message could not be sent: {error}") from error
    return str(answer["MessageId"])


def _client(url: str) -> tuple[Any, Any]:
    try:
        import boto3  # noqa: PLC0415 - half a second, and not there in every deployment
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    except ImportError as error:
        raise QueueUnavailable("The package boto3 is missing, which sends the message.") from error
    limits = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries={"total_max_attempts": 2})
    failures = (BotoCoreError, ClientError)
    try:
        return boto3.client("sqs", region_name=_region(url), config=limits), failures
    except failures as error:
        raise QueueUnavailable(f"The queue cannot be used: {error}") from error


def _region(url: str) -> str | None:
    """`https://sqs.<region>.amazonaws.com/...`; None lets the environment decide."""
    parts = url.split("/")[2].split(".") if url.count("/") > 2 else []
    return parts[1] if len(parts) > 2 and parts[0] == "sqs" else None


AT_ONCE = 1_000


class NoQueue(DomainError):
    """There is nobody to ask."""

    status = 409
    detail = "RESCORE_QUEUE_URL is not set: there is no queue to send a rescoring to."


def plan_rescoring(*, community_ids: Sequence[int]) -> Rescoring:
    """How many passports there are, and the command that does them. Raises DatabaseUnavailable."""
    counted = count_passports(community_ids, most=AT_ONCE + 1)
    return Rescoring(passports=counted, command=command_for(community_ids))


def rescore_communities(*, community_ids: Sequence[int]) -> Rescoring:
    """Computes all scores of the communities again, unless there are more than AT_ONCE. Raises DatabaseUnavailable."""
    planned = plan_rescoring(community_ids=community_ids)
    if planned.passports > AT_ONCE:
        return planned
    tally = recalculate(selection=Selection(community_ids=list(community_ids)))
    return Rescoring(passports=planned.passports, command=planned.command, tally=tally)


def rescore_scores(*, score_ids: Sequence[int]) -> Tally:
    """Computes these scores again, all proofs verified. Raises DatabaseUnavailable."""
    manner = Manner(rules=scoring_rules(), trusts_kept_proofs=False)
    tally = Tally()
    for community_id, passport_ids in passports_of_scores(score_ids):
        tally.add(recalculate_batch(community_id, passport_ids, manner=manner))
    return tally


def queue_rescoring(*, community_ids: Sequence[int]) -> str:
    """Asks the queue's worker, and gives the message's id. Raises NoQueue and QueueUnavailable."""
    if not settings.RESCORE_QUEUE_URL:
        raise NoQueue
    return send_rescoring(settings.RESCORE_QUEUE_URL, community_ids)


def command_for(community_ids: Sequence[int]) -> str:
    """What to run where the service runs."""
    chosen = json.dumps({"id__in": sorted(community_ids)})
    return f"manage.py recalculate_scores --keep-weights --filter-community-include '{chosen}'"
