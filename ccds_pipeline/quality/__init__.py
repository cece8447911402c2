"""What should hold of the tables: expectation suites, what runs them, and the pages of their results.

Rules about rows stand in ``suites/``, rules about counts in ``sql/quality``. Whether a delivery keeps to its
contract is judged in ``ingest.contract``; which asset a suite is a check of is said in ``defs``.
"""
