-- A handover that waits for the officer may be taken back: it ends confirmed or withdrawn, never both.
ALTER TABLE handovers
  ADD COLUMN withdrawn_at timestamptz,
  ADD CONSTRAINT handovers_one_end CHECK (confirmed_at IS NULL OR withdrawn_at IS NULL);
