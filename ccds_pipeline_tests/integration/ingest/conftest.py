"""Fixtures of a booking system, from which bookings are extracted, and of a loaded installation."""

from ccds_pipeline_tests.support.booking_database import admin, insert, server, source
from ccds_pipeline_tests.support.rights_scenario import loaded_scenario, scenario

__all__ = ["admin", "insert", "loaded_scenario", "scenario", "server", "source"]
