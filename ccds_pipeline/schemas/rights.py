"""Tables of ``ops`` that serve data subjects' rights: the audit trail and the suppression list.

Neither names a person: the trail holds counts, the list keyed hashes under a secret of its own.
"""

from __future__ import annotations

from ccds_pipeline.schemas.register import Column, Table

AUDIT = Table(
    "ops",
    "audit",
    "One recorded act; rows are only ever added, and each holds the hash of the one before.",
    (
        Column("sequence_n", "integer", "Place in the trail, from 1, without gaps.", minimum=1),
        Column("recorded_at", "instant", "When it was recorded."),
        Column("actor", "text", "Account that did it.", privacy="quasi_identifier"),
        Column(
            "action",
            "text",
            "What was done.",
            allowed=(
                "key_use", "configuration", "release", "approval", "erasure", "export", "rotation",
                "retention",
            ),
        ),
        Column("details", "text", "Counts and identifiers of no person, as canonical JSON."),
        Column("previous_hash", "text", "Hash of the record before; zeros for the first."),
        Column("record_hash", "text", "SHA-256 of the record's canonical JSON, the previous hash included."),
    ),
    key=("sequence_n",),
)  # fmt: skip
SUPPRESSED_PERSON = Table(
    "ops",
    "suppressed_person",
    "One address, record or booking reference of somebody who was erased, as a keyed hash.",
    (
        Column(
            "suppressed_key",
            "text",
            "Keyed hash under the secret of this list; joins with no other table.",
            privacy="pseudonym",
        ),
        Column("kind", "text", "What was hashed.", allowed=("person", "record", "reference")),
    ),
    key=("suppressed_key",),
)
SUPPRESSION_SECRET = Table(
    "ops",
    "suppression_secret",
    "The secret of the suppression list, encrypted under the pseudonym key.",
    (
        Column("key_id", "text", "Pseudonym key that it is encrypted under."),
        Column("encrypted_secret", "text", "AES-256-GCM: nonce and ciphertext, in hexadecimal."),
    ),
    key=("key_id",),
)

TABLES = (AUDIT, SUPPRESSED_PERSON, SUPPRESSION_SECRET)
