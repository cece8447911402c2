"""What may be published: cells withheld, rounded, checked against reconstruction, and remembered.

Exact cells come from ``kpi``. The protected file is written here; pages and charts are made of it in
``reporting``. Moving a file safely is ``warehouse.publish``.
"""
