"""Lay a told case study out as Markdown, as a web page or as a Word document.

What it says belongs in ``case_study``. A page needs no network, no script and no other file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccds_pipeline.reporting.case_study import CaseStudy
from ccds_pipeline.reporting.templates import rendered

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LANGUAGE = "en-GB"


def _as_markdown(study: CaseStudy) -> bytes:
    """Return Markdown with footnotes."""
    notice = [f"> {_plain(study.notice)}"] if study.notice else []
    blocks = [f"# {_plain(study.title)}", *notice]
    for section in study.sections:
        text = "".join(
            _plain(piece.text) + ("" if piece.note is None else f"[^{piece.note}]")
            for piece in section.pieces
        )
        blocks += [f"## {_plain(section.heading)}", text]
    blocks += [_plain(study.left_out)] if study.left_out else []
    blocks.append(_plain(study.source))
    blocks += [f"[^{number}]: {_plain(note)}" for number, note in enumerate(study.notes, start=1)]
    return ("\n\n".join(blocks) + "\n").encode()


def _plain(text: str) -> str:
    """Keep what Markdown would take for markup."""
    return _MARKUP.sub(r"\\\1", text)


def _as_page(study: CaseStudy) -> bytes:
    """Return a web page."""
    return rendered("case_study.html.j2", "case_study.css", study=study, language=_LANGUAGE).encode()


def _as_document(study: CaseStudy) -> bytes:
    """Return a Word document, with its notes at the end."""
    from docx import Document
    from docx.oxml.ns import qn

    document = Document()
    document.styles.element.find(f".//{qn('w:lang')}").set(qn("w:val"), _LANGUAGE)
    document.core_properties.title = study.title
    document.core_properties.language = _LANGUAGE
    document.core_properties.author = document.core_properties.comments = ""
    document.add_heading(study.title, level=0)
    if study.notice:
        document.add_paragraph(study.notice, style="Intense Quote")
    for section in study.sections:
        document.add_heading(section.heading, level=1)
        paragraph = document.add_paragraph()
        for piece in section.pieces:
            paragraph.add_run(piece.text)
            _add_number(paragraph, piece.note)
    if study.left_out:
        document.add_paragraph(study.left_out)
    document.add_heading("Notes", level=1)
    for number, note in enumerate(study.notes, start=1):
        paragraph = document.add_paragraph()
        _add_number(paragraph, number)
        paragraph.add_run(f" {note}")
    document.add_paragraph(study.source)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _add_number(paragraph: Paragraph, number: int | None) -> None:
    if number is not None:
        paragraph.add_run(str(number)).font.superscript = True


FORMATS: Mapping[str, Callable[[CaseStudy], bytes]] = MappingProxyType(
    {".md": _as_markdown, ".html": _as_page, ".docx": _as_document}
)
"""How a case study is laid out, by the ending of the file's name."""
