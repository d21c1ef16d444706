-- The runtime's tables: what is on its way out, what was read, what was handled.
CREATE SCHEMA events;

CREATE TABLE events.outbox (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic      text        NOT NULL,
  partition  integer     NOT NULL,
  key        text        NOT NULL,
  type       text        NOT NULL,
  event_id   text        NOT NULL,
  headers    text        NOT NULL,
  data       bytea       NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE events.offsets (
  consumer    text    NOT NULL,
  topic       text    NOT NULL,
  partition   integer NOT NULL,
  next_offset bigint  NOT NULL,
  PRIMARY KEY (consumer, topic, partition)
);

CREATE TABLE events.inbox (
  consumer   text        NOT NULL,
  topic      text        NOT NULL,
  source     text        NOT NULL,
  id         text        NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, topic, source, id)
);

CREATE INDEX inbox_by_handled_at ON events.inbox (handled_at);
