"""Classes of our templates. The stylesheet is unfold's, compiled: a class that it has not does nothing, silently."""

import re
from collections.abc import Iterator
from pathlib import Path

import unfold
from django.conf import settings

STYLESHEET = Path(unfold.__file__).parent / "static" / "unfold" / "css" / "styles.css"
CLASS_OF_STYLESHEET = re.compile(r"\.((?:[\w-]|\\.)+)")
CLASSES = re.compile(r'class="([^"]*)"')


def used() -> Iterator[tuple[str, str]]:
    """Each class and where it is."""
    for folder in ("scorer_v2", "apps"):
        for file in (settings.BASE_DIR / folder).rglob("*"):
            if file.suffix == ".html" or (file.suffix == ".py" and "admin" in str(file.parent)):
                for classes in CLASSES.findall(file.read_text()):
                    yield from ((name, file.name) for name in classes.split())


def test_the_stylesheet_has_every_class() -> None:
    known = {re.sub(r"\\(.)", r"\1", name) for name in CLASS_OF_STYLESHEET.findall(STYLESHEET.read_text())}
    found = set(used())
    assert len(found) > 50
    assert sorted((file, name) for name, file in found if name not in known) == []
