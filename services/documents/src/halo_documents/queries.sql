-- Facts of other services ------------------------------------------------------------------------------------------

-- name: insert_request
INSERT INTO requests (request_id, tracking_no, kelurahan_code, rw, documents, resident_name, resident_nik,
                      resident_kk, resident_address, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: update_request_cancel_requested
UPDATE requests
   SET cancel_round = $2
 WHERE request_id = $1;

-- name: update_request_cancelled
UPDATE requests
   SET cancelled_at = $2
 WHERE request_id = $1;

-- name: update_request_reopened
-- What is wanted now may be less than what was asked for at first.
UPDATE requests
   SET round = $2, documents = $3
 WHERE request_id = $1;

-- name: is_request_cancelled
SELECT EXISTS (SELECT FROM requests WHERE request_id = $1 AND cancelled_at IS NOT NULL);

-- name: upsert_assignment
-- Who accepted last holds the request.
INSERT INTO assignments (request_id, round, officer_id, accepted_at)
VALUES ($1, $2, $3, $4)
    ON CONFLICT (request_id) DO UPDATE
   SET round = excluded.round, officer_id = excluded.officer_id, accepted_at = excluded.accepted_at,
       released_at = NULL;

-- name: update_assignment_released
-- A request may wait in the queue before anybody held it.
UPDATE assignments
   SET released_at = $2
 WHERE request_id = $1;

-- name: insert_visit
INSERT INTO visits (visit_id, request_id, round, officer_id, made_at)
VALUES ($1, $2, $3, $4, $5);

-- name: upsert_delivery
-- A document that came back is delivered again: the last delivery counts.
INSERT INTO deliveries (item_id, delivery_id, request_id, delivered_at)
SELECT item_id, $2, $3, $4
  FROM unnest($1::uuid[]) AS x (item_id)
    ON CONFLICT (item_id) DO UPDATE
   SET delivery_id = excluded.delivery_id, delivered_at = excluded.delivered_at;

-- name: upsert_officer
-- Who comes back into the register has left no more.
INSERT INTO officers (officer_id, left_at)
VALUES ($1, $2)
    ON CONFLICT (officer_id) DO UPDATE
   SET left_at = excluded.left_at;

-- name: find_asked
SELECT tracking_no, kelurahan_code, rw, documents, resident_name, resident_nik, resident_kk, resident_address, round,
       cancelled_at
  FROM requests
 WHERE request_id = $1;

-- name: find_holder
-- Who served an earlier round holds nothing in the new one until he accepts it.
SELECT a.officer_id, a.round, greatest(a.round, r.round) AS present_round,
       EXISTS (SELECT FROM visits AS v WHERE v.request_id = a.request_id AND v.round = a.round) AS visited,
       EXISTS (SELECT FROM officers AS o WHERE o.officer_id = a.officer_id AND o.left_at IS NOT NULL) AS has_left,
       a.released_at IS NOT NULL OR coalesce(r.round > a.round, FALSE) AS released,
       r.cancelled_at IS NOT NULL AS cancelled
  FROM assignments AS a
  LEFT JOIN requests AS r ON r.request_id = a.request_id
 WHERE a.request_id = $1;

-- name: lock_holder
-- One step of a request at a time.
SELECT a.officer_id, a.round, greatest(a.round, r.round) AS present_round,
       EXISTS (SELECT FROM visits AS v WHERE v.request_id = a.request_id AND v.round = a.round) AS visited,
       EXISTS (SELECT FROM officers AS o WHERE o.officer_id = a.officer_id AND o.left_at IS NOT NULL) AS has_left,
       a.released_at IS NOT NULL OR coalesce(r.round > a.round, FALSE) AS released,
       r.cancelled_at IS NOT NULL AS cancelled
  FROM assignments AS a
  LEFT JOIN requests AS r ON r.request_id = a.request_id
 WHERE a.request_id = $1
   FOR UPDATE OF a;

-- Need and items -------------------------------------------------------------------------------------------------------

-- name: insert_dossier
INSERT INTO dossiers (request_id, round, officer_id, checklist_version, recorded_at)
VALUES ($1, $2, $3, $4, $5);

-- name: insert_items
INSERT INTO items (item_id, request_id, round, position, kind, state, state_at)
SELECT item_id, $3, $4, position, kind, 'needed', $5
  FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS x (item_id, kind, position);

-- name: find_dossier
SELECT request_id, round, officer_id, checklist_version
  FROM dossiers
 WHERE request_id = $1 AND round = $2;

-- name: list_items
-- Delivered goes before rejected, and both before cancelled.
SELECT i.item_id, i.request_id, i.round, i.kind, i.issue_number, i.print_count, i.blank_serial,
       i.held_reason, i.held_at, i.rejection,
       CASE WHEN l.item_id IS NOT NULL THEN 'delivered'
            WHEN r.cancelled_at IS NOT NULL AND i.state <> 'rejected' THEN 'cancelled'
            ELSE i.state END AS state,
       CASE WHEN l.item_id IS NOT NULL THEN l.delivered_at
            WHEN r.cancelled_at IS NOT NULL AND i.state <> 'rejected' THEN r.cancelled_at
            ELSE i.state_at END AS state_at,
       d.officer_id AS collector_id, a.officer_id AS holder_id, r.tracking_no, r.cancel_round
  FROM items AS i
  JOIN dossiers AS d ON d.request_id = i.request_id AND d.round = i.round
  LEFT JOIN assignments AS a ON a.request_id = i.request_id
  LEFT JOIN requests AS r ON r.request_id = i.request_id
  LEFT JOIN deliveries AS l ON l.item_id = i.item_id
 WHERE i.request_id = $1 AND i.round = $2
 ORDER BY i.position;

-- name: find_item_state
SELECT state
  FROM items
 WHERE item_id = $1;

-- name: find_item_request
SELECT request_id
  FROM items
 WHERE item_id = $1;

-- name: find_item_place
SELECT request_id, round
  FROM items
 WHERE item_id = $1;

-- name: list_revised_rows
-- What the latest revision of each item asked for again.
SELECT r.item_id, r.row_code, r.reason, r.requested_at
  FROM items AS i
  JOIN revisions AS r ON r.item_id = i.item_id AND r.number = i.revisions
 WHERE i.request_id = $1 AND i.round = $2;

-- name: update_items_submitted
UPDATE items
   SET state = 'submitted', state_at = $3
 WHERE request_id = $1 AND item_id = ANY ($2::uuid[]);

-- Papers -----------------------------------------------------------------------------------------------------------------

-- name: count_papers
-- Of papers that were read the upload may be gone. What was asked again has made room.
SELECT count(*) FILTER (WHERE x.state NOT IN ('quarantined', 'expired')) AS held,
       count(*) FILTER (WHERE x.state IN ('quarantined', 'expired')) AS failed
  FROM (SELECT state
          FROM papers
         WHERE request_id = $1 AND round = $2 AND purpose = $3 AND superseded_at IS NULL
         UNION ALL
        SELECT u.state
          FROM uploads AS u
         WHERE u.request_id = $1 AND u.round = $2 AND u.purpose = $3
           AND NOT EXISTS (SELECT FROM papers AS p WHERE p.paper_id = u.paper_id)) AS x;

-- name: insert_upload
INSERT INTO uploads (paper_id, request_id, round, purpose, item_id, row_code, media_type, size, officer_id, state,
                     created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'awaited', $10, $11);

-- name: find_upload
SELECT paper_id, request_id, round, purpose, item_id, row_code, media_type, size, officer_id, expires_at, state
  FROM uploads
 WHERE paper_id = $1;

-- name: lock_upload
SELECT state
  FROM uploads
 WHERE paper_id = $1
   FOR UPDATE;

-- name: update_uploads_withdrawn
-- Announced for items that go to the desk, and never reported.
UPDATE uploads
   SET state = 'expired'
 WHERE item_id = ANY ($1::uuid[]) AND request_id = $2 AND round = $3 AND state = 'awaited';

-- name: update_upload_stored
UPDATE uploads
   SET state = 'stored', reason = NULL, stored_at = $2, due_at = $2, attempts = 0
 WHERE paper_id = $1 AND state = 'awaited';

-- name: claim_uploads
-- The oldest stored uploads that no other worker holds; each is leased until $2.
UPDATE uploads AS u
   SET due_at = $2, attempts = u.attempts + 1
  FROM (SELECT paper_id
          FROM uploads
         WHERE state = 'stored' AND due_at <= $1
         ORDER BY due_at
         LIMIT $3
           FOR UPDATE SKIP LOCKED) AS due
 WHERE u.paper_id = due.paper_id
RETURNING u.paper_id, u.request_id, u.round, u.purpose, u.item_id, u.row_code, u.media_type, u.size, u.officer_id,
          u.expires_at, u.stored_at, u.due_at, u.attempts;

-- name: update_uploads_released
-- Leases given back before their end. No try was made, so none is counted.
UPDATE uploads AS u
   SET due_at = $3, attempts = greatest(u.attempts - 1, 0)
  FROM unnest($1::uuid[], $2::timestamptz[]) AS x (paper_id, lease_until)
 WHERE u.paper_id = x.paper_id AND u.state = 'stored' AND u.due_at = x.lease_until;

-- name: update_uploads_checked
-- Only where the lease still holds; the papers that it still holds for are returned.
UPDATE uploads AS u
   SET state = 'checked', due_at = NULL
  FROM unnest($1::uuid[], $2::timestamptz[]) AS x (paper_id, lease_until)
 WHERE u.paper_id = x.paper_id AND u.state = 'stored' AND u.due_at = x.lease_until
RETURNING u.paper_id;

-- name: update_uploads_awaited
UPDATE uploads AS u
   SET state = 'awaited', reason = x.reason, due_at = NULL
  FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS x (paper_id, lease_until, reason)
 WHERE u.paper_id = x.paper_id AND u.state = 'stored' AND u.due_at = x.lease_until;

-- name: update_uploads_expired
UPDATE uploads
   SET state = 'expired'
 WHERE paper_id IN (SELECT paper_id
                      FROM uploads
                     WHERE state = 'awaited' AND expires_at <= $1
                     ORDER BY expires_at
                     LIMIT $2
                       FOR UPDATE SKIP LOCKED);

-- name: delete_uploads_cleared
-- What was cleared stands in the dossier, and its file in the store.
DELETE FROM uploads
 WHERE paper_id IN (SELECT u.paper_id
                      FROM uploads AS u
                      JOIN papers AS p ON p.paper_id = u.paper_id AND p.state = 'cleared'
                     WHERE u.state = 'checked' AND u.created_at < $1
                     ORDER BY u.created_at
                     LIMIT $2
                       FOR UPDATE OF u SKIP LOCKED);

-- name: list_uploads_uncleared
-- Ended, and certainly not cleared: while papers are folded anew, that one is missing says nothing. Awaited and stored
-- ones are in work, however old they are.
SELECT u.paper_id, u.request_id, u.round, u.purpose, u.item_id, u.row_code, u.media_type, u.size, u.officer_id,
       u.expires_at
  FROM uploads AS u
 WHERE u.state IN ('checked', 'expired') AND u.created_at < $1
   AND (u.state = 'expired'
        OR EXISTS (SELECT FROM papers AS p WHERE p.paper_id = u.paper_id AND p.state = 'quarantined'))
 ORDER BY u.created_at
 LIMIT $2;

-- name: delete_uploads
DELETE FROM uploads
 WHERE paper_id = ANY ($1::uuid[]) AND state IN ('checked', 'expired');

-- name: insert_paper
INSERT INTO papers (paper_id, request_id, round, purpose, item_id, row_code, sha256, size, media_type, state,
                    uploaded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'uploaded', $10);

-- name: update_paper_checked
UPDATE papers
   SET state = $2, reason = $3, checked_at = $4
 WHERE paper_id = $1;

-- name: find_paper
-- What the topic says of a paper goes before what is under way.
SELECT paper_id, request_id, purpose, item_id, row_code, media_type, size, state, reason, sha256,
       superseded_at
  FROM papers
 WHERE paper_id = $1
 UNION ALL
SELECT u.paper_id, u.request_id, u.purpose, u.item_id, u.row_code, u.media_type, u.size, u.state, u.reason, NULL,
       NULL
  FROM uploads AS u
 WHERE u.paper_id = $1 AND NOT EXISTS (SELECT FROM papers AS p WHERE p.paper_id = u.paper_id);

-- name: list_papers
SELECT paper_id, request_id, purpose, item_id, row_code, media_type, size, state, reason, sha256,
       superseded_at, uploaded_at AS since
  FROM papers
 WHERE request_id = $1 AND round = $2
 UNION ALL
SELECT u.paper_id, u.request_id, u.purpose, u.item_id, u.row_code, u.media_type, u.size, u.state, u.reason, NULL,
       NULL, u.created_at
  FROM uploads AS u
 WHERE u.request_id = $1 AND u.round = $2
   AND NOT EXISTS (SELECT FROM papers AS p WHERE p.paper_id = u.paper_id)
 ORDER BY since, paper_id;

-- name: list_cleared_rows
SELECT item_id, row_code
  FROM papers
 WHERE request_id = $1 AND round = $2 AND state = 'cleared' AND superseded_at IS NULL
   AND item_id IS NOT NULL AND row_code IS NOT NULL;

-- name: list_stored_rows
-- The rows of items whose papers wait for their check.
SELECT item_id, row_code
  FROM uploads
 WHERE request_id = $1 AND round = $2 AND state = 'stored' AND item_id IS NOT NULL AND row_code IS NOT NULL;

-- Desk -------------------------------------------------------------------------------------------------------------------

-- name: list_desk
-- Of a cancelled request nothing waits any more.
SELECT i.item_id, i.request_id, i.round, i.kind, i.state, i.state_at, i.issue_number, i.print_count, i.blank_serial,
       i.held_reason, i.held_at, i.rejection, d.officer_id AS collector_id, a.officer_id AS holder_id, r.tracking_no,
       r.kelurahan_code, r.cancel_round
  FROM items AS i
  JOIN dossiers AS d ON d.request_id = i.request_id AND d.round = i.round
  LEFT JOIN assignments AS a ON a.request_id = i.request_id
  LEFT JOIN requests AS r ON r.request_id = i.request_id
 WHERE i.state = $1 AND (i.state_at, i.item_id) > ($2, $3::uuid) AND r.cancelled_at IS NULL
   AND ($5::text IS NULL OR r.kelurahan_code = $5)
 ORDER BY i.state_at, i.item_id
 LIMIT $4;

-- name: count_desk
SELECT i.state, count(*) AS waiting
  FROM items AS i
  LEFT JOIN requests AS r ON r.request_id = i.request_id
 WHERE i.state IN ('needed', 'submitted', 'verified', 'issued', 'printed') AND r.cancelled_at IS NULL
   AND ($1::text IS NULL OR r.kelurahan_code = $1)
 GROUP BY i.state;

-- name: lock_item
SELECT i.item_id, i.request_id, i.round, i.kind, i.state_at, i.issue_number, i.print_count, i.blank_serial,
       i.held_reason, i.held_at, i.rejection,
       CASE WHEN r.cancelled_at IS NOT NULL AND i.state <> 'rejected' THEN 'cancelled' ELSE i.state END AS state,
       d.officer_id AS collector_id, a.officer_id AS holder_id, r.tracking_no
  FROM items AS i
  JOIN dossiers AS d ON d.request_id = i.request_id AND d.round = i.round
  LEFT JOIN assignments AS a ON a.request_id = i.request_id
  LEFT JOIN requests AS r ON r.request_id = i.request_id
 WHERE i.item_id = $1
   FOR UPDATE OF i;

-- name: lock_number
-- Two operators who enter one number at the same moment: the second waits, and then finds it taken.
SELECT pg_advisory_xact_lock($1::int, hashtext($2));

-- name: has_issue_number
-- In a later round the same request may bring a document again, with the number that it had.
SELECT EXISTS (SELECT
                 FROM items
                WHERE kind = $1 AND issue_number = $2 AND (request_id <> $3 OR round >= $4));

-- name: has_blank_serial
SELECT EXISTS (SELECT FROM items WHERE kind = $1 AND blank_serial = $2);

-- name: update_item_verified
UPDATE items
   SET state = 'verified', state_at = $2
 WHERE item_id = $1;

-- name: update_item_issued
UPDATE items
   SET state = 'issued', state_at = $2, issue_number = $3
 WHERE item_id = $1;

-- name: update_item_printed
UPDATE items
   SET state = 'printed', state_at = $2, print_count = $3, blank_serial = $4
 WHERE item_id = $1;

-- name: update_item_revised
UPDATE items
   SET state = 'needed', state_at = $2, revisions = revisions + 1
 WHERE item_id = $1;

-- name: insert_revised_rows
-- Under the number that the item has since then.
INSERT INTO revisions (item_id, number, row_code, reason, requested_at)
SELECT i.item_id, i.revisions, x.row_code, x.reason, $4
  FROM items AS i,
       unnest($2::text[], $3::text[]) AS x (row_code, reason)
 WHERE i.item_id = $1;

-- name: update_papers_superseded
UPDATE papers
   SET superseded_at = $3
 WHERE item_id = $1 AND row_code = ANY ($2::text[]) AND superseded_at IS NULL;

-- name: update_item_held
UPDATE items
   SET held_reason = $2, held_at = $3
 WHERE item_id = $1;

-- name: update_item_rejected
-- It is over: it waits for nothing any more.
UPDATE items
   SET state = 'rejected', state_at = $2, rejection = $3, held_reason = NULL, held_at = NULL
 WHERE item_id = $1;

-- Handover ---------------------------------------------------------------------------------------------------------------

-- name: insert_handover
INSERT INTO handovers (handover_id, request_id, round, items, operator_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: list_handovers
SELECT handover_id, request_id, round, items, operator_id, created_at, confirmed_at, withdrawn_at
  FROM handovers
 WHERE request_id = $1 AND round = $2
 ORDER BY created_at, handover_id;

-- name: lock_handover
SELECT handover_id, request_id, round, items, operator_id, created_at, confirmed_at, withdrawn_at
  FROM handovers
 WHERE handover_id = $1
   FOR UPDATE;

-- name: update_handover_confirmed
UPDATE handovers
   SET confirmed_at = $2
 WHERE handover_id = $1 AND confirmed_at IS NULL AND withdrawn_at IS NULL;

-- name: update_handover_withdrawn
UPDATE handovers
   SET withdrawn_at = $2, withdrawn_by = $3
 WHERE handover_id = $1 AND confirmed_at IS NULL AND withdrawn_at IS NULL;

-- name: update_items_handed_over
UPDATE items
   SET state = 'handed_over', state_at = $3, handover_id = $4
 WHERE request_id = $1 AND item_id = ANY ($2::uuid[]);
