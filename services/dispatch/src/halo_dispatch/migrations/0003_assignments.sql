-- Who serves a request, his visits and deliveries: the fold of dispatch's own assignment topic.

-- depends: 0002_requests

CREATE TABLE assignments (
    request_id uuid PRIMARY KEY,
    round smallint NOT NULL,
    state text NOT NULL CHECK (state IN ('awaited', 'offered', 'declined', 'accepted')),
    officer_id uuid,
    level text,
    due_at timestamptz,
    kelurahan_code text,
    await_reason text,
    coordinator_id uuid,
    changed_at timestamptz NOT NULL
);

COMMENT ON COLUMN assignments.officer_id IS 'Who is asked (offered) or holds the request (accepted)';
COMMENT ON COLUMN assignments.kelurahan_code IS 'Whose queue the request waits in (awaited)';

CREATE INDEX assignments_of_officer ON assignments (officer_id, changed_at, request_id);
CREATE INDEX assignments_awaited ON assignments (kelurahan_code, changed_at, request_id) WHERE state = 'awaited';

CREATE TABLE declines (
    request_id uuid NOT NULL,
    round smallint NOT NULL,
    officer_id uuid NOT NULL,
    reason text NOT NULL,
    declined_at timestamptz NOT NULL,
    PRIMARY KEY (request_id, round, officer_id)
);

CREATE TABLE visits (
    visit_id uuid PRIMARY KEY,
    request_id uuid NOT NULL,
    officer_id uuid NOT NULL,
    visit_at timestamptz NOT NULL,
    scheduled_at timestamptz NOT NULL,
    replaced_at timestamptz,
    made_at timestamptz
);

CREATE INDEX visits_of_request ON visits (request_id, scheduled_at);
CREATE UNIQUE INDEX visits_open ON visits (request_id) WHERE made_at IS NULL AND replaced_at IS NULL;

CREATE TABLE deliveries (
    delivery_id uuid PRIMARY KEY,
    request_id uuid NOT NULL,
    officer_id uuid NOT NULL,
    relation text NOT NULL,
    paper_id uuid NOT NULL,
    old_card_returned boolean NOT NULL,
    completed_at timestamptz NOT NULL
);

CREATE TABLE delivered_items (
    item_id uuid PRIMARY KEY,
    request_id uuid NOT NULL,
    delivery_id uuid NOT NULL REFERENCES deliveries
);

CREATE INDEX delivered_items_of_request ON delivered_items (request_id);

-- Open is what is neither closed by intake nor wholly delivered: it rests on three topics, so it is derived when read.
-- Documents are looked at for open requests only: they are found by r, which the partial index limits to those.
CREATE VIEW open_assignments AS
SELECT a.request_id, a.round, a.state, a.officer_id, a.due_at, a.kelurahan_code, a.await_reason, a.changed_at
  FROM assignments AS a
  JOIN requests AS r ON r.request_id = a.request_id AND r.closed_at IS NULL
 WHERE NOT EXISTS (SELECT FROM items AS i WHERE i.request_id = r.request_id)
    OR EXISTS (
           SELECT FROM items AS i
             LEFT JOIN delivered_items AS d ON d.item_id = i.item_id
            WHERE i.request_id = r.request_id AND d.item_id IS NULL);
