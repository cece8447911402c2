"""What the delivered columns are called in the tables that ``floor_kpis.sql`` reads."""

CONSENT = "May we contact you six weeks after the session?"
PRETIX = {
    "Event slug": "session_code",
    "Start date": "starts_at",
    "End date": "ends_at",
    "Status": "status",
    "Attendee name": "full_name",
    "Attendee email": "email",
    CONSENT: "consent",
}
EVENTBRITE = {
    "Attendee no.": "reference",
    "Email": "email",
    "Event Name": "session_code",
    "Attendee Status": "status",
    "Order Date": "booked_at",
    CONSENT: "consent",
}
POST = {
    "ResponseId": "response",
    "RecipientEmail": "email",
    "ExternalReference": "reference",
    "session": "session_code",
    "Q10": "link_code",
    "RecordedDate": "submitted_at",
    "Q1": "overall_experience",
    "Q2": "recommend",
    "Q3": "materials_clear",
    "Q4": "aims_met",
    "Q5": "skills_useful",
    "Q6": "facilitator_expertise",
    "Q7": "facilitator_communication",
    "Q8_1": "own_wellbeing",
    "Q8_2": "supporting_colleagues",
    "Q8_3": "confidence",
}
FOLLOW_UP = {
    "Respondent ID": "response",
    "Email Address": "email",
    "Custom Data 1": "reference",
    "What was your session code?": "session_code",
    "What is your personal code?": "link_code",
    "End Date": "submitted_at",
    "Six weeks on I feel more confident in handling difficult situations": "more_confident",
}
STATUS = {
    "paid": "booked",
    "pending": "pending",
    "expired": "cancelled",
    "canceled": "cancelled",
    "Attending": "booked",
    "Checked In": "booked",
    "Not Attending": "cancelled",
    "Refunded": "cancelled",
    "Deleted": "cancelled",
    "Transferred": "cancelled",
}
STAFF = ("Organizer", "Organiser", "Presenter")
NO_CODES = ("n/a", "don't know")
TEAMS_TIME = "%d/%m/%y, %H:%M:%S"
EXCELLENCE = ("Poor", "Fair", "Good", "Very good", "Excellent")
AGREEMENT = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
SATISFACTION = (
    "Very dissatisfied",
    "Dissatisfied",
    "Neither satisfied nor dissatisfied",
    "Satisfied",
    "Very satisfied",
)
SCORES = tuple(map(str, range(11)))
OPTIONS = {
    "overall_experience": EXCELLENCE,
    "recommend": ("No", "Yes"),
    "materials_clear": AGREEMENT,
    "aims_met": AGREEMENT,
    "skills_useful": SATISFACTION,
    "facilitator_expertise": SATISFACTION,
    "facilitator_communication": EXCELLENCE,
    "own_wellbeing": SCORES,
    "supporting_colleagues": SCORES,
    "confidence": SCORES,
    "more_confident": AGREEMENT,
}
