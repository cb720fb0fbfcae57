"""Stakes in the first staking contract: `registry_gtcstakeevent`."""
