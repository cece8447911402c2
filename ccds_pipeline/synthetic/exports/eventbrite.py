"""Bookings → Eventbrite's attendee report: CSV with byte order mark and the UK wording of the header."""

from __future__ import annotations

from pathlib import Path

from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.exports.files import YES_NO, CsvFiles, label
from ccds_pipeline.synthetic.identities import street_address
from ccds_pipeline.synthetic.records import Booking, Person
from ccds_pipeline.synthetic.timetable import DELIVERY_DATES, is_known_at, may_be_contacted, state_at

SOURCE_ID = "eventbrite_bookings"
FILE_NAME = "report-synthetic.csv"
HEADER = (
    "Order no.", "Order Date", "First Name", "Surname", "Email", "Quantity", "Price Tier", "Ticket Type",
    "Attendee no.", "Group", "Order Type", "Currency", "Total Paid", "Fees Paid", "Eventbrite Fees",
    "Eventbrite Payment Processing", "Attendee Status", "Home Address 1", "Home Address 2", "Home City",
    "County of Residence", "Home Postcode", "Home Country", "Mobile Phone", "Event Name", "Job Title",
    "Company", "May we contact you six weeks after the session?",
)  # fmt: skip
_CONSENT = HEADER.index("May we contact you six weeks after the session?")
_STATUS = HEADER.index("Attendee Status")
_EVENT = "Compassionate Conversations for Difficult Situations"
_CANCELLED = ("Not Attending", "Not Attending", "Refunded", "Deleted", "Transferred")


class EventbriteExport(CsvFiles):
    """Writes bookings, each to every delivery that brings it."""

    def __init__(self, out: Path, draws: Draws) -> None:
        super().__init__(out / SOURCE_ID, FILE_NAME, heading=[HEADER], draws=draws, encoding="utf-8-sig")

    def write(self, booking: Booking, person: Person) -> None:
        """Write one booking as it stood at each delivery that brings it."""
        present, seat = self._row(booking, person), booking.earlier
        earlier = present if seat is None else self._row(booking.before(seat), seat.person)

        def row_at(delivery: int) -> list[str]:
            row = earlier if seat is not None and not is_known_at(seat.until, delivery) else present
            row[_STATUS] = _status(booking, delivery)
            row[_CONSENT] = label(may_be_contacted(booking, delivery) + 1, YES_NO)
            return row

        self.deliver(row_at, changed_at=booking.changed_at, flaw=booking.flaw)

    def _row(self, booking: Booking, person: Person) -> list[str]:
        street, town, postcode = street_address(self._draws)
        moment = f"{booking.booked_at:%d/%m/%Y %H:%M}"
        event = f"{_EVENT} {booking.session.code} (synthetic)"
        return [
            booking.order, "31/02/2022 10:15" if booking.flaw == "impossible_date" else moment,
            person.first_name, person.last_name, booking.email, "1", "", "Training place", booking.reference,
            "", "Free Order", "GBP", "0.00", "0.00", "0.00", "0.00", "", street, "", town,
            "", postcode, "GB", person.phone, _EVENT if booking.flaw == "no_session" else event,
            booking.employment.job_title, booking.employment.organisation, "",
        ]  # fmt: skip


def _status(booking: Booking, delivery: int) -> str:
    if booking.flaw == "no_status":
        return ""
    if booking.flaw == "unknown_status":
        return "Waiting"
    if state_at(booking, delivery) == "cancelled":
        return _CANCELLED[booking.number % len(_CANCELLED)]
    is_over = booking.session.ends.date() < DELIVERY_DATES[delivery]
    return "Checked In" if is_over and booking.number % 5 == 0 else "Attending"
