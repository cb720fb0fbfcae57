"""Ethereum addresses for rows."""

import factory


def address(number: int) -> str:
    """A lowercase address that says its number in hex."""
    return f"0x{number:040x}"


class Address(factory.Sequence):
    """A declaration: every row has an address of its own. `base` keeps the addresses of factories apart."""

    def __init__(self, base: int) -> None:
        super().__init__(lambda n: address((base << 128) + n + 1))
