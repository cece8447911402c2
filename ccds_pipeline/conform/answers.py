"""Delivered answers → options and scores of the programme's scales, and free text apart.

A blank, "not applicable" and a zero are three different things here, and stay so.
"""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.conform.faults import Faults
from ccds_pipeline.conform.fields import blank_to_missing
from ccds_pipeline.programme.model import Programme, Question, QuestionMapping, Scale, Source
from ccds_pipeline.sources.labels import normalise_label

OTHER = "other"
_COLUMNS = ["row", "question_id", "state", "option_code", "score"]
_OUTSIDE = "answer_outside_scale"


def conform_answers(rows: pd.DataFrame, source: Source, programme: Programme, faults: Faults) -> pd.DataFrame:
    """Return one row per answer: row (index label), question_id, state, option_code, score.

    ``state`` is answered, blank or not_applicable; a multiple question gives one row per ticked option.
    Questions that a file does not ask give no row. Rows with an answer outside its scale are noted in
    ``faults``.
    """
    parts = [
        _answers(rows, programme.questions_by_id[question_id], mapping, programme, faults)
        for question_id, mapping in source.questions.items()
        if programme.questions_by_id[question_id].kind != "text"
    ]
    empty = pd.DataFrame({name: pd.Series(dtype="object") for name in _COLUMNS})
    return pd.concat(parts, ignore_index=True) if parts else empty


def conform_comments(rows: pd.DataFrame, source: Source, programme: Programme) -> pd.DataFrame:
    """Return one row per free-text answer that is not blank: row, question_id, text. Personal data."""
    parts = []
    for question_id in source.questions:
        name = f"question.{question_id}"
        if programme.questions_by_id[question_id].kind == "text" and name in rows:
            texts = blank_to_missing(rows[name]).dropna()
            parts.append(pd.DataFrame({"row": texts.index, "question_id": question_id, "text": texts.array}))
    empty = pd.DataFrame({"row": [], "question_id": [], "text": pd.Series(dtype="str")})
    return pd.concat(parts, ignore_index=True) if parts else empty


def _answers(
    rows: pd.DataFrame, question: Question, mapping: QuestionMapping, programme: Programme, faults: Faults
) -> pd.DataFrame:
    scale = programme.scales[question.scale or ""]
    if mapping.option_columns:
        return _ticked_columns(rows, question, mapping)
    name = f"question.{question.id}"
    if name not in rows:
        return pd.DataFrame({column: [] for column in _COLUMNS})
    texts = blank_to_missing(rows[name])
    if question.kind == "multiple":
        texts = _split(texts, mapping.separator)
    meaning = pd.DataFrame([_meaning(text, scale) for text in texts.dropna().unique()], columns=_COLUMNS[2:])
    meaning.index = pd.Index(texts.dropna().unique(), dtype="str")
    blank = pd.DataFrame([("blank", "", None)], columns=_COLUMNS[2:], index=[""])
    answers = pd.concat([blank, meaning]).reindex(texts.fillna(""))
    answers = answers.assign(row=texts.index, question_id=question.id).reset_index(drop=True)[_COLUMNS]
    outside = answers["state"] == _OUTSIDE
    faults.add(pd.Index(answers.loc[outside, "row"]).unique(), column=question.id, rule=_OUTSIDE)
    return answers.drop_duplicates(["row", "option_code"])


def _split(texts: pd.Series, separator: str | None) -> pd.Series:
    parts = texts.str.split(separator or ";", regex=False).explode().str.strip()
    is_gap = (parts == "") & texts.notna().reindex(parts.index)
    return parts[~is_gap]


def _meaning(text: str, scale: Scale) -> tuple[str, str, float | None]:
    label = normalise_label(text)
    if label in {normalise_label(other) for other in scale.not_applicable}:
        return "not_applicable", "", None
    if scale.minimum is not None and scale.maximum is not None:
        is_score = label.isascii() and label.isdigit() and scale.minimum <= int(label) <= scale.maximum
        return ("answered", "", float(label)) if is_score else (_OUTSIDE, "", None)
    for option in scale.options:
        if label in {normalise_label(known) for known in (option.label, option.code, *option.aliases)}:
            return "answered", option.code, None
    return ("answered", OTHER, None) if scale.accepts_other else (_OUTSIDE, "", None)


def _ticked_columns(rows: pd.DataFrame, question: Question, mapping: QuestionMapping) -> pd.DataFrame:
    unticked = {normalise_label(text) for text in mapping.unticked}
    ticked = []
    for code in mapping.option_columns:
        name = f"question.{question.id}.{code}"
        if name in rows:
            texts = blank_to_missing(rows[name]).dropna()
            labels = texts[~texts.map(normalise_label).isin(unticked)].index
            ticked.append(pd.DataFrame({"row": labels, "option_code": code, "state": "answered"}))
    answered = pd.concat(ticked, ignore_index=True) if ticked else pd.DataFrame({"row": []})
    blank = rows.index.difference(pd.Index(answered["row"]))
    blanks = pd.DataFrame({"row": blank, "option_code": "", "state": "blank"})
    return pd.concat([answered, blanks], ignore_index=True).assign(question_id=question.id, score=None)[
        _COLUMNS
    ]
