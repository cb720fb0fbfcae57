"""Why an address has the score that it has."""
