"""A load balancer in front of the function, in its place: HTTP requests become events, answers become HTTP again.

    python -m tests.lambda_events.load_balancer FILE_DESCRIPTOR [multi-value]

The function is imported as Lambda does it, and gets one event at a time. An answer that a load balancer would not take
is a 502 that says why.
"""

import json
import socket
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

TEXT = ("text/", "application/json", "application/javascript", "application/xml")
LONGEST_ANSWER = 1_000_000
TARGET_GROUP = "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/scorer-v2-public/6d0ecf831eec9f09"


def event_of(method: str, target: str, headers: list[tuple[str, str]], body: bytes, *, several: bool) -> dict[str, Any]:
    """`several`: the target group has multi-value headers. Else the last value of a name is all that arrives."""
    path, _, query = target.partition("?")
    forwarded = [("x-forwarded-for", "127.0.0.1"), ("x-forwarded-proto", "http"), ("x-forwarded-port", "80")]
    given = [(name.lower(), value) for name, value in headers] + forwarded
    pairs = [(name, value) for name, _, value in (part.partition("=") for part in query.split("&") if part)]
    is_text = is_sent_as_text(dict(given))
    return {
        "requestContext": {"elb": {"targetGroupArn": TARGET_GROUP}},
        "httpMethod": method,
        "path": path,
        **({"multiValueHeaders": gathered(given)} if several else {"headers": dict(given)}),
        **({"multiValueQueryStringParameters": gathered(pairs)} if several else {"queryStringParameters": dict(pairs)}),
        "body": body.decode(errors="replace") if is_text else b64encode(body).decode(),
        "isBase64Encoded": not is_text,
    }


def is_sent_as_text(headers: dict[str, str]) -> bool:
    return headers.get("content-type", "text/").startswith(TEXT) and "content-encoding" not in headers


def gathered(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def faults(answer: dict[str, Any], *, several: bool) -> Iterator[str]:
    """Why a load balancer would not take the answer, or would lose a part of it."""
    headers = "multiValueHeaders" if several else "headers"
    kinds = {"statusCode": int, "statusDescription": str, headers: dict, "body": str, "isBase64Encoded": bool}
    if {name: type(value) for name, value in answer.items()} != kinds:
        yield f"not exactly {list(kinds)}: {answer}"
        return
    if answer["statusDescription"].split(" ", 1)[0] != str(answer["statusCode"]):
        yield f"{answer['statusDescription']} is another status than {answer['statusCode']}"
    if any(not isinstance(value, list if several else str) for value in answer[headers].values()):
        yield f"headers of a wrong form: {answer[headers]}"
    if len(json.dumps(answer)) > LONGEST_ANSWER:
        yield "more than 1 MB"


def pairs_of(answer: dict[str, Any]) -> list[tuple[str, str]]:
    if "multiValueHeaders" in answer:
        return [(name, value) for name, values in answer["multiValueHeaders"].items() for value in values]
    return list(answer["headers"].items())


class LoadBalancer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    several = False

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = self.requestline.split()[1]  # `path` is the server's own idea of it
        event = event_of(self.command, target, self.headers.items(), body, several=self.several)
        self._send(self._invoke(event))

    def _invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        from scorer_v2.lambda_handler import handler  # noqa: PLC0415 - imported before the first request

        answer = json.loads(json.dumps(handler(json.loads(json.dumps(event)), None)))
        found = list(faults(answer, several=self.several))
        return (
            {"statusCode": 502, "headers": {}, "body": "\n".join(found), "isBase64Encoded": False} if found else answer
        )

    def _send(self, answer: dict[str, Any]) -> None:
        body = b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
        self.send_response_only(answer["statusCode"], HTTPStatus(answer["statusCode"]).phrase)
        for name, value in pairs_of(answer):
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(descriptor: str, kind: str = "") -> None:
    import scorer_v2.lambda_handler  # noqa: F401, PLC0415 - the cold start

    LoadBalancer.several = kind == "multi-value"
    server = HTTPServer(("127.0.0.1", 0), LoadBalancer, bind_and_activate=False)
    server.socket.close()
    server.socket = socket.socket(fileno=int(descriptor))
    server.server_activate()
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
