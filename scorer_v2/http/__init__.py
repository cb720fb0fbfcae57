"""HTTP: answers, error bodies and schemas, request ids, body parsing, health."""
