from django.apps import AppConfig


class AccountConfig(AppConfig):
    name = "apps.account"
    label = "account"
    verbose_name = "Accounts and lists"
    default_auto_field = "django.db.models.BigAutoField"
