"""From delivered bytes to a table of texts, exactly as delivered, with the line of each record.

Finding deliveries, copying files to a private place and refusing what cannot be read are here; each tool's
layout is in ``tools``. What a column means (types, time zones, mapping) is decided in ``ingest.conform``.
"""
