"""What no production process imports: demo, comparison of services, embedded PostgreSQL, measurements, proofs."""
