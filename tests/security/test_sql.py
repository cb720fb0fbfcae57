"""Injection: no SQL is built from input. Read from the source, and tried with input that would show it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scorer_v2.database.round_trips import Step, send, statement
from tests.endpoints.left_behind import ANALYTICS, all_rows
from tests.endpoints.scoring_world import ALICE, Partner, hold, issue, store_embed
from tests.factories.account import CommunityFactory

CHECKOUT = Path(__file__).parents[2]
# Developers' own database, the schema's migrations, and what tells two databases apart: none takes a request's input.
ELSEWHERE = {
    "tools/embedded_postgres.py",
    "scorer_v2/database/concurrent_indexes.py",
    "scorer_v2/database/optional_schema.py",
    "scorer_v2/database/schema_check.py",
    "tools/comparison/rows.py",
    "tools/demo/__init__.py",
    "tools/demo/accounts.py",
}
# The only callers of the driver, with statements that they are given.
CARRIERS = {"scorer_v2/database/pipeline.py", "scorer_v2/answer_deadline.py", "scorer_v2/database/bulk.py"}
EXECUTING = {"execute", "executemany", "raw", "extra", "RawSQL", "copy_expert", "exec_", "send_query", "executescript"}


def sources() -> list[tuple[str, ast.Module]]:
    files = [file for folder in ("apps", "scorer_v2") for file in sorted((CHECKOUT / folder).rglob("*.py"))]
    found = [(str(file.relative_to(CHECKOUT)), file) for file in files if "migrations" not in file.parts]
    return [(name, ast.parse(file.read_text())) for name, file in found]


SOURCES = sources()


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in names:
                yield node


def parents_of(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    return {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}


def enclosing_function(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> ast.FunctionDef | None:
    while node in parents:
        node = parents[node]
        if isinstance(node, ast.FunctionDef):
            return node
    return None


STATEMENTS = [
    pytest.param(call, tree, id=f"{name}:{call.lineno}") for name, tree in SOURCES for call in calls(tree, "statement")
]


def called_with_constants(function: ast.FunctionDef, tree: ast.Module, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether all that the module gives a function that makes statements is made when the module is imported."""
    uses = list(calls(tree, function.name))
    return bool(uses) and all(enclosing_function(use, parents) is None for use in uses)


def test_there_are_statements() -> None:
    assert len(STATEMENTS) > 40


@pytest.mark.parametrize(("call", "tree"), STATEMENTS)
def test_a_statement_is_made_of_constants_when_its_module_is_imported(call: ast.Call, tree: ast.Module) -> None:
    """No request has come by then: nothing of it can be in the text."""
    parents = parents_of(tree)
    function = enclosing_function(call, parents)
    assert function is None or called_with_constants(function, tree, parents), ast.unparse(call)[:300]


def test_nobody_else_speaks_sql() -> None:
    found = {
        name
        for name, tree in SOURCES
        for call in calls(tree, *EXECUTING)
        if not (name in ELSEWHERE or name in CARRIERS or name.startswith("scorer_v2/management/"))
        and not is_no_sql(call)
    }
    assert found == set()


def is_no_sql(call: ast.Call) -> bool:
    """`generators.execute(connection)` of libpq carries out what was sent."""
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "generators"


def test_the_carriers_are_given_statements_and_no_texts() -> None:
    """Of the places that do speak to the driver, none has an f-string or adds texts."""
    for name, tree in SOURCES:
        if name in CARRIERS:
            for call in calls(tree, *EXECUTING):
                built = [node for node in ast.walk(call) if isinstance(node, ast.JoinedStr | ast.BinOp | ast.Mod)]
                assert built == [], (name, ast.unparse(call))


# Tried ----------------------------------------------------------------------------------------------------------------
INJECTIONS = [
    "' OR '1'='1",
    "'; DROP TABLE account_accountapikey; --",
    '"; SELECT pg_sleep(5); --',
    "') UNION SELECT secret_key FROM django_session --",
    "\\'; SELECT 1; --",
    "$$; SELECT 1; $$",
    "%(address)s",
    "%s %d %%",
    "$1",
    "{0}{a}",
    '{"a","b"}',
    "NULL",
    "\\x00",
    "E'\\047'",
    "\u02bc OR 1=1",
    "pg_sleep(5)",
]


@pytest.fixture
def everything(scoring_world: None) -> tuple[Any, Partner]:
    return CommunityFactory(weights={"Google": 1}), Partner(weights={"Google": 1})


@pytest.mark.parametrize("text", INJECTIONS)
def test_input_stays_input(everything: tuple[Any, Partner], text: str) -> None:
    """Stored and looked up as it is: rows of other tables stay, and the text comes back."""
    community, partner = everything
    others = all_rows(but=(ANALYTICS, *WRITTEN))
    body = {"scorer_id": community.pk, "stamps": [issue(text, f"v0:{text}"[:90])]}
    answer = store_embed(body)
    assert answer.status_code == 200
    assert [stamp["provider"] for stamp in answer.json()["stamps"]] == [text]
    hold("Google")
    assert partner.score().status_code == 200
    assert partner.score(f"{ALICE}{text}").status_code in (400, 404)
    for header in ("X-API-Key", "Authorization"):
        assert (
            partner.score(**{header: f"{partner.key.prefix}{text}".encode("ascii", "replace").decode()}).status_code
            == 401
        )
    assert all_rows(but=(ANALYTICS, *WRITTEN)) == others


WRITTEN = (
    "ceramic_cache_ceramiccache", "registry_event", "registry_hashscorerlink", "registry_passport", "registry_score",
    "registry_stamp", "registry_humanpoints", "registry_humanpointscommunityqualifiedusers",
)  # fmt: skip


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_bound_list_stays_a_list(committed_rows: None, text: str) -> None:
    """Texts in an array have a syntax of their own."""
    echo = statement("test.echo", "SELECT %(one)s::text, %(many)s::text[]")
    assert send(Step(echo, {"one": text, "many": [text, "", text]})) == [[(text, [text, "", text])]]
