"""Rows for tests, one module per app, made with factory-boy.

    from tests.factories.account import ApiKeyFactory, CommunityFactory
    from tests.factories.ceramic_cache import StoredStampFactory

    key = ApiKeyFactory(secret="abcd1234.correct-horse")           # header X-API-Key: abcd1234.correct-horse
    community = CommunityFactory(account=key.account, weights={"Google": "1.25"}, threshold="1")
    StoredStampFactory(credential={...}, address="0x...")

A factory makes the rows that its row needs. Addresses come lowercase; every row has its own.
"""
