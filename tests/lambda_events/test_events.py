"""Every kind of event that a load balancer sends, with the request that it stands for and the answer that is due."""

from typing import Any

import awsgi
import pytest

from scorer_v2.aws.lambda_events import (
    Application,
    NotALoadBalancerEvent,
    answer_event,
    client_address,
    request_headers,
)
from tests.lambda_events.recorded_events import RecordedEvent, RecordingApplication, difference, recorded_events

EVENTS = recorded_events()
PLAIN = next(each for each in EVENTS if each.name == "get")


def ours(application: Application, case: RecordedEvent) -> dict[str, Any]:
    return answer_event(application, case.event, None, largest_body_bytes=case.largest_body_bytes)


def aws_wsgi_alone(application: Application, case: RecordedEvent) -> dict[str, Any]:
    answer: dict[str, Any] = awsgi.response(application, case.event, None)
    return answer


@pytest.mark.parametrize("case", [pytest.param(each, id=each.name) for each in EVENTS])
def test_it_is_answered_right(case: RecordedEvent) -> None:
    assert difference(case, ours) == ""


def test_aws_wsgi_alone_gets_half_of_them_wrong() -> None:
    """Why there is more than aws-wsgi; and that the recorded events can tell right from wrong."""
    wrong = [case.name for case in EVENTS if not is_right(case)]
    assert len(EVENTS) // 3 < len(wrong) < len(EVENTS)


def is_right(case: RecordedEvent) -> bool:
    try:
        return difference(case, aws_wsgi_alone) == ""
    except (KeyError, TypeError, ValueError):
        return False


def test_all_kinds_are_recorded() -> None:
    assert len(EVENTS) >= 30


def test_the_application_is_told_that_the_request_is_over() -> None:
    application = RecordingApplication(PLAIN.gives)
    ours(application, PLAIN)
    assert application.times_closed == 1


def test_it_is_told_so_when_its_answer_breaks_off_too() -> None:
    class Breaking:
        closed = False

        def __iter__(self) -> Any:
            yield b"{"
            raise OSError("broken off")

        def close(self) -> None:
            self.closed = True

    parts = Breaking()

    def application(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return parts

    with pytest.raises(OSError, match="broken off"):
        ours(application, PLAIN)
    assert parts.closed


def test_what_an_application_writes_comes_before_what_it_returns() -> None:
    def application(environ: Any, start_response: Any) -> list[bytes]:
        write = start_response("200 OK", [])
        write(b"written, ")
        return [b"returned"]

    assert ours(application, PLAIN)["body"] == "written, returned"


def test_the_last_status_of_an_application_counts() -> None:
    def application(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("X-First", "1")])
        start_response("503 Service Unavailable", [("Retry-After", "1")], (None, None, None))
        return [b""]

    answer = ours(application, PLAIN)
    assert (answer["statusCode"], answer["headers"]) == (503, {"Retry-After": "1"})


@pytest.mark.parametrize(
    "event", [{}, {"requestContext": None}, {"requestContext": {}, "httpMethod": "GET", "path": "/"}]
)
def test_it_refuses_an_event_that_no_load_balancer_sent(event: dict[str, Any]) -> None:
    with pytest.raises(NotALoadBalancerEvent, match="load balancers only"):
        answer_event(RecordingApplication(PLAIN.gives), event, None, largest_body_bytes=1)


def test_base64_that_is_none_reaches_the_application_to_be_refused_there() -> None:
    application = RecordingApplication(PLAIN.gives)
    event = {**PLAIN.event, "body": "abcde", "isBase64Encoded": True}
    answer_event(application, event, None, largest_body_bytes=1)
    assert application.body == b"abcde"


@pytest.mark.parametrize("part", ["path", "body"])
def test_a_lone_surrogate_breaks_nothing(part: str) -> None:
    application = RecordingApplication(PLAIN.gives)
    answer = answer_event(application, {**PLAIN.event, part: "/\ud800"}, None, largest_body_bytes=1)
    assert answer["statusCode"] == 200


def test_a_gzip_body_of_several_members_is_not_taken_apart() -> None:
    """One member decompresses to nearly nothing, so that their number, not their size, would cost the time."""
    case = next(each for each in EVENTS if each.name == "post_gzip")
    application = RecordingApplication(case.gives)
    event = {**case.event, "body": case.event["body"] * 2}
    answer_event(application, event, None, largest_body_bytes=1_000)
    assert application.body[:2] == b"\x1f\x8b"


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("", ""),
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:1234", "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:80", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
    ],
)
def test_the_caller_is_whom_the_load_balancer_names(forwarded: str, address: str) -> None:
    assert client_address({"x-forwarded-for": forwarded}) == address


def test_names_that_differ_in_case_are_one_header() -> None:
    assert request_headers({"headers": {"Accept": "a", "accept": "b", "X-Null": None}}) == {"accept": "a,b"}
