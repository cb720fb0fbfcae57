from django.apps import AppConfig


class CgrantsConfig(AppConfig):
    name = "apps.cgrants"
    label = "cgrants"
    verbose_name = "Contributions"
    default_auto_field = "django.db.models.BigAutoField"
