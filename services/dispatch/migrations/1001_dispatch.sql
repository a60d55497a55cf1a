-- Whom each child is held by, newest revision only. Nothing else about the child.
CREATE TABLE child (
    authority TEXT NOT NULL,
    child TEXT NOT NULL,
    revision BIGINT NOT NULL,
    held TEXT NOT NULL,
    family TEXT,
    -- From this day nothing is said.
    silent_from TEXT,
    PRIMARY KEY (authority, child)
);
-- Counts and sums of revisions without reading a body.
CREATE INDEX child_revision ON child (authority, revision);

-- Signals as they came; the body goes once one is answered, the id stays so that a second delivery changes nothing.
CREATE TABLE signal (
    authority TEXT NOT NULL,
    id TEXT NOT NULL,
    obligation TEXT NOT NULL,
    batch BIGINT,
    -- told, policy, nobody, already, superseded, closed; null: not yet.
    answer TEXT,
    body TEXT,
    PRIMARY KEY (authority, id)
);
CREATE INDEX signal_unanswered ON signal (authority, obligation) WHERE answer IS NULL;
CREATE INDEX signal_batch ON signal (authority, batch) WHERE batch IS NOT NULL;

-- Obligations as last heard of.
CREATE TABLE matter (
    authority TEXT NOT NULL,
    obligation TEXT NOT NULL,
    child TEXT NOT NULL,
    -- 1: to be routed (again).
    due BIGINT NOT NULL,
    running BIGINT NOT NULL,
    -- 1: running, to be told, and nobody is there.
    nobody BIGINT NOT NULL,
    -- Null until its first signal is read.
    body TEXT,
    PRIMARY KEY (authority, obligation)
);
CREATE INDEX matter_child ON matter (authority, child);
CREATE INDEX matter_due ON matter (authority, child) WHERE due = 1;

CREATE TABLE notice (
    authority TEXT NOT NULL,
    notice TEXT NOT NULL,
    obligation TEXT NOT NULL,
    child TEXT NOT NULL,
    opening BIGINT NOT NULL,
    -- 'person <staff_id>' or 'mailbox <team_id>'.
    addressee TEXT NOT NULL,
    revision BIGINT NOT NULL,
    is_open BIGINT NOT NULL,
    due_date TEXT NOT NULL,
    PRIMARY KEY (authority, notice)
);
CREATE INDEX notice_obligation ON notice (authority, obligation);

-- Each notice and step exactly once, in exactly one state.
CREATE TABLE step (
    authority TEXT NOT NULL,
    notice TEXT NOT NULL,
    step TEXT NOT NULL,
    place BIGINT NOT NULL,
    obligation TEXT NOT NULL,
    addressee TEXT NOT NULL,
    state TEXT NOT NULL,
    message TEXT,
    leaving BIGINT NOT NULL,
    -- Domain time; null: until its batch is released.
    not_before BIGINT,
    why TEXT,
    at BIGINT NOT NULL,
    batch BIGINT,
    said_due TEXT,
    PRIMARY KEY (authority, notice, step)
);
CREATE INDEX step_waiting ON step (authority, not_before, addressee) WHERE state = 'pending' AND message IS NULL;
CREATE INDEX step_message ON step (authority, message) WHERE message IS NOT NULL;
CREATE INDEX step_batch ON step (authority, batch) WHERE batch IS NOT NULL;
CREATE INDEX step_state ON step (authority, state);

-- Snapshots that gave signals.
CREATE TABLE batch (
    authority TEXT NOT NULL,
    batch BIGINT NOT NULL,
    -- How many signals it gave; null until that is known.
    signals BIGINT,
    state TEXT NOT NULL,
    people BIGINT NOT NULL,
    usual BIGINT NOT NULL,
    PRIMARY KEY (authority, batch)
);

-- Every verdict with its reason.
CREATE TABLE decision (
    authority TEXT NOT NULL,
    id TEXT NOT NULL,
    child TEXT NOT NULL,
    obligation TEXT NOT NULL,
    notice TEXT,
    step TEXT,
    stage TEXT NOT NULL,
    verdict TEXT NOT NULL,
    why TEXT NOT NULL,
    at BIGINT NOT NULL,
    place BIGINT NOT NULL,
    versions TEXT NOT NULL,
    PRIMARY KEY (authority, id)
);
CREATE INDEX decision_child ON decision (authority, child, at);

-- What was counted when it happened, to be held against what is there.
CREATE TABLE tally (
    authority TEXT NOT NULL,
    what TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (authority, what)
);

-- What each authority was last routed by. Its row is also the lock that one replica at a time holds.
CREATE TABLE watch (
    authority TEXT NOT NULL,
    day TEXT NOT NULL,
    print TEXT NOT NULL,
    PRIMARY KEY (authority)
);
