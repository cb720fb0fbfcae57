"""All that is stored of an address: deleted for good, or reset."""
