-- name: lock_source
-- Makes two filings of one number of a channel wait for each other, before there is a row to lock.
SELECT pg_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 0));

-- name: find_by_source
SELECT request_id, tracking_no
  FROM requests
 WHERE channel = $1 AND source_ref = $2;

-- name: is_tracking_no_taken
SELECT EXISTS (SELECT FROM requests WHERE tracking_no = $1);

-- name: insert_request
INSERT INTO requests (request_id, tracking_no, channel, source_ref, round, documents, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: update_status
UPDATE requests
   SET status = $2, status_since = $3
 WHERE request_id = $1;

-- name: update_closed
UPDATE requests
   SET closed_at = $2, closed_by = $3
 WHERE request_id = $1;

-- name: update_cancel_asked
UPDATE requests
   SET cancel_asks = cancel_asks + 1, cancel_reason = $2
 WHERE request_id = $1;

-- name: update_cancelled
UPDATE requests
   SET cancelled_at = $2
 WHERE request_id = $1;

-- name: update_reopened
-- What became of the round before is no longer true of the request.
UPDATE requests
   SET round = $2, wanted = $3, reopened_at = $4, closed_at = NULL, closed_by = NULL, cancel_asks = 0,
       cancel_reason = NULL
 WHERE request_id = $1;

-- name: lock_request
-- The row lock makes whoever decides upon a request wait for the other: consumer, job, a filing that is repeated.
SELECT request_id, tracking_no, channel, source_ref, round, documents, coalesce(wanted, documents) AS wanted,
       received_at, closed_at, status, reopened_at, cancel_asks, cancel_reason, cancelled_at
  FROM requests
 WHERE request_id = $1
   FOR UPDATE;

-- name: find_by_tracking_no
SELECT request_id, tracking_no, channel, source_ref, round, documents, coalesce(wanted, documents) AS wanted,
       received_at, closed_at, status, reopened_at, cancel_asks, cancel_reason, cancelled_at
  FROM requests
 WHERE tracking_no = $1;

-- name: insert_request_step
-- The first time counts: an offer to a second officer is no new step.
INSERT INTO request_steps (request_id, round, status, reached_at)
VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING;

-- name: delete_request_steps
DELETE FROM request_steps WHERE request_id = $1 AND round = $2 AND status = ANY ($3::text[]);

-- name: insert_item_steps
INSERT INTO item_steps (request_id, round, item_id, status, reached_at)
SELECT $1, $2, item_id, $4, $5
  FROM unnest($3::uuid[]) AS x (item_id)
    ON CONFLICT DO NOTHING;

-- name: delete_item_steps
DELETE FROM item_steps WHERE request_id = $1 AND round = $2 AND item_id = $3 AND status = ANY ($4::text[]);

-- name: insert_item_deliveries
INSERT INTO item_deliveries (request_id, round, item_id, delivered_at)
SELECT $1, $2, item_id, $4
  FROM unnest($3::uuid[]) AS x (item_id)
    ON CONFLICT DO NOTHING;

-- name: insert_item_returns
INSERT INTO item_returns (request_id, round, item_id, returned_at)
SELECT $1, $2, item_id, $4
  FROM unnest($3::uuid[]) AS x (item_id)
    ON CONFLICT DO NOTHING;

-- name: list_steps
-- All steps of a round: the request's own (no item), those of its items, and how far their deliveries are.
SELECT NULL::uuid AS item_id, status, reached_at
  FROM request_steps
 WHERE request_id = $1 AND round = $2
UNION ALL
SELECT item_id, status, reached_at
  FROM item_steps
 WHERE request_id = $1 AND round = $2
UNION ALL
SELECT item_id, 'at_kelurahan', returned_at
  FROM item_returns
 WHERE request_id = $1 AND round = $2
UNION ALL
SELECT item_id, 'delivered', delivered_at
  FROM item_deliveries
 WHERE request_id = $1 AND round = $2;

-- name: upsert_retention
INSERT INTO retentions AS r (request_id, round, times)
VALUES ($1, $2, 1)
    ON CONFLICT (request_id, round) DO UPDATE
   SET times = r.times + 1;

-- name: find_retentions
SELECT times FROM retentions WHERE request_id = $1 AND round = $2;

-- name: upsert_timer
INSERT INTO timers (request_id, due_at, next_attempt_at)
VALUES ($1, $2, $2)
    ON CONFLICT (request_id) DO UPDATE
   SET due_at = excluded.due_at, next_attempt_at = excluded.next_attempt_at, attempts = 0;

-- name: claim_timers
-- The claim itself sets the next attempt, later each time: a timer that fails stands in nobody's way.
UPDATE timers
   SET attempts = attempts + 1,
       next_attempt_at = $1::timestamptz + least(interval '1 hour', interval '1 minute' * 2 ^ least(attempts, 10))
 WHERE request_id IN (
         SELECT request_id
           FROM timers
          WHERE next_attempt_at <= $1
          ORDER BY next_attempt_at
          LIMIT $2
            FOR UPDATE SKIP LOCKED
       )
RETURNING request_id;

-- name: delete_timer
DELETE FROM timers WHERE request_id = $1;

-- name: delete_due_timer
DELETE FROM timers WHERE request_id = $1 AND due_at <= $2;
