"""AWS Lambda: events of load balancers and secrets."""
