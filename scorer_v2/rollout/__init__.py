"""The rollout: which requests this service answers, by header or percentage."""
