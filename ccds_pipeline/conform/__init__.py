"""Delivered rows to canonical records, by the mapping of the programme file."""
