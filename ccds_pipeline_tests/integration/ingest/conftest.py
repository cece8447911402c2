"""Fixtures of a booking system, from which bookings are extracted."""

from ccds_pipeline_tests.support.booking_database import admin, insert, server, source

__all__ = ["admin", "insert", "server", "source"]
