"""Dagster objects only: thin definitions over the rest of the package, loaded as a folder.

Nothing is computed here: that is in the stages. What the command runs through Dagster is ``in_process``.
"""
