"""Conform: what it holds, and what it does not."""
