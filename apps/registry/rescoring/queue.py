"""The queue of rescorings. boto3 is part of Lambda's runtime and no requirement of ours: see lambda_secrets."""

from collections.abc import Sequence
from typing import Any

from scorer_v2.primitives.errors import DomainError

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
