"""One chunk of delivered rows → pseudonymised rows for staging, and an account of the others.

This is the whole way from conform over validate to anonymise, as one pure function over frames.
Direct identifiers end here: nothing that this module returns holds one. Reading files belongs in
``sources``, storing in ``ingest.store.staging``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ccds_pipeline.deidentify.exclusion import EXCLUDE_NOBODY, RowExclusion
from ccds_pipeline.deidentify.generalise import Places, staff_group_of
from ccds_pipeline.deidentify.link_code import link_code_keys, link_code_variants, normalised_link_codes
from ccds_pipeline.deidentify.pseudonym import RECORD_PURPOSE, Pseudonymiser
from ccds_pipeline.deidentify.redaction.redact import redact
from ccds_pipeline.deidentify.roster import Roster, full_name_keys, name_keys
from ccds_pipeline.ingest.conform.alternatives import settle_alternatives
from ccds_pipeline.ingest.conform.answers import conform_answers, conform_comments
from ccds_pipeline.ingest.conform.cell_faults import DECISIVE, faulty_parts
from ccds_pipeline.ingest.conform.faults import Faults
from ccds_pipeline.ingest.conform.fields import blank_to_missing, conform_fields, emails_of
from ccds_pipeline.ingest.conform.layout import FAULT, FILE, LINE
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.programme.model import Programme, Source
from ccds_pipeline.schemas.records import broken_rules

_SEPARATOR = "\x1f"
_REQUIRED = {"booking": ("session_code", "status"), "attendance": ("session_code", "joined_at", "left_at")}


@dataclass(frozen=True)
class Prepared:
    """What became of one chunk.

    ``records`` has one row per staged record (columns of its staging table, and record_key,
    file_number, line); ``answers``, ``comments`` and ``code_variants`` refer to its version_key.
    ``rejected`` has file_number, line, column_name, rule; ``excluded`` has file_number, line, reason.
    No row is in two of records, rejected and excluded; together they are all rows received. ``names``
    are the keyed hashes of the words of all names in rows that are not excluded, with their holders
    (columns of ``staging.name_token``). ``rejected_records`` has record_key, person_key, file_number and
    line of the rejected rows whose record is known, without those of erased persons.
    """

    records: pd.DataFrame
    answers: pd.DataFrame
    comments: pd.DataFrame
    code_variants: pd.DataFrame
    rejected: pd.DataFrame
    excluded: pd.DataFrame
    names: pd.DataFrame
    rejected_records: pd.DataFrame


def prepare(
    rows: pd.DataFrame,
    *,
    source: Source,
    programme: Programme,
    pseudonymiser: Pseudonymiser,
    places: Places,
    delivery: str,
    names: frozenset[str] = frozenset(),
    exclusion: RowExclusion = EXCLUDE_NOBODY,
) -> Prepared:
    """Conform, validate and pseudonymise one chunk of delivered rows.

    Args:
        rows: One row per delivered record, with the columns that ``layout.pick_columns`` gives.
        source: Where they come from.
        programme: What the source's questions mean.
        pseudonymiser: Makes the keyed pseudonyms.
        places: Recognises employers.
        delivery: Date of the delivery; part of the key of records that have no identifier.
        names: Keyed hashes of the words of names that are known from elsewhere.
        exclusion: Which rows are excluded, because somebody was erased or the delivery is too old.

    Returns:
        Every row of the chunk, as a record, a rejection or an exclusion.
    """
    rows, contradictions = settle_alternatives(rows.reset_index(drop=True))
    faults = Faults(rows)
    faults.add_each(rows[FAULT].astype("object"), column="")
    kept, excluded = _leave_out_excluded(rows, contradictions, source, faults)
    fields = conform_fields(kept, source, faults, delivered_on=date.fromisoformat(delivery))
    answers = conform_answers(kept, source, programme, faults)
    keys = _natural_keys(kept, source, faults, delivery)
    _validate(fields, source, faults)
    record_keys = pseudonymiser.keys(keys, purpose=f"{RECORD_PURPOSE}{source.id}")
    unsound = fields.loc[fields.index.intersection(faults.rows)]
    sound = fields.drop(index=unsound.index)
    excluded_by = exclusion.reasons(sound, record_keys[sound.index], pseudonymiser, source)
    excluded = pd.concat([excluded, rows.loc[excluded_by.index, [FILE, LINE]].assign(reason=excluded_by)])
    good = sound.index.difference(excluded_by.index)
    comments = conform_comments(kept.loc[good], source, programme)
    answers = answers[answers["row"].isin(good)]
    fields = _with_one_spelling(fields.loc[good])
    records = _pseudonymised(fields, source, programme, pseudonymiser, places)
    records["record_key"] = record_keys[good]
    records[["file_number", "line"]] = kept.loc[good, [FILE, LINE]]
    named = _names(rows.drop(index=excluded.index), source, pseudonymiser, exclusion)
    redacted = _redacted(comments, Roster(names.union(named["name_key"]), pseudonymiser))
    # The comment as written: what is redacted grows with the roster, and must not make a new version.
    as_written = comments.assign(text=pseudonymiser.keys(comments["text"], purpose="comment"))
    records["version_key"] = _content_hashes(
        records.drop(columns=["file_number", "line"]), answers, as_written
    )
    return Prepared(
        records=records,
        answers=_attach(records, answers),
        comments=_attach(records, redacted),
        code_variants=_attach(records, _code_variants(fields, programme, pseudonymiser)),
        rejected=faults.references(),
        excluded=excluded.rename(columns={FILE: "file_number", LINE: "line"}),
        names=named,
        rejected_records=_rejected_records(
            unsound, record_keys, rows, source=source, pseudonymiser=pseudonymiser, exclusion=exclusion
        ),
    )


def _leave_out_excluded(
    rows: pd.DataFrame, contradictions: Mapping[str, pd.Index], source: Source, faults: Faults
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that are to be read, and file, line and reason of those that the source excludes.

    What decides on an exclusion, or on which record a row is, is judged first; the other columns of an
    excluded row are not judged at all.
    """
    faulty = dict(faulty_parts(rows.columns))
    for column, name in faulty.items():
        if name in DECISIVE:
            faults.add_each(rows[column].astype("object"), column=name)
    for part in filter(_decides_exclusion, contradictions):
        _note_contradiction(part, contradictions[part], source, faults)
    reasons = _exclusions(rows.drop(index=faults.rows), source)
    excluded = rows.loc[reasons.index, [FILE, LINE]].assign(reason=reasons)
    kept = rows.drop(index=faults.rows.union(excluded.index))
    for column, name in faulty.items():
        faults.add_each(kept[column].astype("object"), column=name)
    for part, contradicting in contradictions.items():
        _note_contradiction(part, contradicting.intersection(kept.index), source, faults)
    return kept, excluded


