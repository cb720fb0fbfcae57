from django.apps import AppConfig


class AccountConfig(AppConfig):
    name = "tests.mounted.host.account"
    label = "account"
