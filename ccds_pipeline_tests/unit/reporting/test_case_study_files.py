"""A case study as Markdown, web page and Word document: the same words in each, readable by everybody."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import BytesIO

import docx
from docx.oxml.ns import qn

from ccds_pipeline.reporting.case_study import CaseStudy, Piece, ToldSection
from ccds_pipeline.reporting.case_study_files import FORMATS

STUDY = CaseStudy(
    title="A *warm* welcome",
    notice="Synthetic: nobody is real.",
    sections=(
        ToldSection("What they said", (Piece("Of all, 93%", 1), Piece(" felt <welcome>."))),
        ToldSection(
            "What lasted", (Piece("Later, 8.7", 2), Piece(" of ten."), Piece(" "), Piece("It's quiet."))
        ),
    ),
    notes=("Warm welcome (A1): 93% of 200.", "Calm (A2): 8.7 of 190."),
    left_out="One sentence is left out.",
    source="Source: release 7.",
)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def page() -> _Page:
    parsed = _Page()
    parsed.feed(FORMATS[".html"](STUDY).decode())
    return parsed


def document(study: CaseStudy = STUDY) -> docx.document.Document:
    return docx.Document(BytesIO(FORMATS[".docx"](study)))


def test_markdown_has_footnotes_and_takes_no_text_for_markup():
    text = FORMATS[".md"](STUDY).decode()
    assert text.startswith("# A \\*warm\\* welcome\n\n> Synthetic: nobody is real.\n\n## What they said\n\n")
    assert "Of all, 93%[^1] felt \\<welcome\\>." in text
    assert "Later, 8.7[^2] of ten. It's quiet." in text
    assert text.endswith(
        "Source: release 7.\n\n[^1]: Warm welcome (A1): 93% of 200.\n\n[^2]: Calm (A2): 8.7 of 190.\n"
    )


def test_the_page_has_a_language_a_title_and_headings_in_order_and_runs_nothing():
    tags = page().tags
    assert ("html", {"lang": "en-GB"}) in tags
    assert [tag for tag, _ in tags if re.fullmatch(r"h\d|main", tag)] == ["main", "h1", "h2", "h2", "h2"]
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in tags}
    assert "A *warm* welcome" in page().text
    assert "felt <welcome>." in page().text


def test_notes_and_their_places_on_the_page_lead_to_each_other():
    tags = page().tags
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    targets = [str(attrs["href"]) for tag, attrs in tags if tag == "a"]
    assert len(ids) == len(set(ids))
    assert targets == ["#note-1", "#note-2", "#to-note-1", "#to-note-2"]
    assert {target.removeprefix("#") for target in targets} <= set(ids)
    assert all(attrs.get("aria-label") for tag, attrs in tags if tag == "a")


def test_the_page_tells_that_data_is_synthetic_and_that_something_is_left_out():
    assert "Synthetic: nobody is real." in page().text
    assert "One sentence is left out." in page().text


def test_the_document_reads_back_as_it_was_told():
    paragraphs = document().paragraphs
    assert [one.text for one in paragraphs] == [
        "A *warm* welcome",
        "Synthetic: nobody is real.",
        "What they said",
        "Of all, 93%1 felt <welcome>.",
        "What lasted",
        "Later, 8.72 of ten. It's quiet.",
        "One sentence is left out.",
        "Notes",
        "1 Warm welcome (A1): 93% of 200.",
        "2 Calm (A2): 8.7 of 190.",
        "Source: release 7.",
    ]
    styles = [one.style.name for one in paragraphs if one.style is not None]
    assert styles[0] == "Title"
    assert [style for style in styles if style and style.startswith("Heading")] == ["Heading 1"] * 3
    raised = [run.text for one in paragraphs for run in one.runs if run.font.superscript]
    assert raised == ["1", "2", "1", "2"]


def test_the_document_says_its_title_and_language_and_no_author():
    read = document()
    properties = read.core_properties
    assert (properties.title, properties.language, properties.author) == (STUDY.title, "en-GB", "")
    (language,) = read.styles.element.iter(qn("w:lang"))
    assert language.get(qn("w:val")) == "en-GB"


def test_without_a_notice_and_with_nothing_left_out_neither_is_there():
    plain = CaseStudy("T", "", STUDY.sections, STUDY.notes, "", "Source.")
    assert 'class="notice"' not in FORMATS[".html"](plain).decode()
    assert 'class="left-out"' not in FORMATS[".html"](plain).decode()
    assert FORMATS[".md"](plain).decode().startswith("# T\n\n## What they said")
    assert len(document(plain).paragraphs) == 9
