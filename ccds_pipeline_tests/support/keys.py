"""The pseudonym keys of the tests, used nowhere else."""

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser

KEY = "8f0c1de2a94b77653c21f0aa5be981d40e62c7b3598a1f46d07e3bb2946c5d18"
OTHER_KEY = "c71f5509ab8e42d3906be7f41d2a8c637f01b5e8d94c3a6275e0189bf2cd4a36"
PSEUDONYMISER = Pseudonymiser(bytes.fromhex(KEY))
