"""Where identifiers end: keyed pseudonyms, generalised places and jobs, redacted comments, row exclusion.

Pure functions over values; keeping the roster and the list of erased people is in ``ingest.store``.
Disclosure control of figures is in ``release``.
"""
