from tests.endpoints.conftest import scoring_world

__all__ = ["scoring_world"]
