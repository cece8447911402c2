"""Alerts: who is told what, when, and what they never are."""