def _decides_exclusion(part: str) -> bool:
    return part.startswith("exclude.")


def _note_contradiction(part: str, rows: pd.Index, source: Source, faults: Faults) -> None:
    kind, _, name = part.partition(".")
    column = source.exclude[int(name)].reason if kind == "exclude" else name or kind
    faults.add(rows, column=column, rule="columns_contradict")


def _rejected_records(
    fields: pd.DataFrame,
    record_keys: pd.Series,
    rows: pd.DataFrame,
    *,
    source: Source,
    pseudonymiser: Pseudonymiser,
    exclusion: RowExclusion,
) -> pd.DataFrame:
    """Return which records the rejected rows are of; without an identifier no other delivery has the same."""
    known = fields.loc[record_keys[fields.index].notna() & bool(source.key)]
    # control: rejected rows of who was erased leave nothing
    known = known.drop(index=exclusion.reasons(known, record_keys[known.index], pseudonymiser, source).index)
    place = rows.loc[known.index, [FILE, LINE]].rename(columns={FILE: "file_number", LINE: "line"})
    return place.assign(
        record_key=record_keys[known.index], person_key=pseudonymiser.person_keys(known["email"])
    )


def _exclusions(rows: pd.DataFrame, source: Source) -> pd.Series:
    """Return the reason of each excluded row; of several that fit, the first by the alphabet."""
    reasons = pd.Series(None, index=rows.index, dtype="str")
    for number, exclusion in sorted(enumerate(source.exclude), key=lambda numbered: numbered[1].reason):
        name = f"exclude.{number}"
        if name in rows:
            texts = blank_to_missing(rows[name]).fillna("")
            wanted = {normalise_label(text) for text in exclusion.equals}
            fits = texts.map({text: normalise_label(text) in wanted for text in texts.unique()}).astype(
                "bool"
            )
            reasons = reasons.mask(fits & reasons.isna(), exclusion.reason)
    return reasons.dropna()


def _natural_keys(rows: pd.DataFrame, source: Source, faults: Faults, delivery: str) -> pd.Series:
    if not source.key:
        line = rows[[FILE, LINE]].astype("str")
        return delivery + _SEPARATOR + line[FILE] + _SEPARATOR + line[LINE]
    parts = [blank_to_missing(rows[f"key.{number}"]).fillna("") for number in range(len(source.key))]
    keys = _joined(parts)
    faults.add(
        keys.index[keys.str.replace(_SEPARATOR, "", regex=False) == ""], column="key", rule="key_missing"
    )
    return keys


def _validate(fields: pd.DataFrame, source: Source, faults: Faults) -> None:
    missing_before = faults.rows
    for name in _REQUIRED.get(source.record, ()):
        blank = fields.index[fields[name].isna()].difference(missing_before)
        faults.add(blank, column=name, rule="value_missing")
    understood = fields.drop(index=fields.index.intersection(faults.rows))
    for broken in broken_rules(understood, kind=source.record):
        faults.add(broken.rows, column=broken.column, rule=broken.rule)


