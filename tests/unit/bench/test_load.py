"""What is given to wrk, and read from it."""

import pytest

from tools.bench.requests import Request
from tools.bench.scenarios import by_variant, short, whole, worker_classes
from tools.bench.wrk import load_from, lua_list


def test_a_request_is_sent_as_it_is() -> None:
    raw = Request("POST", "/a?b=c", {"X-API-Key": "k"}, b'{"n":1}').raw()
    head, _, body = raw.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"POST /a?b=c HTTP/1.1"
    assert {b"X-API-Key: k", b"Host: 127.0.0.1", b"Content-Length: 7"} <= set(head.split(b"\r\n"))
    assert body == b'{"n":1}'


def test_every_byte_gets_through_lua() -> None:
    assert lua_list([b'a"b\\c\r\n\x00\xff']) == 'return {\n"a\\034b\\092c\\013\\010\\000\\255",\n}\n'


def measured(**figures: object) -> dict[str, object]:
    seen = {"seconds": 2.0, "requests": 4, "statuses": 0, "broken": 0, "timeouts": 0, "histogram": [[100, 3], [900, 1]]}
    return seen | figures


def test_what_wrk_saw_is_read() -> None:
    load = load_from(measured(statuses=1, timeouts=2), connections=1)
    assert (load.throughput, load.errors, load.histogram) == (2.0, 3, {100: 3, 900: 1})


def test_latencies_that_do_not_come_out_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    load = load_from(measured(requests=9), connections=1)
    assert load.histogram == {100: 3, 900: 1}
    assert "latencies are as wrk corrected them" in capsys.readouterr().err


def test_every_scenario_has_a_name_of_its_own_and_requests() -> None:
    scenarios = [*whole(), *worker_classes()]
    assert len({scenario.name for scenario in scenarios}) == len(scenarios)
    assert {scenario.name for scenario in short()} <= {scenario.name for scenario in scenarios}
    assert all(len(scenario.requests()) > 0 for scenario in whole())


def test_half_load_comes_after_the_load_that_it_is_half_of() -> None:
    for scenarios in (short(), whole()):
        for served in by_variant(scenarios).values():
            names = [scenario.name for scenario in served]
            halves = [scenario for scenario in served if scenario.half]
            assert all(f"{half.what}, 8 connections" in names[: names.index(half.name)] for half in halves)
