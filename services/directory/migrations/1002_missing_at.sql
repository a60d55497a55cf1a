-- Two files of two days may be made minutes apart, around midnight: the moment is kept beside the day.
ALTER TABLE person ADD COLUMN missing_at BIGINT;
ALTER TABLE team ADD COLUMN missing_at BIGINT;
