"""Tests: unit, property, integration, pipeline (through Dagster) and privacy."""
