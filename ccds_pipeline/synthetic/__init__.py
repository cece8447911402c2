"""Demonstration data: invented people and answers, written in the tools' own export layouts.

What is true of them (``truth``) is computed by rules of its own, without the pipeline.
"""
