"""The image as far as it can be had without a Docker engine: its instructions, and the files that get into it."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings

CHECKOUT: Path = settings.BASE_DIR
DOCKERFILE = CHECKOUT / "Dockerfile"
# Never sent, and large: `.dockerignore` leaves them out too, which a test looks at.
NOT_LOOKED_INTO = {".git", ".venv", ".data", "node_modules"}


@dataclass(frozen=True)
class Instruction:
    name: str
    text: str


def stages() -> list[list[Instruction]]:
    """The instructions of each stage."""
    found: list[list[Instruction]] = []
    for instruction in _instructions(DOCKERFILE.read_text()):
        if instruction.name == "FROM":
            found.append([])
        found[-1].append(instruction)
    return found


def of_kind(stage: list[Instruction], name: str) -> list[str]:
    return [instruction.text for instruction in stage if instruction.name == name]


def words(text: str) -> list[str]:
    """The words of a command, in its JSON form or for a shell."""
    return list(json.loads(text)) if text.startswith("[") else shlex.split(text)


def variables(stage: list[Instruction]) -> dict[str, str]:
    pairs = [pair.partition("=") for text in of_kind(stage, "ENV") for pair in shlex.split(text)]
    return {name: value for name, _, value in pairs}


def files_sent() -> list[str]:
    """The files of the checkout that `.dockerignore` lets into the build."""
    rules = [line.strip() for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line.strip()]
    return [path for path in _files() if not _is_ignored(PurePosixPath(path), rules)]


def send_to(folder: Path) -> None:
    """What `COPY . .` makes of the checkout."""
    for path in files_sent():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(CHECKOUT / path, folder / path)


def _instructions(text: str) -> Iterator[Instruction]:
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in lines.replace("\\\n", " ").splitlines():
        name, _, rest = line.strip().partition(" ")
        if name:
            yield Instruction(name.upper(), rest.strip())


def _files() -> Iterator[str]:
    for top in CHECKOUT.iterdir():
        found = [] if top.name in NOT_LOOKED_INTO else ([top] if top.is_file() else top.rglob("*"))
        yield from (path.relative_to(CHECKOUT).as_posix() for path in found if path.is_file())


def _is_ignored(path: PurePosixPath, rules: list[str]) -> bool:
    """The last rule that fits the file, or a folder that it is in, decides."""
    ignored = False
    for rule in rules:
        pattern = _pattern(rule.removeprefix("!"))
        if any(pattern.fullmatch(str(each)) for each in (path, *path.parents)):
            ignored = not rule.startswith("!")
    return ignored


def _pattern(rule: str) -> "re.Pattern[str]":
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    tokens = re.split(r"(\*\*/|\*\*|\*|\?)", rule)
    return re.compile("".join(parts.get(token, re.escape(token)) for token in tokens))
