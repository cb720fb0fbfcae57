"""Times that a run itself made: no two services make the same one. Pure."""

from datetime import datetime, timedelta

# Longer than any run; the dates of credentials lie beyond it.
LONGEST_RUN = timedelta(days=1)


def is_of_the_run(text: str, since: datetime) -> bool:
    """Whether the text is a time in ISO form, with a zone, from the run that began at `since`."""
    if len(text) < 19 or text[4:5] != "-":
        return False
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None and since <= moment <= since + LONGEST_RUN
