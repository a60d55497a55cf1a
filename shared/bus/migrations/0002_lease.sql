-- What one process at a time does, and who that is.
CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    -- Machine time after which somebody else may take over.
    held_until BIGINT NOT NULL
);
