"""PostgreSQL: named statements in one round trip, bulk work, schema check, concurrent indexes."""
