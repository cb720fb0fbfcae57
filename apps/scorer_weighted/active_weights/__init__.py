"""The active weight configuration, and its way into the scorers."""
