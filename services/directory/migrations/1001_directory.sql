CREATE TABLE person (
    authority TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    missing_since TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (authority, staff_id)
);

CREATE TABLE team (
    authority TEXT NOT NULL,
    team_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    missing_since TEXT,
    declared BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (authority, team_id)
);

-- How many files were taken in. Whoever raises it has the turn until its transaction ends.
CREATE TABLE turn (
    authority TEXT NOT NULL,
    files BIGINT NOT NULL,
    PRIMARY KEY (authority)
);

-- Files taken in, in order: the last of a kind says whether the next is the same, and a repeated request gets the
-- answer it had.
CREATE TABLE taken_file (
    authority TEXT NOT NULL,
    number BIGINT NOT NULL,
    request TEXT NOT NULL,
    kind TEXT NOT NULL,
    as_at TEXT NOT NULL,
    content TEXT NOT NULL,
    at BIGINT NOT NULL,
    summary TEXT NOT NULL,
    PRIMARY KEY (authority, number)
);

CREATE UNIQUE INDEX taken_file_request ON taken_file (authority, request);
