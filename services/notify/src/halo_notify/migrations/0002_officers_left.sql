-- Of an officer who left only the name is kept.

-- depends: 0001_messages

ALTER TABLE officers ALTER COLUMN phone DROP NOT NULL;

UPDATE officers SET phone = NULL, email = NULL WHERE left_at IS NOT NULL;

ALTER TABLE officers ADD CHECK (phone IS NOT NULL OR left_at IS NOT NULL);
