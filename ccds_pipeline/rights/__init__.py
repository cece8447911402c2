"""The rights of data subjects: erasure, access, key rotation and retention, over every table of the register.

The list by which erased people stay out when their rows are delivered again is ``ingest.store.erased``.
"""
