"""Where personal data ends: pseudonyms, generalisation, redaction, and what may be released."""
