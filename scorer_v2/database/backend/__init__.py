"""Django's PostgreSQL backend with connections that wait no longer than the request may take (ENGINE)."""
