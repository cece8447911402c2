"""Tell the case study of a programme with the figures of a release, and refuse what these do not bear out.

The sentences are the programme file's; each figure in them is a claim's, as it is released. How the text
becomes a file belongs in ``case_study_files``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ccds_pipeline.errors import CheckFailedError, ConfigurationError
from ccds_pipeline.reporting import wording
from ccds_pipeline.reporting.released import Claim, Release, Value
from ccds_pipeline.schemas.readings import PERSONS, WHOLE, reading_text, units_of
from ccds_pipeline.schemas.verdicts import (
    BORNE_OUT,
    CONTRADICTED,
    DEFINITION_CHANGED,
    HIGHER,
    LOWER,
    MEASURED_AS,
    NOT_COMPUTABLE,
    NOT_DECIDABLE,
    NOT_MEASURED,
    VERDICTS,
)

_FIGURE = re.compile(r"\{([^{}]*)\}")
_SENTENCE_END = re.compile(r"[.!?]?\Z")
_NOT_SHOWN = "not shown in the release"


@dataclass(frozen=True)
class Sentence:
    """A sentence as the programme file has it; ``claims`` are all that it rests on, none of a context.

    ``{claim}`` in the text stands for the figure of one.
    """

    text: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the story with its heading."""

    heading: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Story:
    """The case study as the programme file has it, before it is told."""

    programme_name: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Piece:
    """A piece of a text; ``note`` is the number of the note that follows it, from 1."""

    text: str
    note: int | None = None


@dataclass(frozen=True)
class ToldSection:
    """A part of the told story: one paragraph."""

    heading: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class CaseStudy:
    """A told story.

    Args:
        title: Of the story.
        notice: What is said of the data wherever it is shown; empty for real data.
        sections: In order, without those of which every sentence is left out.
        notes: What each figure is of, in the order of their numbers.
        left_out: What is left out; empty where nothing is.
        source: Where the figures are from, and of which day.
    """

    title: str
    notice: str
    sections: tuple[ToldSection, ...]
    notes: tuple[str, ...]
    left_out: str
    source: str


def tell(story: Story, release: Release, *, leave_out: bool = False) -> CaseStudy:
    """Return the story with the figures of a release.

    Args:
        story: What the programme file says.
        release: Whose figures stand in it; of the same programme.
        leave_out: Whether sentences that the release does not bear out or show are left out, and counted.

    Raises:
        ConfigurationError: If the release is of another programme.
        CheckFailedError: If it does not bear out, or does not show, what a sentence says; with
            ``leave_out`` only if no section is left.
    """
    if release.programme.name != story.programme_name:
        raise ConfigurationError(
            "the release is of another programme than the case study",
            rule="case_study_of_release",
            remedy="Give the programme file of the release with --programme, or its folder with --data.",
        )
    teller = _Teller(release)
    sections = tuple(teller.told(section) for section in story.sections)
    told = tuple(section for section in sections if section.pieces)
    if teller.refused and not (leave_out and told):
        raise _refused(teller.refused)
    return CaseStudy(
        title=story.title,
        notice=release.programme.note or "",
        sections=told,
        notes=tuple(teller.notes),
        left_out=_left_out_text(teller.refused),
        source=_source_text(release),
    )


@dataclass(frozen=True)
class _Refused:
    heading: str
    sentence: Sentence
    reasons: tuple[str, ...]


