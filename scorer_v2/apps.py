from django.apps import AppConfig


class ScorerV2Config(AppConfig):
    name = "scorer_v2"

    def ready(self) -> None:
        import scorer_v2.checks  # noqa: F401, PLC0415 - checks register themselves once the apps are loaded
