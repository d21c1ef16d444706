-- Rounds of a request; visits and deliveries that fail; documents that are rejected; requests that are cancelled.
-- Each column is folded from its table's topic. Rows of an earlier release belong to round 1.

-- depends: 0003_assignments

ALTER TABLE requests
  ADD COLUMN cancel_requested_round smallint,
  ADD COLUMN cancelled_at timestamptz;

COMMENT ON COLUMN requests.cancel_requested_round IS 'The latest round in which the resident asked to cancel';

DROP INDEX requests_open;
CREATE INDEX requests_open ON requests (request_id) WHERE closed_at IS NULL AND cancelled_at IS NULL;

ALTER TABLE items
  ADD COLUMN round smallint NOT NULL DEFAULT 1,
  ADD COLUMN rejected_at timestamptz;

ALTER TABLE assignments
  DROP CONSTRAINT assignments_state_check,
  ADD CONSTRAINT assignments_state_check
      CHECK (state IN ('awaited', 'offered', 'declined', 'accepted', 'released')),
  ADD COLUMN cancel_answered_round smallint;

COMMENT ON COLUMN assignments.officer_id IS 'Who is asked (offered), holds the request (accepted), or did so (released)';
COMMENT ON COLUMN assignments.cancel_answered_round IS 'The latest round in which a resident who asked to cancel was answered';

ALTER TABLE visits
  ADD COLUMN round smallint NOT NULL DEFAULT 1,
  ADD COLUMN missed_at timestamptz,
  ADD COLUMN miss_reason text;

DROP INDEX visits_open;
CREATE UNIQUE INDEX visits_open ON visits (request_id)
 WHERE made_at IS NULL AND replaced_at IS NULL AND missed_at IS NULL;

CREATE TABLE tried_items (
    item_id uuid PRIMARY KEY,
    request_id uuid NOT NULL,
    tries smallint NOT NULL,
    reason text NOT NULL,
    failed_at timestamptz NOT NULL,
    returned_at timestamptz
);

COMMENT ON TABLE tried_items IS 'Documents that could not be handed over: how often, why at last, since when the kelurahan keeps them';

-- Open is what is not closed, cancelled or released, and still has a document of its round to bring, or a resident
-- who asked to cancel and waits for the answer. It rests on three topics, so it is derived when read.
CREATE OR REPLACE VIEW open_assignments AS
SELECT a.request_id, a.round, a.state, a.officer_id, a.due_at, a.kelurahan_code, a.await_reason, a.changed_at,
       c.pending AS cancel_pending
  FROM assignments AS a
  JOIN requests AS r ON r.request_id = a.request_id AND r.closed_at IS NULL AND r.cancelled_at IS NULL
 CROSS JOIN LATERAL (
           SELECT r.cancel_requested_round IS NOT DISTINCT FROM a.round
              AND a.cancel_answered_round IS DISTINCT FROM a.round AS pending) AS c
 WHERE a.state <> 'released'
   AND (c.pending
        OR NOT EXISTS (SELECT FROM items AS i WHERE i.request_id = r.request_id AND i.round = a.round)
        OR EXISTS (
               SELECT FROM items AS i
                 LEFT JOIN delivered_items AS d ON d.item_id = i.item_id
                WHERE i.request_id = r.request_id AND i.round = a.round AND i.rejected_at IS NULL
                  AND d.item_id IS NULL));
