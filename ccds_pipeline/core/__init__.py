"""The star schema: definitions of the programme file as rows, and the statements of ``sql/core`` in order.

Rows of deliveries come from ``staging``, which ``ingest`` fills; counting begins in ``kpi``.
"""
