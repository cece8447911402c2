"""What should hold of core, KPI and released tables: Great Expectations suites, and their pages.

The contract of a delivered record is checked row by row in ``ingest``; what is counted for a suite is in
``sql/quality``.
"""
