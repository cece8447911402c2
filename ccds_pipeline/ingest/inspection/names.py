"""What tools call the fields of a record; proposals rest on it, and nothing is mapped by it."""

from __future__ import annotations

# By canonical field; compared as labels are.
FIELD_NAMES: dict[str, tuple[str, ...]] = {
    "email": (
        "email", "e-mail", "email address", "e-mail address", "mail", "attendee email", "recipientemail",
        "submitter email", "user email", "work email",
    ),
    "reference": ("reference", "ref", "booking reference", "order code", "externalreference", "attendee no."),
    "session_code": (
        "session", "session code", "event", "event slug", "event name", "event id", "meeting title", "topic",
    ),
    "session_starts_at": ("start date and time", "meeting start time", "session start", "starts"),
    "session_ends_at": ("meeting end time", "session end", "ends"),
    "booked_at": ("order date", "booked", "booked at", "booking date", "registration time"),
    "status": ("status", "attendee status", "booking status", "approval status"),
    "organisation": ("organisation", "organization", "company", "employer", "trust"),
    "job_title": ("job title", "job", "role title"),
    "joined_at": ("join time", "joined", "joined at", "first join"),
    "left_at": ("leave time", "left", "left at", "last leave"),
    "role": ("role", "roles"),
    "started_at": ("start date", "startdate", "start time", "started", "date started", "startdate (utc)"),
    "submitted_at": (
        "submitted", "submitted at", "submission date", "submitdate", "date submitted", "end date",
        "recordeddate", "completion time", "timestamp", "submit date (utc)", "sent",
    ),
}  # fmt: skip
