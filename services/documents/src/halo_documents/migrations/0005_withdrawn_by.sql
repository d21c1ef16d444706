-- Who took a handover back; of those that were taken back earlier nobody knows.
ALTER TABLE handovers
  ADD COLUMN withdrawn_by text,
  ADD CONSTRAINT handovers_withdrawn_by CHECK (withdrawn_by IS NULL OR withdrawn_at IS NOT NULL);
