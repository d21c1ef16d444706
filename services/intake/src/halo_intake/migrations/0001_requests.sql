-- What intake knows of requests. Each table but timers is the fold of one topic, so no table refers to another:
-- facts of different topics come in any order. There is no personal data here.

-- Fold of halopamor.intake.request.v1.
CREATE TABLE requests (
  request_id   uuid        PRIMARY KEY,
  tracking_no  text        NOT NULL UNIQUE,
  channel      text        NOT NULL,
  source_ref   text,
  round        smallint    NOT NULL,
  documents    text[]      NOT NULL,
  received_at  timestamptz NOT NULL,
  status       text,
  status_since timestamptz,
  closed_at    timestamptz,
  closed_by    text,
  UNIQUE (channel, source_ref)
);

COMMENT ON COLUMN requests.status IS 'The last one published; the public status itself is derived when it is read.';

-- Fold of halopamor.dispatch.assignment.v1: when a request first came so far.
CREATE TABLE request_steps (
  request_id uuid        NOT NULL,
  status     text        NOT NULL,
  reached_at timestamptz NOT NULL,
  PRIMARY KEY (request_id, status)
);

-- Fold of halopamor.documents.dossier.v1: when an item first came so far.
CREATE TABLE item_steps (
  request_id uuid        NOT NULL,
  item_id    uuid        NOT NULL,
  status     text        NOT NULL,
  reached_at timestamptz NOT NULL,
  PRIMARY KEY (request_id, item_id, status)
);

-- Fold of halopamor.dispatch.assignment.v1: when an item was handed over at the door.
CREATE TABLE item_deliveries (
  request_id   uuid        NOT NULL,
  item_id      uuid        NOT NULL,
  delivered_at timestamptz NOT NULL,
  PRIMARY KEY (request_id, item_id)
);

-- Not folded: when to close a delivered request.
CREATE TABLE timers (
  request_id      uuid        PRIMARY KEY,
  due_at          timestamptz NOT NULL,
  next_attempt_at timestamptz NOT NULL,
  attempts        smallint    NOT NULL DEFAULT 0
);

CREATE INDEX timers_by_next_attempt_at ON timers (next_attempt_at);
