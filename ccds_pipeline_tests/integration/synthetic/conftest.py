"""A small demonstration, for all that is said of its files."""

from ccds_pipeline_tests.support.small_demonstration import small

__all__ = ["small"]
