from django.apps import AppConfig


class CeramicCacheConfig(AppConfig):
    name = "tests.mounted.host.ceramic_cache"
    label = "ceramic_cache"
