"""The OWASP API Security Top 10 (2023), and what else must not open, as tests. SECURITY.md says which is where.

| item | tests |
|---|---|
| API1 broken object level authorization | test_objects_of_others |
| API2 broken authentication | test_tokens, test_keys, test_guessed_keys; of the admin site: tests/admin/test_login |
| API3 broken object property level authorization | test_properties |
| API4 unrestricted resource consumption | test_resources, test_slow_clients, test_guessed_keys |
| API5 broken function level authorization | test_functions |
| API6 unrestricted access to sensitive business flows | test_business_flows, test_forged_credentials |
| API7 server side request forgery | test_outgoing_requests |
| API8 security misconfiguration | test_configuration, test_secrets |
| API9 improper inventory management | test_inventory |
| API10 unsafe consumption of APIs | test_forged_credentials, test_cached_values |
| injection | test_sql |
| supply chain | test_dependencies |
"""
