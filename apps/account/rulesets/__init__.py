"""Custom credential rulesets: what a custom credential proves."""
