"""A coverage-guided fuzzer on the reading and verifying of credentials; `python -m tools.prove.fuzzing --help`.

It starts from the recorded credentials, and changes their text or their parts. What must hold for any input: the check
does not raise, finds a reason of its own making, stays within its budget of hashes, comes to an end soon, and accepts
nothing that nobody signed. Each input has a limit of time and of memory.

`--without-repair` takes the refusal of double members and the budget out of the verifier: then the fuzzer must find the
credential that hashes without end.
"""

import argparse
import copy
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["apps.registry.scoring"]):
    from apps.registry.scoring import eip712, hash_budget
    from apps.registry.scoring.documents import InvalidDocument, check_document, parse_document
    from apps.registry.scoring.proof_dates import normalised_date
    from apps.registry.scoring.proofs import proof_fault

from tests.unit.scoring.proof_samples import NOW, RECORDED, part_at, paths, replaced

# Of CPU, with the instrumentation of the fuzzer, which takes most of it.
SLOW_SECONDS = 0.5
INPUT_SECONDS = 5
INPUT_MEGABYTES = 1024
MAX_HASHES = 2 * hash_budget.MAX_HASHES + 2  # of the types, and of the values
WRITTEN_EVERY = 500
OWN_WORDS = "could not be checked"

CREDENTIALS = [entry["credential"] for entry in RECORDED]
PIECES: list[Any] = [
    None, True, 0, -1, 2**63, 2**70, 1.5, "", "x", "0x", "0x00", "string", "string[]", "uint256", "bytes33", "bool",
    "did:key:z", "did:ethr:0x" + "0" * 40, "2026-01-01T00:00:00Z", "\0", "\ud800", [], {}, [[]], [None], {"": None},
]  # fmt: skip
NAMES = ["hash", "provider", "nullifiers", "id", "type", "more", "@context", "types", "domain", "proofValue", "jws"]


def meaning(credential: dict[str, Any]) -> str:
    """What counts of a credential: all that decides about a score."""
    parts = [credential.get(name) for name in ("issuer", "expirationDate", "credentialSubject")]
    parts[1] = normalised_date(parts[1]) if isinstance(parts[1], str) else parts[1]
    return json.dumps(parts, sort_keys=True)


SIGNED = {meaning(entry["credential"]) for entry in RECORDED if entry["valid"]}


class CountedBudget(hash_budget.HashBudget):
    """Counts on its own, for the case that the verifier's budget is taken out."""

    hashes_of_input = 0

    def keccak256(self, data: bytes) -> bytes:
        CountedBudget.hashes_of_input += 1
        if CountedBudget.hashes_of_input > MAX_HASHES:
            raise MemoryError("more hashes than any budget allows")
        return super().keccak256(data)


def take_out_repair() -> None:
    eip712.refuse_duplicates = lambda _: None
    hash_budget.MAX_HASHES = hash_budget.MAX_HASHED_BYTES = sys.maxsize


class Fuzzing:
    """One run. The figures are written now and then: the fuzzer ends the process on its own."""

    def __init__(self, figures: Path) -> None:
        self.figures = figures
        self.counts: Counter[str] = Counter()

    def __call__(self, data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        if provider.ConsumeIntInRange(0, 3):
            self.counts["credentials with parts replaced"] += 1
            self.judge(changed(provider))
        else:
            self.counts["texts"] += 1
            self.read(data[:-1])  # numbers are taken from the end
        if sum(self.counts.values()) % WRITTEN_EVERY == 0:
            self.figures.write_text(json.dumps(self.counts))

    def read(self, text: bytes) -> None:
        try:
            document = parse_document(text)
        except InvalidDocument:
            return
        self.counts["texts that are documents"] += 1
        self.judge(document)

    def judge(self, credential: Any) -> None:
        try:
            check_document(credential)
        except InvalidDocument:
            return
        CountedBudget.hashes_of_input = 0
        started = time.process_time()
        fault = proof_fault(credential, now=NOW)
        if time.process_time() - started > SLOW_SECONDS:
            raise AssertionError("it took too long")
        if fault is None:
            self.counts["proofs that hold"] += 1
            if meaning(credential) not in SIGNED:
                raise AssertionError(f"nobody signed this: {meaning(credential)}")
        elif OWN_WORDS in fault:
            raise AssertionError(fault)


def changed(provider: Any) -> Any:
    """One of the recorded credentials, with some parts replaced by pieces or by other parts, and some added."""
    credential = CREDENTIALS[provider.ConsumeIntInRange(0, len(CREDENTIALS) - 1)]
    for _ in range(provider.ConsumeIntInRange(0, 5)):
        places = [path for path in paths(credential) if path]
        if not places:
            break
        lists = [path for path in places if isinstance(part_at(credential, path), list)]
        if lists and provider.ConsumeBool():  # what a list has, many times: a type with several members of one name
            path = lists[provider.ConsumeIntInRange(0, len(lists) - 1)]
            repeated = copy.deepcopy(part_at(credential, path)) * provider.ConsumeIntInRange(2, 9)
            credential = replaced(credential, path, repeated)
            continue
        path = places[provider.ConsumeIntInRange(0, len(places) - 1)]
        if isinstance(part_at(credential, path), dict) and provider.ConsumeBool():
            path = (*path, NAMES[provider.ConsumeIntInRange(0, len(NAMES) - 1)])
        credential = replaced(credential, path, piece(provider, credential, places))
    return credential


def piece(provider: Any, credential: Any, places: list[Any]) -> Any:
    match provider.ConsumeIntInRange(0, 3):
        case 0:
            return PIECES[provider.ConsumeIntInRange(0, len(PIECES) - 1)]
        case 1:
            return copy.deepcopy(part_at(credential, places[provider.ConsumeIntInRange(0, len(places) - 1)]))
        case 2:
            return provider.ConsumeUnicode(24)
        case _:
            return provider.ConsumeInt(9)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.prove.fuzzing")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, required=True, help="for the corpus, the figures and what it finds")
    parser.add_argument("--without-repair", action="store_true", help="the fuzzer must then find the bomb")
    given = parser.parse_args()
    eip712.HashBudget = CountedBudget
    if given.without_repair:
        take_out_repair()
    corpus = given.folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, credential in enumerate(CREDENTIALS[::8]):
        (corpus / str(number)).write_bytes(json.dumps(credential).encode("utf-8", "surrogatepass") + b"\0")
    fuzzing = Fuzzing(given.folder / "figures.json")
    options = [
        f"-max_total_time={given.seconds}", f"-seed={given.seed % 2**31 or 1}", f"-timeout={INPUT_SECONDS}",
        f"-rss_limit_mb={INPUT_MEGABYTES}",
        "-max_len=8192", f"-artifact_prefix={given.folder}/", str(corpus),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options], fuzzing)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
