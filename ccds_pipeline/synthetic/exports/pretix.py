"""Bookings → pretix's export of order positions: CSV, every field quoted, attendee and invoice address."""

from __future__ import annotations

from pathlib import Path

from ccds_pipeline.synthetic.draws import Draws
from ccds_pipeline.synthetic.exports.files import YES_NO, CsvFiles, label
from ccds_pipeline.synthetic.identities import DIETS, street_address
from ccds_pipeline.synthetic.records import Booking, Person
from ccds_pipeline.synthetic.timetable import may_be_contacted, state_at

SOURCE_ID = "pretix_bookings"
FILE_NAME = "ccds_orderpositions_synthetic.csv"
_ADDRESS = ("Company", "Address", "ZIP code", "City", "Country", "State")
HEADER = (
    "Event slug", "Order code", "Position ID", "Status", "Email", "Phone number", "Order date", "Order time",
    "Start date", "End date", "Product", "Variation", "Price", "Tax rate", "Tax rule", "Tax value",
    "Attendee name", "Attendee email", *_ADDRESS, "Voucher", "Pseudonymization ID", "Seat ID",
    "Order comment", "Follow-up date", "Which organisation do you work for?", "What is your job title?",
    "Dietary or access needs", "May we contact you six weeks after the session?", "Company",
    "Invoice address name", *_ADDRESS[1:], "VAT ID", "Sales channel",
    "Order locale", "E-mail address verified", "Payment providers",
)  # fmt: skip
_CONSENT = HEADER.index("May we contact you six weeks after the session?")
_STATUS = HEADER.index("Status")


class PretixExport(CsvFiles):
    """Writes bookings, each to every delivery that brings it."""

    def __init__(self, out: Path, draws: Draws) -> None:
        super().__init__(out / SOURCE_ID, FILE_NAME, heading=[HEADER], draws=draws, quotes_all=True)

    def write(self, booking: Booking, person: Person) -> None:
        """Write one booking as it stood at each delivery that brings it."""
        row = self._row(booking, person)

        def row_at(delivery: int) -> list[str]:
            row[_STATUS] = _status(booking, delivery)
            row[_CONSENT] = label(may_be_contacted(booking, delivery) + 1, YES_NO)
            return row

        self.deliver(row_at, changed_at=booking.changed_at, flaw=booking.flaw)

    def _row(self, booking: Booking, person: Person) -> list[str]:
        session, employment = booking.session, booking.employment
        street, town, postcode = street_address(self._draws)
        address = (street, postcode, town, "GB", "")
        order_date, order_time = str(booking.booked_at).split(" ")
        if booking.flaw == "impossible_date":
            order_date = "2022-02-31"
        slug = "" if booking.flaw == "no_session" else session.code.lower()
        comment = "TEST" if booking.flaw == "test" else ""
        return [
            slug, booking.order, str(booking.position), "", booking.buyer_email, person.phone,
            order_date, order_time, str(session.starts), str(session.ends),
            "Training place (synthetic)", "", "0.00", "0.00", "", "0.00",
            person.name, booking.email, employment.organisation, *address,
            "", f"SYN{booking.number:07d}", "", comment, "",
            employment.organisation, employment.job_title, self._draws.pick(DIETS), "",
            employment.organisation, person.name, *address, "", "Online shop", "en",
            "Yes", "free",
        ]  # fmt: skip


def _status(booking: Booking, delivery: int) -> str:
    if booking.flaw == "no_status":
        return ""
    if booking.flaw == "unknown_status":
        return "on hold"
    state = state_at(booking, delivery)
    if state == "cancelled":
        return "expired" if booking.states[0][1] == "pending" else "canceled"
    return "paid" if state == "booked" else "pending"
