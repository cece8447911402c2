"""Demonstration data: invented people and answers, written in the tools' own export layouts.

What an ideal evaluation finds in it is known to the tests alone (``ccds_pipeline_tests.truth``).
"""
