"""What participants wrote: how many comments have each theme; the comments themselves are in no release."""

from __future__ import annotations

from itertools import groupby

from ccds_pipeline.reporting import marks
from ccds_pipeline.reporting.page import Card, Cell, Column, Section, TableView
from ccds_pipeline.reporting.released import Release, Theme
from ccds_pipeline.reporting.wording import WHY_WITHHELD, WITHHELD, count_text, number_text
from ccds_pipeline.schemas.readings import SHARE


def wrote_section(release: Release) -> Section:
    """Return one table per text question and wave, in the order of the programme's themes."""
    by_question = groupby(release.themes, key=lambda theme: (theme.question_text, theme.wave))
    cards = tuple(_card(list(themes)) for _, themes in by_question)
    lead = _LEAD if cards else "This programme counts no themes of comments."
    return Section("wrote", "What they wrote", f"{lead} {_QUOTATIONS}", cards)


def _card(themes: list[Theme]) -> Card:
    asked = f"{themes[0].wave_label}, “{themes[0].question_text}”"
    found = [theme for theme in themes if theme.comments_n != 0]
    of = next((theme.of_comments_n for theme in themes if theme.of_comments_n is not None), None)
    if all(theme.comments_n is None for theme in themes):
        return Card(f"{asked}: withheld", TableView.of(asked, ()), note=WHY_WITHHELD)
    absent_n = len(themes) - len(found)
    notes = (
        f"Themes in no comment on this question: {absent_n}." if absent_n else "",
        WHY_WITHHELD if any(theme.comments_n is None for theme in found) else "",
    )
    base = f"{count_text(of)} comments" if of is not None else "number of comments not shown"
    most = max((theme.share or 0 for theme in found), default=0) or 1
    title = f"{asked}: {base}"
    return Card(
        title,
        TableView.of(
            title,
            found,
            Column("Theme", lambda theme: Cell(theme.theme_label)),
            Column(
                "Bar", lambda theme: Cell("", picture=marks.bar((theme.share or 0) / most)), is_picture=True
            ),
            Column("Comments", _count_cell, numeric=True),
            Column("Share", _share_cell, numeric=True),
        ),
        note=" ".join(filter(None, notes)),
    )


def _count_cell(theme: Theme) -> Cell:
    return Cell(WITHHELD, muted=True) if theme.comments_n is None else Cell(count_text(theme.comments_n))


def _share_cell(theme: Theme) -> Cell:
    if theme.share is None:
        return Cell(WITHHELD, muted=True)
    return Cell(number_text(theme.share, SHARE.name, n=theme.of_comments_n))


_LEAD = (
    "Themes are counted by rule in comments from which names and places were taken out; a comment may have "
    "several themes."
)
_QUOTATIONS = (
    "The comments themselves are not released. Quotations that were approved for publication are kept apart: "
    "the command “ccds comments quotations” lists them."
)
