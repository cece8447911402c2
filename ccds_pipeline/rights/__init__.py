"""Rights of data subjects: erasure, access, key rotation and retention, over every table of the register."""
