"""Makes the package of the Lambda function: the pinned requirements and the code, compiled, as a zip file.

    python deploy/cloudformation/package_lambda.py scorer-v2.zip

Run it with the Python and on the processor that the function has (service.yaml: 3.13, arm64), where one requirement may
need a compiler: in the image public.ecr.aws/sam/build-python3.13, for example. The same checkout gives the same bytes.
"""

import compileall
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
CODE = ("apps", "scorer_v2", "settings")
# Where Lambda unpacks it; for tracebacks.
FUNCTION_FOLDER = "/var/task"
# The first that a zip file can hold.
TIME = (1980, 1, 1, 0, 0, 0)
LARGEST_UNZIPPED = 250 * 1024 * 1024
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile")


def main(output: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder)
        install(content)
        copy_code(content)
        compile_all(content)
        size = sum(file.stat().st_size for file in content.rglob("*") if file.is_file())
        if size > LARGEST_UNZIPPED:
            raise SystemExit(f"The package has {size:,} bytes; Lambda takes {LARGEST_UNZIPPED:,}.")
        write_zip(content, Path(output))
    sys.stdout.write(f"{output}: {Path(output).stat().st_size:,} bytes, unzipped {size:,}\n")


def install(content: Path) -> None:
    """The requirements, checked against their hashes."""
    requirements = ("--require-hashes", "--requirement", str(CHECKOUT / "requirements.txt"))
    subprocess.run([sys.executable, *PIP, *requirements, "--target", str(content)], check=True)  # noqa: S603 - our own words
    shutil.rmtree(content / "bin", ignore_errors=True)


def copy_code(content: Path) -> None:
    for name in CODE:
        shutil.copytree(CHECKOUT / name, content / name, ignore=shutil.ignore_patterns("__pycache__"))
    (content / "staticfiles").mkdir()
    (content / "staticfiles" / ".keep").touch()


def compile_all(content: Path) -> None:
    """The function's folder is read-only: what is not compiled here is compiled in every cold start.

    Compiled files that are never compared with their source need not have its time, which a zip file cannot keep.
    """
    compileall.compile_dir(
        content,
        quiet=1,
        stripdir=str(content),
        prependdir=FUNCTION_FOLDER,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


def write_zip(content: Path, output: Path) -> None:
    """In the order of names, all of one time."""
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for file in sorted(path for path in content.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(content).as_posix(), TIME)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, file.read_bytes(), compresslevel=9)


if __name__ == "__main__":
    main(*sys.argv[1:])
