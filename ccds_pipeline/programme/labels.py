r"""Wordings that mean the same: the form in which headers and answer labels are compared.

Only the comparison form belongs here; which wordings a programme accepts belongs in its file.
"""

from __future__ import annotations

import html
import re
import unicodedata

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_PLAIN = {
    **dict.fromkeys(map(ord, "‘’‚‛′ʼ`´"), "'"),
    **dict.fromkeys(map(ord, "“”„‟″"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad")),
}


def normalise_label(text: str) -> str:
    """Reduce a header or an answer label to the form in which wordings are compared.

    HTML tags and entities, curly quotes, dash variants, no-break and zero-width characters, runs of
    white space and case are what tools and people change without meaning anything by it.

    Example:
        >>> normalise_label(" Don’t  <strong>Know</strong> ")
        "don't know"
    """
    plain = _TAG.sub("", html.unescape(text)).translate(_PLAIN)
    return " ".join(unicodedata.normalize("NFKC", plain).translate(_PLAIN).casefold().split())
