"""What a PostgreSQL text can hold."""


def is_storable(text: str) -> bool:
    """Whether the text has neither a NUL nor half of a surrogate pair."""
    return "\0" not in text and (text.isascii() or _has_an_encoding(text))


def _has_an_encoding(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
