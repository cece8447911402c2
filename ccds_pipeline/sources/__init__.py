"""From delivered bytes to a table of texts, exactly as delivered, with the line of each record.

Finding deliveries, copying files to a private place, reading each tool's export layout and refusing
what cannot be read belong here; what a column means (types, time zones, mapping) belongs in
``conform``.
"""
