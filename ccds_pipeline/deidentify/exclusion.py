"""Which delivered rows are excluded: those of somebody who was erased, and those of too old a delivery.

They are excluded under a reason, so that every delivered row stays accounted for. Where the list of
erased persons is kept belongs in ``ingest.store.erased``.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ccds_pipeline.deidentify.pseudonym import RECORD_PURPOSE, Pseudonymiser
from ccds_pipeline.programme.model import Source

ERASED, PAST_RETENTION = "erased", "past_retention"


@dataclass(frozen=True)
class ErasedList:
    """The list of erased persons: keyed hashes under a secret of their own, so that they join with nothing.

    Args:
        hashing: Makes the hashes, with the list's secret instead of the pseudonym key.
        hashes: Those of the addresses, records and booking references of erased persons.
    """

    hashing: Pseudonymiser
    hashes: frozenset[str]

    def persons(self, emails: pd.Series) -> pd.Series:
        """Return the hash of each e-mail address; missing where it names nobody."""
        return self.hashing.person_keys(emails)

    def records(self, record_keys: pd.Series, source_id: str) -> pd.Series:
        """Return the hash of each record's pseudonym."""
        return self.hashing.keys(record_keys, purpose=f"{RECORD_PURPOSE}{source_id}")

    def references(self, reference_keys: pd.Series) -> pd.Series:
        """Return the hash of each booking reference's pseudonym."""
        return self.hashing.keys(reference_keys, purpose="reference")


@dataclass(frozen=True)
class RowExclusion:
    """Excludes rows before anything of them is stored."""

    erased: ErasedList | None = None
    is_past_retention: bool = False

    def reasons(
        self, fields: pd.DataFrame, record_keys: pd.Series, pseudonymiser: Pseudonymiser, source: Source
    ) -> pd.Series:
        """Return the reason for each row that is excluded.

        A row belongs to an erased person by its address; a survey response, or a row without an
        address, also by its record and booking reference, as responses are linked.

        Args:
            fields: Canonical fields, one row per delivered row, as ``ingest.conform.fields`` gives them.
            record_keys: Pseudonyms of the records, same index.
            pseudonymiser: Made them.
            source: Where the rows come from.
        """
        # control: what is too old is not loaded again
        if self.is_past_retention:
            return pd.Series(PAST_RETENTION, index=fields.index, dtype="str")
        if self.erased is None or not self.erased.hashes:
            return pd.Series(dtype="str", index=fields.index[:0])
        listed = self.erased
        persons = listed.persons(fields["email"])
        references = pseudonymiser.keys(fields["reference"], purpose="reference")
        by_record = listed.records(record_keys, source.id).isin(listed.hashes) | listed.references(
            references
        ).isin(listed.hashes)
        has_no_address = persons.isna() | (source.record == "response")
        # control: who was erased stays away
        # control: their records stay away too
        is_erased = persons.isin(listed.hashes) | (by_record & has_no_address)
        return pd.Series(ERASED, index=fields.index[is_erased], dtype="str")

    def excludes(self, emails: pd.Series) -> pd.Series:
        """Return for each address whether nothing of its rows may be kept, not even if they are rejected."""
        if self.is_past_retention or self.erased is None or not self.erased.hashes:
            return pd.Series(self.is_past_retention, index=emails.index)
        return self.erased.persons(emails).isin(self.erased.hashes)


EXCLUDE_NOBODY = RowExclusion()
"""Excludes nobody."""
