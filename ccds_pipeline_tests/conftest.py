"""What all tests share: each lies in the tier that what it touches allows."""

pytest_plugins = ["ccds_pipeline_tests.support.tiers"]
