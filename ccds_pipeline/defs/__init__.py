"""Dagster objects only: thin definitions over the pure parts of the package, loaded as a folder."""
