-- What intake and documents say. Each table is the fold of one topic.

-- depends: 0001_register

CREATE TABLE requests (
    request_id uuid PRIMARY KEY,
    round smallint NOT NULL,
    tracking_no text NOT NULL,
    documents text[] NOT NULL,
    kelurahan_code text NOT NULL,
    rw text NOT NULL,
    rt text,
    target_group text,
    household_size smallint,
    language text NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    address text NOT NULL,
    note text,
    received_at timestamptz NOT NULL,
    closed_at timestamptz
);

-- Years of closed requests must not slow down what looks at the open ones.
CREATE INDEX requests_open ON requests (request_id) WHERE closed_at IS NULL;

CREATE TABLE items (
    item_id uuid PRIMARY KEY,
    request_id uuid NOT NULL,
    kind text NOT NULL,
    recorded_at timestamptz NOT NULL
);

CREATE INDEX items_of_request ON items (request_id);

CREATE TABLE handed_items (
    item_id uuid PRIMARY KEY,
    request_id uuid NOT NULL,
    handover_id uuid NOT NULL,
    officer_id uuid NOT NULL,
    handed_at timestamptz NOT NULL
);

CREATE INDEX handed_items_of_request ON handed_items (request_id);

CREATE TABLE papers (
    paper_id uuid PRIMARY KEY,
    request_id uuid NOT NULL,
    purpose text,
    sha256 text,
    uploaded_at timestamptz,
    cleared_at timestamptz,
    quarantined_at timestamptz
);
