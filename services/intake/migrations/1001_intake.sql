-- The state as last published, whole.
CREATE TABLE authority (
    authority TEXT NOT NULL,
    revision BIGINT NOT NULL,
    state TEXT,
    PRIMARY KEY (authority)
);

-- Each source's last accepted snapshot: what the next one is judged by.
CREATE TABLE source (
    authority TEXT NOT NULL,
    source TEXT NOT NULL,
    as_at TEXT NOT NULL,
    content TEXT NOT NULL,
    -- Rows by kind, as JSON.
    counts TEXT NOT NULL,
    PRIMARY KEY (authority, source)
);

-- Accepted snapshots, by the request that brought them.
CREATE TABLE snapshot (
    authority TEXT NOT NULL,
    request TEXT NOT NULL,
    source TEXT NOT NULL,
    as_at TEXT NOT NULL,
    content TEXT NOT NULL,
    revision BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL,
    summary TEXT NOT NULL,
    PRIMARY KEY (authority, request)
);
CREATE INDEX snapshot_content ON snapshot (authority, source, as_at, content);

CREATE TABLE child (
    authority TEXT NOT NULL,
    child TEXT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (authority, child)
);

-- What one source says of one child: read, compared and written whole.
CREATE TABLE said (
    authority TEXT NOT NULL,
    child TEXT NOT NULL,
    source TEXT NOT NULL,
    -- Of what the last snapshot said.
    digest TEXT NOT NULL,
    -- Entries that still count although the last snapshot did not say them.
    loose BIGINT NOT NULL,
    entries TEXT NOT NULL,
    PRIMARY KEY (authority, child, source)
);
-- Finds the children of a source without touching what it says of them.
CREATE INDEX said_head ON said (authority, source, child, digest, loose);
