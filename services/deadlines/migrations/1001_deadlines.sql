-- What is recorded about each child, newest revision only.
CREATE TABLE chronology (
    authority TEXT NOT NULL,
    child TEXT NOT NULL,
    revision BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (authority, child)
);
-- Counts and sums of revisions without reading a body.
CREATE INDEX chronology_revision ON chronology (authority, revision);

-- When to work each child out again.
CREATE TABLE due (
    authority TEXT NOT NULL,
    child TEXT NOT NULL,
    -- A day, or empty for at once; null while nothing can change by itself.
    due_on TEXT,
    -- Not before this revision of the authority is known.
    after_revision BIGINT NOT NULL,
    -- 1 when a snapshot is the cause, 0 for the passing of days.
    snapshot BIGINT NOT NULL,
    PRIMARY KEY (authority, child)
);
CREATE INDEX due_on ON due (authority, due_on, child) WHERE due_on IS NOT NULL;

-- Each child's list as last published.
CREATE TABLE obligations (
    authority TEXT NOT NULL,
    child TEXT NOT NULL,
    revision BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (authority, child)
);

-- How far each authority has been worked out.
CREATE TABLE progress (
    authority TEXT NOT NULL PRIMARY KEY,
    -- Newest revision of the authority acted on: a replica that knows less waits.
    revision BIGINT NOT NULL,
    -- Print of the rules and the calendar that every child was last marked due for.
    reckoned_with TEXT NOT NULL,
    -- Newest revision whose every chronology has been worked out; none after the rules or the calendar changed.
    reconciled BIGINT NOT NULL
);

-- Sources whose first sight by a rule is over.
CREATE TABLE established (
    authority TEXT NOT NULL,
    source TEXT NOT NULL,
    rule TEXT NOT NULL,
    PRIMARY KEY (authority, source, rule)
);

-- Signals a revision has given, and how many were published as complete.
CREATE TABLE batch (
    authority TEXT NOT NULL,
    batch BIGINT NOT NULL,
    signals BIGINT NOT NULL,
    published BIGINT NOT NULL,
    PRIMARY KEY (authority, batch)
);
