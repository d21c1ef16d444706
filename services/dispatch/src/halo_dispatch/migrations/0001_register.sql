-- The register. Kelurahan and RW are reloaded from files; officers are the fold of their own events.

CREATE TABLE kelurahan (
    kelurahan_code text NOT NULL,
    name text NOT NULL,
    kecamatan_code text NOT NULL,
    kecamatan text NOT NULL,
    postal_code text NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz CHECK (valid_to >= valid_from),
    PRIMARY KEY (kelurahan_code, valid_from)
);

CREATE UNIQUE INDEX kelurahan_valid ON kelurahan (kelurahan_code) WHERE valid_to IS NULL;

CREATE TABLE rws (
    kelurahan_code text NOT NULL,
    rw text NOT NULL,
    source text NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz CHECK (valid_to >= valid_from),
    PRIMARY KEY (kelurahan_code, rw, valid_from)
);

COMMENT ON COLUMN rws.source IS 'Who says that the RW exists; synthetic: nobody, it stands in for the city''s own list';

CREATE UNIQUE INDEX rws_valid ON rws (kelurahan_code, rw) WHERE valid_to IS NULL;

CREATE TABLE officers (
    officer_id uuid PRIMARY KEY,
    role text NOT NULL,
    kelurahan_code text NOT NULL,
    rws text[] NOT NULL,
    on_duty boolean NOT NULL,
    name text NOT NULL,
    phone text,
    email text,
    changed_at timestamptz NOT NULL,
    left_at timestamptz,
    CHECK (phone IS NOT NULL OR left_at IS NOT NULL)
);

CREATE INDEX officers_of_kelurahan ON officers (kelurahan_code) WHERE left_at IS NULL;
