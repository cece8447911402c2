"""Evaluate redacted comments: themes, agreement of coders, exploration, quotations.

All of it reads comments as ``core.fact_comment`` holds them. Taking identifiers out of them is
``deidentify.redaction``; nothing here writes a comment to ``reporting``: only counts of themes go there.
"""
