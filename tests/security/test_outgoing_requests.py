"""API7: no request makes the service ask another. Read from the imports, and tried with credentials full of URLs."""

import ast
import copy
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.endpoints.scoring_world import ALICE, Partner, hold, issue, store_embed
from tests.factories.account import CommunityFactory

CHECKOUT = Path(__file__).parents[2]
CLIENTS = {"requests", "httpx", "aiohttp", "urllib3", "http.client", "urllib.request", "boto3", "ftplib", "smtplib",
           "socket", "subprocess", "xmlrpc", "telnetlib"}  # fmt: skip
# Who speaks to others, and to whom: none because of a request.
ALLOWED = {
    "scorer_v2/aws/lambda_secrets.py": {"boto3"},  # Secrets Manager, at the cold start
    "apps/registry/rescoring.py": {"boto3"},  # the team's queue, from a page of the admin site
    "tools/embedded_cluster.py": {"subprocess", "socket"},  # developers' PostgreSQL
    "tools/embedded_postgres.py": {"subprocess", "socket"},  # as above
}
COMMANDS = ("scorer_v2/management/", "tools/comparison/", "tools/demo/")


def imports_of(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found & CLIENTS


def test_nothing_that_serves_requests_has_a_client_of_others() -> None:
    found = {}
    for folder in ("apps", "scorer_v2"):
        for file in sorted((CHECKOUT / folder).rglob("*.py")):
            name = str(file.relative_to(CHECKOUT))
            extra = imports_of(file) - ALLOWED.get(name, set())
            if extra and not name.startswith(COMMANDS):
                found[name] = extra
    assert found == {}


URL = "http://127.0.0.1:1/latest/meta-data"


def with_urls(credential: dict[str, Any]) -> dict[str, Any]:
    """A URL wherever somebody might resolve one."""
    changed = copy.deepcopy(credential)
    changed["@context"] = [*changed["@context"], URL]
    changed["credentialSchema"] = changed["credentialStatus"] = {"id": URL, "type": "Remote"}
    changed["refreshService"] = {"id": URL, "type": "ManualRefreshService2018"}
    changed["credentialSubject"]["@context"] = URL
    changed["proof"]["verificationMethod"] = f"did:web:127.0.0.1%3A1#{URL}"
    return changed


@pytest.mark.parametrize("ed25519", [False, True])
@pytest.mark.parametrize("issuer", [None, "did:web:127.0.0.1%3A1", URL])
def test_a_credential_full_of_urls_is_judged_without_asking_anybody(
    scoring_world: None, monkeypatch: pytest.MonkeyPatch, settings: Any, ed25519: bool, issuer: str | None
) -> None:
    """libpq connects on its own, past these."""
    community, partner = CommunityFactory(weights={"Google": 1}), Partner(weights={"Google": 1})
    credential = with_urls(issue("Google", ed25519=ed25519))
    credential["proof"].setdefault("proofValue", "0x")
    if issuer is not None:
        credential["issuer"] = issuer
        settings.TRUSTED_IAM_ISSUERS = [issuer]

    def fail(*_: Any, **__: Any) -> None:
        pytest.fail("it asked somebody")

    for name in ("getaddrinfo", "create_connection", "gethostbyname"):
        monkeypatch.setattr(socket, name, fail)
    monkeypatch.setattr(socket.socket, "connect", fail)
    hold(credential=credential, address=ALICE)
    assert partner.score().json()["stamps"] == {}
    assert store_embed({"scorer_id": community.pk, "stamps": [credential]}).json()["score"]["stamps"] == {}
