"""What a file is by its first bytes, so that a wrong kind of file is refused by its own name.

Recognising kinds of files belongs here; encodings belong in ``encoding``, the layouts of tools in
their readers.
"""

from __future__ import annotations

import re

from ccds_pipeline.errors import FileRefusedError

HEAD_BYTES = 4096
_WORKBOOK = b"PK\x03\x04"
_BINARY = (
    (
        b"PK",
        "a workbook, or a damaged zip archive",
        "Deliver the tool's own export as text, or the zip archive as the tool wrote it.",
    ),
    (b"\x1f\x8b", "gzip-compressed", "Deliver the file unpacked."),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Excel file", "Deliver the tool's own export."),
    (b"%PDF", "a PDF document", "Deliver the tool's own export."),
    (b"BZh", "bzip2-compressed", "Deliver the file unpacked."),
    (b"\xfd7zXZ", "xz-compressed", "Deliver the file unpacked."),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed", "Deliver the file unpacked."),
)
_HTML = re.compile(r"<(!doctype|html|head|body|meta|script|table|\?xml)\b", re.IGNORECASE)
_JSON = re.compile(r"""[\[{]\s*["\[{\]}]""")

_BEFORE_MARKUP = "\ufeff \t\r\n"


def is_workbook(head: bytes) -> bool:
    """Whether a file starts as a zip container, which is what an ``.xlsx`` workbook is."""
    return head.startswith(_WORKBOOK)


def refuse_binary(head: bytes) -> None:
    """Refuse a file that is empty, or is no text by its first bytes.

    Raises:
        FileRefusedError: Rule ``file_empty`` or ``not_text``.
    """
    if not head:
        raise FileRefusedError(
            "file_empty",
            "The file has no bytes",
            remedy="Export it again; an empty export still has its header.",
        )
    for signature, kind, remedy in _BINARY:
        if head.startswith(signature):
            raise FileRefusedError("not_text", f"The file is {kind}", remedy=remedy)


def starts_as_json(start: str) -> bool:
    """Whether a text starts as a JSON document."""
    return _JSON.match(start.lstrip(_BEFORE_MARKUP)) is not None


def refuse_markup(start: str) -> None:
    """Refuse a web page or a JSON document that was saved under a table's name.

    Raises:
        FileRefusedError: Rule ``html_page`` or ``json_document``.
    """
    text = start.lstrip(_BEFORE_MARKUP)
    if _HTML.match(text):
        raise FileRefusedError(
            "html_page",
            "The file is a web page, not a table",
            remedy="Sign in to the tool again and repeat the export: this is its sign-in or error page.",
        )
    if starts_as_json(text):
        raise FileRefusedError(
            "json_document",
            "The file is a JSON document, not a table",
            remedy="Export the table from the tool's export page instead of its programming interface.",
        )
