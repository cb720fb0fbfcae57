"""Pictures for the documentation."""

from io import BytesIO
from pathlib import Path

COLOURS = 128


def keep_picture(png: bytes, path: Path) -> None:
    """Writes it with few colours, in a third of the bytes. Pillow comes with the requirements of `make screenshots`."""
    from PIL import Image  # noqa: PLC0415 - only who wants pictures needs it

    with Image.open(BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
