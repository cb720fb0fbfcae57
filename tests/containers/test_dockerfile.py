"""The Dockerfile, and what gets into the image. tests/containers/test_image.py carries out its steps."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.containers.image import CHECKOUT, DOCKERFILE, files_sent, of_kind, stages, variables
from tests.server.profiles import profile_environment

COMPILERS = ("gcc", "g++", "clang", "build-essential", "libc6-dev", "apt-get", "apk")


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_it_has_a_stage_to_build_and_one_to_run_of_the_same_python() -> None:
    build, run = stages()
    (built_from,), (run_from,) = of_kind(build, "FROM"), of_kind(run, "FROM")
    assert built_from == f"{run_from} AS build"
    assert re.fullmatch(r"python:3\.\d+-slim", run_from)


def test_the_final_image_gets_no_compiler_and_nothing_from_the_network() -> None:
    _, run = stages()
    for text in of_kind(run, "RUN"):
        assert not any(word in text for word in (*COMPILERS, "pip", "curl", "wget"))
    assert all(text.startswith("--from=build ") for text in of_kind(run, "COPY"))
    assert of_kind(run, "ADD") == []


def test_requirements_are_installed_by_their_hashes_and_nothing_else_is() -> None:
    build, _ = stages()
    installs = [text for text in of_kind(build, "RUN") if "install" in text and "apt-get" not in text]
    assert installs == ["/opt/venv/bin/pip install --require-hashes --requirement requirements.txt"]


def test_it_runs_as_a_user_without_rights_by_number() -> None:
    _, run = stages()
    (user,) = of_kind(run, "USER")
    assert int(user) >= 10_000
    names = [instruction.name for instruction in run]
    assert names.index("USER") < names.index("CMD")


def test_no_secret_is_in_it() -> None:
    """The values that the build needs are of one RUN, and no variables of the image."""
    for stage in stages():
        assert not {"SECRET_KEY", "DATABASE_URL", "CGRANTS_API_TOKEN"} & set(variables(stage))
        assert of_kind(stage, "ARG") == []


def test_gunicorn_gets_the_signals() -> None:
    """A shell in between would keep SIGTERM to itself."""
    _, run = stages()
    (command,) = of_kind(run, "CMD")
    shell, option, text = json.loads(command)
    assert (shell, option) == ("sh", "-c")
    assert text.startswith("exec gunicorn -c deploy/gunicorn.conf.py ")


def test_what_is_sent_to_the_build_is_the_service_and_nothing_else() -> None:
    sent = files_sent()
    tops = {path.partition("/")[0] for path in sent}
    assert tops == {"apps", "scorer_v2", "settings", "manage.py", "requirements.txt", "deploy"}
    assert [path for path in sent if path.startswith("deploy/")] == ["deploy/gunicorn.conf.py"]
    assert not [path for path in sent if "__pycache__" in path or path.endswith((".env", ".key", ".pyc", ".sqlite3"))]


@pytest.mark.parametrize("path", ["scorer_v2/wsgi.py", "apps/registry/scoring/proofs.py", "settings/production.py"])
def test_the_code_is_sent(path: str) -> None:
    assert path in files_sent()


def test_everything_but_code_that_the_packages_hold_is_sent_too() -> None:
    for package in ("apps", "scorer_v2", "settings"):
        here = {
            path.relative_to(CHECKOUT).as_posix()
            for path in (CHECKOUT / package).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert here <= set(files_sent())


def test_the_service_imports_only_what_the_image_has() -> None:
    """All modules that serving needs are of Python itself, ours, or of a requirement that is pinned."""
    program = (
        "import json, sys, scorer_v2.wsgi, scorer_v2.urls, gunicorn.app.wsgiapp; print(json.dumps(list(sys.modules)))"
    )
    environment = profile_environment("default") | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
    imported -= {"_distutils_hack"}  # setuptools puts it into every process
    imported -= {"setproctitle"}  # gunicorn takes it where it is there, as for proving
    distributions = importlib.metadata.packages_distributions()
    needed = {normal(distributions[name][0]) for name in imported & set(distributions)}
    needed -= {"passport-scorer-v2"}
    assert {"django", "psycopg", "gunicorn"} <= needed <= pinned()


def pinned() -> set[str]:
    lines = (CHECKOUT / "requirements.txt").read_text().splitlines()
    return {normal(line.partition("==")[0]) for line in lines if re.match(r"[A-Za-z0-9]", line)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()
