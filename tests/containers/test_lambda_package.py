"""The package of the Lambda function, less its requirements, which are those of the image (test_image.py)."""

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.containers.image import CHECKOUT
from tests.server.profiles import profile_environment

SCRIPT = CHECKOUT / "deploy" / "cloudformation" / "package_lambda.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("package_lambda", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(script: ModuleType, folder: Path) -> Path:
    content = folder / "content"
    content.mkdir()
    script.copy_code(content)
    script.compile_all(content)
    script.write_zip(content, folder / "package.zip")
    shutil.rmtree(content)
    return folder / "package.zip"


@pytest.fixture(scope="module")
def package(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(script, tmp_path_factory.mktemp("package"))


def test_the_same_checkout_gives_the_same_bytes(script: ModuleType, package: Path, tmp_path: Path) -> None:
    assert make(script, tmp_path).read_bytes() == package.read_bytes()


def test_it_has_the_code_and_nothing_else(package: Path) -> None:
    names = zipfile.ZipFile(package).namelist()
    assert {name.partition("/")[0] for name in names} == {"apps", "scorer_v2", "settings", "staticfiles"}
    assert {"scorer_v2/lambda_handler.py", "settings/production.py", "apps/registry/scoring/proofs.py"} <= set(names)


def test_every_module_is_compiled_once_and_for_all(package: Path) -> None:
    """Flags 1: never compared with its source, whose time a zip file does not keep."""
    with zipfile.ZipFile(package) as content:
        names = set(content.namelist())
        for source in [Path(name) for name in names if name.endswith(".py")]:
            compiled = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
            assert compiled.as_posix() in names
            assert content.read(compiled.as_posix())[4:8] == b"\x01\0\0\0"


def test_it_starts_from_a_folder_that_it_cannot_write_to(package: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(package).extractall(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    given = profile_environment("default") | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    program = "import scorer_v2.lambda_handler as module; print(module.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "AWS_LAMBDA_FUNCTION_NAME": "packaged", **given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == str(tmp_path / "scorer_v2" / "lambda_handler.py")
    assert sorted(tmp_path.rglob("*")) == before
    assert "Warning" not in done.stdout + done.stderr