def _with_one_spelling(fields: pd.DataFrame) -> pd.DataFrame:
    if "link_code" not in fields:
        return fields
    return fields.assign(link_code=normalised_link_codes(fields["link_code"]))


def _pseudonymised(
    fields: pd.DataFrame, source: Source, programme: Programme, pseudonymiser: Pseudonymiser, places: Places
) -> pd.DataFrame:
    """Replace what identifies a person by keyed pseudonyms and generalisations; drop the rest."""
    staged = fields.drop(
        columns=[
            "email", "name", "reference", "link_code", "organisation", "job_title", "follow_up_consent",
            "role",
        ],
        errors="ignore",
    )  # fmt: skip
    staged = staged.assign(source_id=source.id, key_id=pseudonymiser.key_id)
    staged["person_key"] = pseudonymiser.person_keys(fields["email"])
    staged["reference_key"] = pseudonymiser.keys(fields["reference"], purpose="reference")
    if "name" in fields:
        staged["full_name_key"] = full_name_keys(fields["name"], pseudonymiser)
    if source.record == "booking":
        # An export without the session's time says at least when the place was booked.
        days = fields["session_starts_at"].fillna(fields["booked_at"])
        belongs = places.place_of(fields["organisation"], days)
        staged[belongs.columns] = belongs
        staged["staff_group"] = staff_group_of(fields["job_title"])
        staged["is_withdrawn"] = fields["follow_up_consent"] == "withdrawn"
    elif source.record == "attendance":
        staff = {normalise_label(role) for role in programme.attendance.facilitator_roles}
        roles = fields["role"].fillna("")
        staged["is_facilitator"] = roles.map(
            {role: normalise_label(role) in staff for role in roles.unique()}
        ).astype("bool")
    else:
        staged["link_code_key"] = link_code_keys(fields["link_code"], pseudonymiser)
        staged["wave"] = source.wave
    return staged


def _code_variants(fields: pd.DataFrame, programme: Programme, pseudonymiser: Pseudonymiser) -> pd.DataFrame:
    if "link_code" not in fields or not programme.linking.near_codes:
        return pd.DataFrame({"row": []})
    return link_code_variants(
        fields["link_code"],
        fields["session_code"],
        pseudonymiser,
        shortest=programme.linking.shortest_near_code,
    )


def _names(
    rows: pd.DataFrame, source: Source, pseudonymiser: Pseudonymiser, exclusion: RowExclusion
) -> pd.DataFrame:
    columns = [name for name in rows.columns if str(name).startswith("name.")]
    if not columns:
        return pd.DataFrame({"name_key": [], "holder_key": []}, dtype="str")
    emails = emails_of(rows, source)
    emails = emails[~exclusion.excludes(emails)]
    names = pd.concat([blank_to_missing(rows.loc[emails.index, name]) for name in columns])
    persons = pd.concat([pseudonymiser.person_keys(emails)] * len(columns))
    return name_keys(names, persons, pseudonymiser)


def _redacted(comments: pd.DataFrame, roster: Roster) -> pd.DataFrame:
    # control: comments are redacted before they are stored
    redacted = redact(comments["text"], roster)
    return comments.drop(columns="text").assign(**{name: redacted[name] for name in redacted.columns})


def _content_hashes(records: pd.DataFrame, answers: pd.DataFrame, comments: pd.DataFrame) -> pd.Series:
    """Hash each record's pseudonymised content; equal content gives an equal hash, in any delivery."""
    text = _row_texts(records)
    for part in (answers, comments):
        lines = part.drop(columns=["row"]).pipe(_row_texts)
        lines = pd.Series(lines.array, index=part["row"].array, dtype="str").sort_values()
        joined = lines.groupby(level=0, sort=False).agg(_SEPARATOR.join)
        text = text + "\x1e" + joined.reindex(text.index).fillna("").astype("str")
    return text.map(lambda content: hashlib.blake2b(content.encode(), digest_size=16).hexdigest()).astype(
        "str"
    )


def _row_texts(frame: pd.DataFrame) -> pd.Series:
    columns = [frame[name].astype("str").fillna("\x00") for name in sorted(frame.columns)]
    return _joined(columns)


def _joined(columns: list[pd.Series]) -> pd.Series:
    return columns[0].str.cat(pd.concat(columns[1:], axis=1), sep=_SEPARATOR) if columns[1:] else columns[0]


def _attach(records: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Replace the chunk's row labels by the version and place of the record that the parts belong to."""
    owner = records[["version_key", "file_number", "line"]]
    return parts.join(owner, on="row").drop(columns="row")
