-- Folded from halopamor.intake.request.v1: the round that the request is in, and that it was cancelled.
ALTER TABLE requests
  ADD COLUMN round smallint NOT NULL DEFAULT 1,
  ADD COLUMN cancelled_at timestamptz;

-- Folded from the service's own topic: what an item waits for, why it was rejected, how often papers were asked again.
ALTER TABLE items
  ADD COLUMN held_reason text,
  ADD COLUMN held_at timestamptz,
  ADD COLUMN rejection text,
  ADD COLUMN revisions smallint NOT NULL DEFAULT 0,
  ADD CONSTRAINT items_held CHECK ((held_reason IS NULL) = (held_at IS NULL));

-- The rows of an item that were asked again, and why; the rows of its latest revision have its number.
CREATE TABLE revisions (
  item_id uuid NOT NULL,
  number smallint NOT NULL,
  row_code text NOT NULL,
  reason text NOT NULL,
  requested_at timestamptz NOT NULL,
  PRIMARY KEY (item_id, number, row_code)
);

-- A paper of a row that was asked again counts no more.
ALTER TABLE papers ADD COLUMN superseded_at timestamptz;

-- What is printed anew in a later round of its request bears the number that it had.
DROP INDEX items_issue_number;
CREATE UNIQUE INDEX items_issue_number ON items (kind, issue_number, round) WHERE issue_number IS NOT NULL;
