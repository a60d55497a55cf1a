-- Events taken in, by their source and id: the same one again changes nothing.
CREATE TABLE told (
    authority TEXT NOT NULL,
    source TEXT NOT NULL,
    event TEXT NOT NULL,
    -- Of type, time and data: another event under the same id is somebody's mistake.
    content TEXT NOT NULL,
    taken_in_at BIGINT NOT NULL,
    PRIMARY KEY (authority, source, event)
);

-- When each fact was last told of, also one that was retracted: what is older and comes later changes nothing.
CREATE TABLE told_fact (
    authority TEXT NOT NULL,
    child TEXT NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    fact_key TEXT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (authority, child, source, kind, fact_key)
);
