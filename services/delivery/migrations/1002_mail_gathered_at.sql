-- The authority's own time at which a mail was gathered; of those that are there already it is not known.
ALTER TABLE mail ADD COLUMN gathered_at BIGINT NOT NULL DEFAULT 0;
UPDATE mail SET gathered_at = at;
