-- Each supervision as its source told it last; no day: it was retracted. What is older and comes later changes nothing.
CREATE TABLE told_supervision (
    authority TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    source TEXT NOT NULL,
    fact_key TEXT NOT NULL,
    told_at BIGINT NOT NULL,
    told_on TEXT NOT NULL,
    held_on TEXT,
    PRIMARY KEY (authority, staff_id, source, fact_key)
);

-- The revision of what was passed on of each person.
CREATE TABLE told_worker (
    authority TEXT NOT NULL,
    staff_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (authority, staff_id)
);
