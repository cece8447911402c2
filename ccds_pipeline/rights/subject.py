"""Who is meant: from an address as somebody types it to the person's key."""

from __future__ import annotations

import pandas as pd

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline.errors import UsageError


def person_key_of(pseudonymiser: Pseudonymiser, email: str) -> str:
    """Return the person's key; spelling, case and a display name do not matter.

    Raises:
        UsageError: If the text is blank or no address, or a mailbox that several people share. The text
            is not quoted.
    """
    key = pseudonymiser.person_keys(pd.Series([email], dtype="str")).iloc[0]
    if pd.isna(key):
        raise UsageError(
            "this is no personal e-mail address",
            rule="address_is_personal",
            remedy="Give the one address of the person. Blanks and mailboxes that several people share, such "
            "as info@, have no key: nothing is held under them.",
        )
    return str(key)
