-- depends:

-- Folded from halopamor.intake.request.v1: how the resident of a request is reached. No name, no NIK, no house.
CREATE TABLE contacts (
    request_id  uuid PRIMARY KEY,
    tracking_no text NOT NULL,
    rw          text NOT NULL,
    phone       text NOT NULL,
    email       text,
    language    text NOT NULL,
    received_at timestamptz NOT NULL
);

-- Folded from halopamor.dispatch.officer.v1. Who left keeps a row: facts about earlier work may come later.
CREATE TABLE officers (
    officer_id uuid PRIMARY KEY,
    name       text NOT NULL,
    phone      text NOT NULL,
    email      text,
    changed_at timestamptz NOT NULL,
    left_at    timestamptz
);

-- Folded from halopamor.notify.message.v1: what is known of each message. Neither address nor text.
CREATE TABLE messages (
    message_id   uuid PRIMARY KEY,
    request_id   uuid NOT NULL,
    round        smallint NOT NULL,
    cause_type   text NOT NULL,
    cause_id     text NOT NULL,
    recipient    text NOT NULL,
    recipient_id uuid,
    channel      text NOT NULL,
    template     text NOT NULL,
    language     text NOT NULL,
    state        text NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'unknown')),
    reason       text,
    queued_at    timestamptz NOT NULL,
    settled_at   timestamptz,
    UNIQUE (cause_id, recipient, template),
    CHECK ((state = 'queued') = (settled_at IS NULL))
);
CREATE INDEX messages_newest ON messages (queued_at DESC, message_id DESC);
CREATE INDEX messages_of_request ON messages (request_id, queued_at DESC, message_id DESC);

-- Not folded: address and text on their way out, and which job holds them. A row goes 30 days after it was settled.
CREATE TABLE outgoing (
    message_id     uuid PRIMARY KEY,
    request_id     uuid NOT NULL,
    round          smallint NOT NULL,
    channel        text NOT NULL,
    address        text NOT NULL,
    subject        text,
    body           text NOT NULL,
    due_at         timestamptz NOT NULL,
    attempts       smallint NOT NULL DEFAULT 0,
    first_tried_at timestamptz,
    lease_id       uuid,
    leased_until   timestamptz,
    settled_at     timestamptz,
    CHECK ((lease_id IS NULL) = (leased_until IS NULL)),
    CHECK (settled_at IS NULL OR lease_id IS NULL)
);
CREATE INDEX outgoing_due ON outgoing (channel, due_at) WHERE settled_at IS NULL AND lease_id IS NULL;
CREATE INDEX outgoing_leased ON outgoing (leased_until) WHERE lease_id IS NOT NULL;
CREATE INDEX outgoing_settled ON outgoing (settled_at) WHERE settled_at IS NOT NULL;
