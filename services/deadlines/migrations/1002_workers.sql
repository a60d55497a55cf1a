-- People and their days of supervision as the directory published them, newest revision only.
CREATE TABLE person (
    authority TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (authority, staff_id)
);
CREATE TABLE supervision (
    authority TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (authority, staff_id)
);
CREATE TABLE supervision_record (
    authority TEXT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL,
    body TEXT NOT NULL
);

-- Who reviews each child on the day it was last worked out; nobody where it is not looked after.
CREATE TABLE reviewed (
    authority TEXT NOT NULL,
    child TEXT NOT NULL,
    reviewer TEXT,
    PRIMARY KEY (authority, child)
);
CREATE INDEX reviewed_by ON reviewed (authority, reviewer) WHERE reviewer IS NOT NULL;

-- When to work each person out again: a day, or empty for at once; null while nothing can change by itself.
CREATE TABLE worker_due (
    authority TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    due_on TEXT,
    PRIMARY KEY (authority, staff_id)
);
CREATE INDEX worker_due_on ON worker_due (authority, due_on, staff_id) WHERE due_on IS NOT NULL;

-- Each person's list as last published.
CREATE TABLE worker_obligations (
    authority TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (authority, staff_id)
);

-- Print of what everybody was last marked due for: rules, bank holidays, the first day of the record.
CREATE TABLE worker_progress (
    authority TEXT NOT NULL PRIMARY KEY,
    reckoned_with TEXT NOT NULL
);

-- Every child is worked out once more, so that it is known who reviews whom.
UPDATE progress SET reckoned_with = '';
