"""What loading keeps: rows in ``staging``; ledger, drift, roster of names and erased people in ``ops``.

The statements are in ``sql/staging`` and ``sql/ops``; what a row means is decided in ``ingest.conform``.
"""
