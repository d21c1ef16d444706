-- A request may be cancelled and re-opened. Steps are those of one round; what was written before is of round 1.

-- Fold of halopamor.intake.request.v1, as all of the table.
ALTER TABLE requests
  ADD COLUMN reopened_at   timestamptz,
  ADD COLUMN cancel_asks   smallint NOT NULL DEFAULT 0,
  ADD COLUMN cancel_reason text,
  ADD COLUMN cancelled_at  timestamptz;

COMMENT ON COLUMN requests.cancel_asks IS 'How often cancelling was asked for in this round; see retentions.';

ALTER TABLE request_steps
  ADD COLUMN round smallint NOT NULL DEFAULT 1,
  DROP CONSTRAINT request_steps_pkey,
  ADD PRIMARY KEY (request_id, round, status);

ALTER TABLE item_steps
  ADD COLUMN round smallint NOT NULL DEFAULT 1,
  DROP CONSTRAINT item_steps_pkey,
  ADD PRIMARY KEY (request_id, round, item_id, status);

ALTER TABLE item_deliveries
  ADD COLUMN round smallint NOT NULL DEFAULT 1,
  DROP CONSTRAINT item_deliveries_pkey,
  ADD PRIMARY KEY (request_id, round, item_id);

-- Fold of halopamor.dispatch.assignment.v1: when the kelurahan took an item that could not be delivered.
CREATE TABLE item_returns (
  request_id  uuid        NOT NULL,
  round       smallint    NOT NULL,
  item_id     uuid        NOT NULL,
  returned_at timestamptz NOT NULL,
  PRIMARY KEY (request_id, round, item_id)
);

-- Fold of halopamor.dispatch.assignment.v1: how often the answer was that it is too late to cancel.
CREATE TABLE retentions (
  request_id uuid     NOT NULL,
  round      smallint NOT NULL,
  times      smallint NOT NULL,
  PRIMARY KEY (request_id, round)
);
