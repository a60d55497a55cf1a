-- Has a reviewing officer, or a chair of conferences, ever been recorded of this child?
ALTER TABLE child ADD COLUMN has_reviewer BIGINT NOT NULL DEFAULT 0;
ALTER TABLE child ADD COLUMN has_chair BIGINT NOT NULL DEFAULT 0;
CREATE INDEX child_reviewer ON child (authority) WHERE has_reviewer = 1;
CREATE INDEX child_chair ON child (authority) WHERE has_chair = 1;
