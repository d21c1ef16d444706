-- Folded from halopamor.intake.request.v1. What an operator needs to know of a resident, and no more.
CREATE TABLE requests (
  request_id uuid PRIMARY KEY,
  tracking_no text NOT NULL,
  kelurahan_code text NOT NULL,
  rw text NOT NULL,
  documents text[] NOT NULL,
  resident_name text NOT NULL,
  resident_nik text,
  resident_kk text,
  resident_address text NOT NULL,
  received_at timestamptz NOT NULL
);

-- Folded from halopamor.dispatch.assignment.v1, as are visits and deliveries.
CREATE TABLE assignments (
  request_id uuid PRIMARY KEY,
  round smallint NOT NULL,
  officer_id uuid NOT NULL,
  accepted_at timestamptz NOT NULL
);

CREATE TABLE visits (
  visit_id uuid PRIMARY KEY,
  request_id uuid NOT NULL,
  round smallint NOT NULL,
  officer_id uuid NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE INDEX visits_request ON visits (request_id, round);

CREATE TABLE deliveries (
  item_id uuid PRIMARY KEY,
  delivery_id uuid NOT NULL,
  request_id uuid NOT NULL,
  delivered_at timestamptz NOT NULL
);

-- Folded from halopamor.documents.dossier.v1, the service's own topic, as are items and papers.
CREATE TABLE dossiers (
  request_id uuid NOT NULL,
  round smallint NOT NULL,
  officer_id uuid NOT NULL,
  checklist_version text NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (request_id, round)
);

CREATE TABLE items (
  item_id uuid PRIMARY KEY,
  request_id uuid NOT NULL,
  round smallint NOT NULL,
  position smallint NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  state_at timestamptz NOT NULL,
  issue_number text,
  print_count smallint NOT NULL DEFAULT 0,
  blank_serial text,
  handover_id uuid,
  FOREIGN KEY (request_id, round) REFERENCES dossiers (request_id, round),
  UNIQUE (request_id, round, position)
);
CREATE INDEX items_desk ON items (state, state_at, item_id);
CREATE UNIQUE INDEX items_issue_number ON items (kind, issue_number) WHERE issue_number IS NOT NULL;
CREATE UNIQUE INDEX items_blank_serial ON items (kind, blank_serial) WHERE blank_serial IS NOT NULL;

CREATE TABLE papers (
  paper_id uuid PRIMARY KEY,
  request_id uuid NOT NULL,
  round smallint NOT NULL,
  purpose text NOT NULL,
  item_id uuid,
  row_code text,
  sha256 text NOT NULL,
  size bigint NOT NULL,
  media_type text NOT NULL,
  state text NOT NULL,
  reason text,
  uploaded_at timestamptz NOT NULL,
  checked_at timestamptz
);
CREATE INDEX papers_request ON papers (request_id, round);

-- Not folded: uploads under way. due_at is when a worker may take a stored one; taking it moves due_at on by the lease.
CREATE TABLE uploads (
  paper_id uuid PRIMARY KEY,
  request_id uuid NOT NULL,
  round smallint NOT NULL,
  purpose text NOT NULL,
  item_id uuid,
  row_code text,
  media_type text NOT NULL,
  size bigint NOT NULL,
  officer_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('awaited', 'stored', 'checked', 'expired')),
  reason text,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  stored_at timestamptz,
  due_at timestamptz,
  attempts smallint NOT NULL DEFAULT 0,
  CHECK (state <> 'stored' OR (stored_at IS NOT NULL AND due_at IS NOT NULL))
);
CREATE INDEX uploads_request ON uploads (request_id, round);
CREATE INDEX uploads_due ON uploads (due_at) WHERE state = 'stored';
CREATE INDEX uploads_lapsing ON uploads (expires_at) WHERE state = 'awaited';

-- Not folded: handovers that wait for the officer. What both confirmed is a fact, and stands in items.
CREATE TABLE handovers (
  handover_id uuid PRIMARY KEY,
  request_id uuid NOT NULL,
  round smallint NOT NULL,
  items uuid[] NOT NULL,
  operator_id text NOT NULL,
  created_at timestamptz NOT NULL,
  confirmed_at timestamptz
);
CREATE INDEX handovers_request ON handovers (request_id, round);
