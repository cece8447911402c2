"""What a programme is, as data; the reference programme is ``ccds.yaml``."""
