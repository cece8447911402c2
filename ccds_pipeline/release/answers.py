"""How often each option of a closed question was given, as cells of a release, and released cells as a table.

The rules are those of every share: ``suppression`` and ``protection``. Only the whole is counted.
"""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.programme.model import OTHER, Programme
from ccds_pipeline.release.companion_cells import cells_of, name_of
from ccds_pipeline.release.protection import BAND, withhold
from ccds_pipeline.release.suppression import WITHHELD
from ccds_pipeline.schemas.readings import SHARE, WHOLE
from ccds_pipeline.schemas.register import table_of

_ANSWERS = "answer"
_VERSION = "1"


def answer_cells(counts: pd.DataFrame) -> pd.DataFrame:
    """Return how often options were given, as cells of a release.

    Args:
        counts: Rows of ``kpi.option_count``.

    Returns:
        What ``companion_cells.as_cells`` takes: a share of the answers to the question for each option.
    """
    given, of_answers = (counts[name].astype("float64") for name in ("answers_n", "of_answers_n"))
    return counts[["wave"]].assign(
        kpi_id=[name_of(_ANSWERS, question_id) for question_id in counts["question_id"]],
        estimand=counts["option_code"],
        breakdown=WHOLE,
        level=WHOLE,
        numerator=given,
        denominator=of_answers,
        people_n=counts["of_people_n"].astype("float64"),
        value=given / of_answers,
        unit=SHARE.name,
        definition_version=_VERSION,
        population="answer/" + counts["question_id"] + "/" + counts["wave"],
    )


def released_answers(cells: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the rows of ``reporting.answer`` from released cells, in the order of the programme.

    Of so few answers that noise would move a share too far, nothing is shown: an option has no interval.
    """
    rows = cells_of(cells, _ANSWERS)
    is_band = rows["ci_method"] == BAND
    rows = withhold(rows, rows["suppression_reason"].mask(is_band & ~rows["suppressed"], WITHHELD))
    rows = rows.assign(
        question_id=rows["parts"].str[0],
        option_code=rows["estimand"],
        answers_n=rows["numerator"].astype("Float64").astype("Int64"),
        of_answers_n=rows["denominator"].astype("Float64").astype("Int64"),
        share=rows["value"].astype("Float64"),
    )
    named = rows.merge(_options(programme), on=["question_id", "option_code"])
    waves = {wave.id: number for number, wave in enumerate(programme.waves, start=1)}
    ordered = named.assign(wave_order=named["wave"].map(waves)).sort_values(
        ["wave_order", "question_order", "option_order"], ignore_index=True
    )
    return ordered.filter(table_of("reporting.answer").column_names)


def _options(programme: Programme) -> pd.DataFrame:
    """Return every option of every closed question with its label, in the order of the programme."""
    rows = [
        (question.id, order, question.text, code, place, label)
        for order, question in enumerate(programme.questions, start=1)
        for place, (code, label) in enumerate(_choices(programme, question.scale), start=1)
    ]
    columns = [
        "question_id",
        "question_order",
        "question_text",
        "option_code",
        "option_order",
        "option_label",
    ]
    return pd.DataFrame(rows, columns=columns)


def _choices(programme: Programme, scale_id: str | None) -> list[tuple[str, str]]:
    if scale_id is None:
        return []
    scale = programme.scales[scale_id]
    if scale.is_numeric:
        scores = range(int(scale.minimum or 0), int(scale.maximum or 0) + 1)
        return [(str(score), str(score)) for score in scores]
    other = [(OTHER, "Other")] if scale.accepts_other else []
    return [(option.code, option.label) for option in scale.options] + other
