"""Demonstration data: invented people and answers, written in the tools' own export layouts."""
