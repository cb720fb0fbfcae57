"""API keys that will be refused though somebody uses them."""
