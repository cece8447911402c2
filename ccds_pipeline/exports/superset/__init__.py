"""The release as dashboards of Apache Superset.

Charts and dashboards are data, in ``charts.yaml``; ``charts`` reads them for one release, ``drawing`` says
how each kind is drawn, and ``bundle`` writes what Superset imports.
"""