class _Teller:
    """Puts sentences into words one after the other, and keeps their notes and those that it refuses."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._claims = {claim.claim_id: claim for claim in release.claims}
        self.notes: list[str] = []
        self.refused: list[_Refused] = []

    def told(self, section: Section) -> ToldSection:
        """Return the section; without pieces where every sentence is refused."""
        pieces: list[Piece] = []
        for sentence in section.sentences:
            reasons = tuple(self._reasons(sentence))
            if reasons:
                self.refused.append(_Refused(section.heading, sentence, reasons))
                continue
            pieces += [Piece(" ")] if pieces else []
            pieces += self._pieces(sentence)
        return ToldSection(section.heading, tuple(pieces))

    def _reasons(self, sentence: Sentence) -> Iterator[str]:
        shown = _FIGURE.findall(sentence.text)
        for name in sentence.claims:
            claim = self._claims.get(name)
            reason = (
                f"{_NOT_SHOWN}: it is older than this claim"
                if claim is None
                else _reason(claim, self._release, is_shown=name in shown)
            )
            if reason:
                yield f"{name}: {reason}"

    def _pieces(self, sentence: Sentence) -> Iterator[Piece]:
        rest = 0
        for match in _FIGURE.finditer(sentence.text):
            claim = self._claims[match[1]]
            before = sentence.text[rest : match.start()]
            yield Piece(f"{before}{_figure_text(claim, self._release)}", self._note(claim))
            rest = match.end()
        claims = [self._claims[name] for name in sentence.claims] if not rest else []
        if any(claim.state == NOT_MEASURED for claim in claims):
            yield Piece(_SENTENCE_END.sub(r" (not measured)\g<0>", sentence.text, count=1))
        else:
            yield Piece(sentence.text[rest:], *(self._note(claim) for claim in claims))

    def _note(self, claim: Claim) -> int:
        self.notes.append(_note_text(claim, self._release))
        return len(self.notes)


def _reason(claim: Claim, release: Release, *, is_shown: bool) -> str:
    """Return why a sentence on a claim is refused; empty where it holds."""
    if claim.state in (HIGHER, LOWER):
        return f"{VERDICTS[claim.state]} by {wording.distance_text(claim)}"
    if claim.state in (*CONTRADICTED, NOT_DECIDABLE, DEFINITION_CHANGED, NOT_COMPUTABLE):
        return VERDICTS[claim.state]
    if claim.state == NOT_MEASURED:
        return "not measured, so that there is no figure" if is_shown else ""
    if not _figure_text(claim, release):
        return _NOT_SHOWN
    band = _band(claim, release)
    return "" if band is None or _may_hold(claim, band) else "not in the band that the release shows"


def _may_hold(claim: Claim, band: Value) -> bool:
    if claim.claimed is None or band.interval is None:
        return True
    low, high = band.interval
    if claim.comparator == "=":
        return low <= claim.claimed <= high
    return low >= claim.claimed if claim.comparator in (">", ">=") else high <= claim.claimed


def _figure_text(claim: Claim, release: Release) -> str:
    """Return the figure of a claim within a sentence, or its band; empty where neither is shown."""
    if claim.shown is not None:
        return wording.figure_text(claim, claim.shown).removeprefix("+")
    band = _band(claim, release)
    return "" if band is None else wording.interval_text(band)


def _band(claim: Claim, release: Release) -> Value | None:
    """Return the band that is released in place of a value; claims about another day or a phase have none."""
    if claim.shown is not None or claim.phase != WHOLE or claim.as_of not in (None, release.info.as_of):
        return None
    of_kpi = [value for value in release.overall if value.kpi_id == claim.kpi_id and value.interval]
    is_reading = [
        value
        for value in of_kpi
        if value.estimand == claim.estimand or (not claim.estimand and value.is_headline)
    ]
    return next((value for value in is_reading if value.shown is None), None)


def _note_text(claim: Claim, release: Release) -> str:
    parts = [f"{_kpi_label(claim, release)} ({claim.kpi_id}): {_measured_text(claim, release)}"]
    if claim.state == MEASURED_AS:
        parts.append("published without a figure, and this is the nearest that is measured")
    elif claim.state in BORNE_OUT:
        published = wording.claimed_text(claim, unit=claim.unit or "")
        parts.append(f"published as {published}: {VERDICTS[claim.state]}")
    day = claim.as_of or release.info.as_of
    return f"{'; '.join(parts)}. Data up to {wording.date_text(day)}."


def _measured_text(claim: Claim, release: Release) -> str:
    band = _band(claim, release)
    figure, interval = band or claim, wording.interval_text(claim)
    number = _figure_text(claim, release) if claim.shown is None else wording.figure_text(claim, claim.shown)
    is_count = figure.unit in units_of("count") or figure.estimand is None
    reading = "" if is_count else f", {reading_text(str(figure.estimand))}"
    found = f"{number}{reading} {wording.population_text(figure)}".rstrip()
    if band is not None:
        return f"{found}, shown as a band, since so few answered that noise would move a value too far"
    if interval and claim.unit == PERSONS.name:
        return f"{found}; {interval} if each attendance of somebody not identified was of one more"
    return f"{found}, 95% interval {interval}" if interval else found


def _kpi_label(claim: Claim, release: Release) -> str:
    labels = (value.kpi_label for value in release.values if value.kpi_id == claim.kpi_id)
    return next(labels, claim.kpi_id or "")


def _source_text(release: Release) -> str:
    released_at = wording.instant_text(release.info.released_at)
    source = (
        f"Source: {release.programme.name}, release {release.info.release_id} of {released_at}, "
        f"data up to {wording.date_text(release.info.as_of)}."
    )
    return f"{source} {release.programme.note}".rstrip()


def _left_out_text(refused: list[_Refused]) -> str:
    if not refused:
        return ""
    sentences = "One sentence is" if len(refused) == 1 else f"{len(refused)} sentences are"
    return (
        f"{sentences} left out of this case study, because the released figures do not bear out, or do not"
        " show, what was said there."
    )


def _refused(refused: list[_Refused]) -> CheckFailedError:
    lines = [f"\n  {one.heading}: “{one.sentence.text}” ({'; '.join(one.reasons)})" for one in refused]
    count = "1 sentence" if len(refused) == 1 else f"{len(refused)} sentences"
    return CheckFailedError(
        f"the release does not bear out, or does not show, {count} of the case study:{''.join(lines)}\n ",
        rule="case_study_holds",
        remedy="Correct the sentences in the programme file, or write the rest with --leave-out.",
    )
