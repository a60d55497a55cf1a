-- Days of supervision as the files have them, by the id of the row, else its day.
CREATE TABLE supervision (
    authority TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    row_key TEXT NOT NULL,
    held_on TEXT NOT NULL,
    supervisor_id TEXT,
    missing_since TEXT,
    missing_at BIGINT,
    -- A second file has confirmed that it is gone.
    removed BIGINT NOT NULL,
    PRIMARY KEY (authority, staff_id, row_key)
);

-- What events have told of each person's supervision, newest revision only.
CREATE TABLE supervision_told (
    authority TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    -- The earliest day in it.
    first_on TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (authority, staff_id)
);

-- Each person's days as last published.
CREATE TABLE supervision_said (
    authority TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (authority, staff_id)
);

-- From which day on an authority's supervision is recorded, as last published.
CREATE TABLE supervision_record (
    authority TEXT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL,
    body TEXT NOT NULL
);
