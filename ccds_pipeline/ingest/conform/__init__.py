"""Delivered rows to canonical records by a source's mapping; each row is loaded, excluded or rejected.

No file and no database is touched here: reading is in ``sources``, keeping in ``ingest.store``.
"""
