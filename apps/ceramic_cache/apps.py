from django.apps import AppConfig


class CeramicCacheConfig(AppConfig):
    name = "apps.ceramic_cache"
    label = "ceramic_cache"
    verbose_name = "Stored stamps and bans"
    default_auto_field = "django.db.models.BigAutoField"
