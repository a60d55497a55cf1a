CREATE TABLE outbox (
    -- The subject for state, the event's id otherwise: both are computed from the authority's code.
    key TEXT PRIMARY KEY,
    authority TEXT NOT NULL,
    position BIGINT NOT NULL,
    id TEXT NOT NULL,
    subject TEXT NOT NULL,
    event_type TEXT NOT NULL,
    source TEXT NOT NULL,
    time BIGINT NOT NULL,
    traceparent TEXT,
    data TEXT NOT NULL,
    claimed_until BIGINT NOT NULL,
    -- The id that is in flight: a row replaced meanwhile stays to be published.
    claimed_id TEXT,
    acked_at BIGINT
);
CREATE INDEX outbox_pending ON outbox (position) WHERE acked_at IS NULL;
CREATE INDEX outbox_acked ON outbox (acked_at) WHERE acked_at IS NOT NULL;

CREATE TABLE attempt (
    authority TEXT NOT NULL,
    consumer TEXT NOT NULL,
    id TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (authority, consumer, id)
);

CREATE TABLE dead_letter (
    authority TEXT NOT NULL,
    id TEXT NOT NULL,
    consumer TEXT NOT NULL,
    subject TEXT NOT NULL,
    event_type TEXT NOT NULL,
    headers TEXT NOT NULL,
    data TEXT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (authority, id)
);
