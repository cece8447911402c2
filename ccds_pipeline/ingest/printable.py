"""Text of others, such as a column's name or a path, as it may be printed on a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """Show characters that steer a terminal, or turn the writing round, as a question mark in a diamond."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
