"""The installation of a person who is to be erased, for all that is done to it."""

from ccds_pipeline_tests.support.rights_scenario import loaded_scenario, scenario

__all__ = ["loaded_scenario", "scenario"]
