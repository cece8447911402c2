"""A loaded installation, for all that is released of it."""

from ccds_pipeline_tests.support.rights_scenario import loaded_scenario, scenario

__all__ = ["loaded_scenario", "scenario"]
