"""Scores computed again because somebody asked for it: at once, by a command, or by the queue's worker."""

from typing import Any

import boto3
import pytest
from django.core.management import call_command
from pytest_django import Settings

from apps.registry import rescoring
from apps.registry.models import Passport, Score
from apps.registry.rescoring import (
    NoQueue,
    QueueUnavailable,
    plan_rescoring,
    queue_rescoring,
    rescore_communities,
    rescore_scores,
)
from tests.endpoints.scoring_world import ALICE, BOB, STRANGER, hold, issue
from tests.factories.account import CommunityFactory
from tests.factories.registry import PassportFactory, ScoreFactory, StampFactory

pytestmark = pytest.mark.usefixtures("scoring_world", "nothing_known")

QUEUE = "https://sqs.us-west-2.amazonaws.com/123456789012/rescore"


@pytest.fixture
def community(scoring_world: None) -> Any:
    return CommunityFactory(weights={"Google": "1.25"}, threshold="1")


def scores() -> dict[tuple[str, int], Any]:
    rows = Score.objects.values_list("passport__address", "passport__community", "evidence__rawScore")
    return {(address, community): raw_score for address, community, raw_score in rows}


def test_a_small_community_is_done_at_once(community: Any) -> None:
    other = CommunityFactory()
    hold("Google")
    for place in (community, other):
        PassportFactory(address=ALICE, community=place)
    done = rescore_communities(community_ids=[community.pk])
    assert done.tally is not None
    assert (done.passports, done.tally.passports, done.tally.newly_passing) == (1, 1, 1)
    assert scores() == {(ALICE, community.pk): "1.25"}


def test_a_large_one_is_left_to_a_command_that_does_it(community: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescoring, "AT_ONCE", 1)
    for address in (ALICE, BOB):
        hold("Google", to=address)
        PassportFactory(address=address, community=community)
    left = rescore_communities(community_ids=[community.pk])
    assert (left.tally, left.passports, scores()) == (None, 2, {})

    program, command, *options = left.command.split(" ", 4)
    assert program == "manage.py"
    keep_weights, include, lookups = options
    call_command(command, keep_weights, include, lookups.strip("'"))
    assert set(scores().values()) == {"1.25"}


def test_a_plan_counts_and_writes_nothing(community: Any) -> None:
    PassportFactory(community=community)
    assert plan_rescoring(community_ids=[community.pk]).passports == 1
    assert not Score.objects.exists()


def test_single_scores_are_done_with_all_their_proofs(community: Any) -> None:
    forged = issue(key=STRANGER)
    forged["issuer"] = issue()["issuer"]
    hold(credential=forged)
    passport = PassportFactory(address=ALICE, community=community)
    StampFactory(passport=passport, provider="Google", credential=forged)
    wanted = ScoreFactory(passport=passport)
    ScoreFactory(passport__address=BOB, passport__community=community)
    tally = rescore_scores(score_ids=[wanted.pk])
    assert (tally.passports, tally.proofs_verified, tally.no_longer_passing) == (1, 1, 1)
    assert scores() == {(ALICE, community.pk): "0", (BOB, community.pk): "21.5"}


def test_scores_that_are_gone_are_left_out(community: Any) -> None:
    assert rescore_scores(score_ids=[7]).passports == 0
    assert not Passport.objects.exists()


class Sqs:
    """Takes messages, in the place of boto3's client."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.sent: list[Any] = []

    def __call__(self, name: str, **options: Any) -> "Sqs":
        self.client = (name, options["region_name"])
        return self

    def send_message(self, **message: Any) -> dict[str, str]:
        if self.failure:
            raise self.failure
        self.sent.append(message)
        return {"MessageId": "m-1"}


def test_the_queue_gets_the_message_of_today(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RESCORE_QUEUE_URL = QUEUE
    sqs = Sqs()
    monkeypatch.setattr(boto3, "client", sqs)
    assert queue_rescoring(community_ids=[5, 7]) == "m-1"
    assert sqs.client == ("sqs", "us-west-2")
    assert sqs.sent == [
        {
            "QueueUrl": QUEUE,
            "MessageBody": "5,7",
            "MessageAttributes": {"type": {"DataType": "String", "StringValue": "rescore"}},
        }
    ]


def test_a_queue_that_cannot_be_reached_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RESCORE_QUEUE_URL = QUEUE
    monkeypatch.setattr(
        boto3, "client", Sqs(boto3.exceptions.botocore.exceptions.EndpointConnectionError(endpoint_url="x"))
    )
    with pytest.raises(QueueUnavailable):
        queue_rescoring(community_ids=[5])


def test_without_a_queue_nobody_is_asked(settings: Settings) -> None:
    settings.RESCORE_QUEUE_URL = ""
    with pytest.raises(NoQueue):
        queue_rescoring(community_ids=[5])
