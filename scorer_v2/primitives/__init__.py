"""Pure building blocks that every layer may import: addresses, hashes, errors, storable text."""
