-- What is to be sent: written once, never changed.
CREATE TABLE message (
    authority TEXT NOT NULL,
    message TEXT NOT NULL,
    body TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (authority, message)
);

-- Where it is: a small row, since every step writes it again.
CREATE TABLE sending (
    authority TEXT NOT NULL,
    message TEXT NOT NULL,
    -- waiting, attempting, accepted, failed, in_doubt, stood_down
    state TEXT NOT NULL,
    -- Machine time of the next try, while waiting.
    next_at BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    -- Tries in a row that came to nothing through the channel's fault.
    lost BIGINT NOT NULL,
    -- Of the last attempt: the channel, and the notices (JSON) that had stood down before it.
    channel TEXT NOT NULL,
    stood_down TEXT NOT NULL,
    -- When the state was entered.
    at BIGINT NOT NULL,
    PRIMARY KEY (authority, message)
);
CREATE INDEX sending_waiting ON sending (next_at) WHERE state = 'waiting';
CREATE INDEX sending_attempting ON sending (at) WHERE state = 'attempting';

-- The newest revision of each notice that changed: also of notices whose message has not come yet.
CREATE TABLE change (
    authority TEXT NOT NULL,
    notice TEXT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (authority, notice)
);

-- How many messages came to which end, ever; in_doubt counts each time.
CREATE TABLE tally (
    authority TEXT NOT NULL,
    outcome TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (authority, outcome)
);

-- What people should see: messages that failed or were in doubt.
CREATE TABLE shown (
    authority TEXT NOT NULL,
    message TEXT NOT NULL,
    recipient TEXT NOT NULL,
    what TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (authority, message)
);
CREATE INDEX shown_newest ON shown (at);

-- The development mailbox.
CREATE TABLE mail (
    authority TEXT NOT NULL,
    message TEXT NOT NULL,
    position BIGINT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_id TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (authority, message)
);
CREATE UNIQUE INDEX mail_newest ON mail (position);
CREATE INDEX mail_newest_of_authority ON mail (authority, position);
CREATE INDEX mail_message ON mail (message);
