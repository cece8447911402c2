"""What ingesting writes into staging and ops, and reads back: rows, ledger, drift, roster, erased persons.

The statements stand in ``sql/staging`` and ``sql/ops``; conforming rows belongs in ``ingest.conform``.
"""
