"""List the private names (`_name`) of other modules that the code uses: `python -m tools.inner_parts [FOLDER ...]`."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

# Documented, although they begin with an underscore.
PUBLIC = frozenset({"_meta", "_base_manager", "_default_manager", "_replace", "_asdict", "_fields", "_make"})
OWN = frozenset({"self", "cls"})
READERS = frozenset({"getattr", "setattr", "hasattr", "delattr"})


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC


def private_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of each private name that the code reads of something else than `self` and `cls`."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=value, attr=name) if is_private(name):
                if not (isinstance(value, ast.Name) and value.id in OWN):
                    yield node.lineno, ast.unparse(node)
            case ast.Call(func=ast.Name(id=function), args=[_, ast.Constant(value=str(name)), *_]):
                if function in READERS and is_private(name):
                    yield node.lineno, ast.unparse(node)
            case ast.ImportFrom(module=module, names=names):
                parts = [*(module or "").split("."), *(alias.name for alias in names)]
                yield from ((node.lineno, f"{module}: {part}") for part in parts if is_private(part))
            case ast.Import(names=names):
                yield from ((node.lineno, a.name) for a in names if any(map(is_private, a.name.split("."))))


def main(folders: list[str]) -> int:
    """Print file, line and name of each, and their number; return 1 where there are any."""
    found = [
        f"{path}:{line}: {name}"
        for folder in folders
        for path in sorted(Path(folder).rglob("*.py"))
        for line, name in private_names(ast.parse(path.read_text()))
    ]
    sys.stdout.write("\n".join([*found, f"{len(found)} private names of other modules", ""]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["scorer_v2", "apps", "settings", "deploy"]))
