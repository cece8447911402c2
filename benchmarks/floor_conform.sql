-- From the delivered rows as they are to the tables booking (each version of each booking), attendance (each
-- join) and response (the newest version of each response).
-- Inputs: delivered_pretix_bookings, delivered_eventbrite_bookings, delivered_teams_attendance,
-- delivered_forms_pre, delivered_qualtrics_post, delivered_surveymonkey_follow_up
CREATE MACRO email_of(text) AS nullif(regexp_extract(lower(trim(text)), '^[^@\s<>]+@[^@\s<>]+$'), '');
CREATE MACRO session_of(text) AS nullif(upper(regexp_extract(text, '(?i)ccds-[0-9]{4,}')), '');
CREATE MACRO code_of(text) AS CASE
    WHEN lower(text) NOT IN ('n/a', 'don''t know')
        THEN nullif(regexp_replace(lower(text), '[^\pL\pN]', '', 'g'), '')
END;
-- Words in any order and case, without what stands in brackets.
CREATE MACRO name_of(text) AS nullif(array_to_string(list_sort(list_distinct(regexp_extract_all(
    lower(upper(regexp_replace(text, '\(.*?\)', '', 'g'))), '[\pL''-]+'
))), ' '), '');

CREATE TABLE booking AS
WITH pretix AS (
    SELECT
        delivered_on,
        "Order code" || ' ' || "Position ID" AS reference,
        coalesce("Attendee email", "Email") AS email,
        "Attendee name" AS full_name,
        session_of("Event slug") AS session_code,
        TRY_CAST("Start date" AS TIMESTAMP) AS starts_at,
        TRY_CAST("End date" AS TIMESTAMP) AS ends_at,
        TRY_CAST("Order date" || ' ' || "Order time" AS TIMESTAMP) AS booked_at,
        CASE
            WHEN "Status" = 'paid' THEN 'booked'
            WHEN "Status" = 'pending' THEN 'pending'
            WHEN "Status" IN ('expired', 'canceled') THEN 'cancelled'
        END AS status,
        "May we contact you six weeks after the session?" AS consent
    FROM delivered_pretix_bookings
    WHERE "Order comment" IS DISTINCT FROM 'TEST'
),

eventbrite AS (
    SELECT
        delivered_on,
        "Attendee no." AS reference,
        "Email" AS email,
        concat_ws(' ', "First Name", "Surname") AS full_name,
        session_of("Event Name") AS session_code,
        NULL AS starts_at,
        NULL AS ends_at,
        try_strptime("Order Date", '%d/%m/%Y %H:%M') AS booked_at,
        CASE
            WHEN "Attendee Status" IN ('Attending', 'Checked In') THEN 'booked'
            WHEN "Attendee Status" IN ('Not Attending', 'Refunded', 'Deleted', 'Transferred') THEN 'cancelled'
        END AS status,
        "May we contact you six weeks after the session?" AS consent
    FROM delivered_eventbrite_bookings
)

SELECT DISTINCT
    * EXCLUDE (consent) REPLACE (email_of(email) AS email, name_of(full_name) AS full_name),
    coalesce(consent = 'No', FALSE) AS is_withdrawn
FROM (FROM pretix UNION ALL FROM eventbrite)
WHERE session_code IS NOT NULL AND booked_at IS NOT NULL AND status IS NOT NULL;

CREATE TABLE attendance AS
SELECT DISTINCT
    session_of(title) AS session_code,
    email_of(email) AS email,
    name_of(full_name) AS full_name,
    try_strptime(meeting_starts, '%d/%m/%y, %H:%M:%S') AS meeting_starts_at,
    try_strptime(meeting_ends, '%d/%m/%y, %H:%M:%S') AS meeting_ends_at,
    try_strptime(joined, '%d/%m/%y, %H:%M:%S') AS joined_at,
    try_strptime("left", '%d/%m/%y, %H:%M:%S') AS left_at,
    role IN ('Organizer', 'Organiser', 'Presenter') AS is_staff
FROM delivered_teams_attendance
WHERE try_strptime(joined, '%d/%m/%y, %H:%M:%S') IS NOT NULL;

-- The newest version of each response; answers as they are written.
CREATE TABLE response AS
WITH pre AS (
    SELECT * REPLACE (CAST(submitted_at AS TIMESTAMP) AS submitted_at) FROM delivered_forms_pre
),

post AS (
    SELECT
        delivered_on,
        'post' AS wave,
        "ResponseId" AS response,
        "RecipientEmail" AS email,
        "ExternalReference" AS reference,
        session AS session_code,
        "Q10" AS link_code,
        CAST("RecordedDate" AS TIMESTAMP) AS submitted_at,
        "Q1" AS overall_experience,
        "Q2" AS recommend,
        "Q3" AS materials_clear,
        "Q4" AS aims_met,
        "Q5" AS skills_useful,
        "Q6" AS facilitator_expertise,
        "Q7" AS facilitator_communication,
        "Q8_1" AS own_wellbeing,
        "Q8_2" AS supporting_colleagues,
        "Q8_3" AS confidence
    FROM delivered_qualtrics_post
    WHERE "Finished" = 'True' AND "Status" = 'IP Address'
),

follow_up AS (
    SELECT
        delivered_on,
        'follow_up' AS wave,
        "Respondent ID" AS response,
        "Email Address" AS email,
        "Custom Data 1" AS reference,
        "What was your session code?" AS session_code,
        "What is your personal code?" AS link_code,
        strptime("End Date", '%m/%d/%Y %I:%M:%S %p') AS submitted_at,
        "Six weeks on I feel more confident in handling difficult situations" AS more_confident
    FROM delivered_surveymonkey_follow_up
    WHERE "Respondent ID" IS NOT NULL AND "End Date" IS NOT NULL
)

SELECT * REPLACE (
    email_of(email) AS email,
    trim(reference) AS reference,
    session_of(session_code) AS session_code,
    code_of(link_code) AS link_code
)
FROM (FROM pre UNION ALL BY NAME FROM post UNION ALL BY NAME FROM follow_up)
QUALIFY row_number() OVER (PARTITION BY wave, response ORDER BY delivered_on DESC) = 1;
