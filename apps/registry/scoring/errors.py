"""What can be wrong with the data of a scoring."""


class ScoringError(Exception):
    """An error of the data (section 3.10): the rule or the weights. Its text is stored and answered as `error`."""


class UnreadableScoreError(ValueError):
    """A stored score whose evidence holds no numbers; it cannot be answered as stored."""
