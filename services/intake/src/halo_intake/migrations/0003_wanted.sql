-- Folded from halopamor.intake.request.v1, as all of the table. What was re-opened before this column shows all that was
-- filed until it is re-opened once more or the tables are rebuilt.
ALTER TABLE requests ADD COLUMN wanted text[];

COMMENT ON COLUMN requests.wanted IS 'The documents that the present round is about; NULL: all that was filed.';
