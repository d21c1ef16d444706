-- Who is to be told, and what of, on the everyday paths.

-- depends: 0003_messages_of_officers

-- Folded from halopamor.intake.request.v1 as the rest of the table: the round in which cancelling was asked for last.
ALTER TABLE contacts ADD COLUMN cancel_round smallint;

-- Folded from halopamor.dispatch.assignment.v1: who serves each round of a request, and what came of it.
-- After a release the row says who served at last: what is told late goes to him.
CREATE TABLE assignments (
    request_id  uuid NOT NULL,
    round       smallint NOT NULL,
    asked_id    uuid,
    holder_id   uuid,
    accepted_at timestamptz,
    delivered   smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (request_id, round),
    CHECK (holder_id IS NULL OR accepted_at IS NOT NULL)
);

-- Folded from halopamor.documents.dossier.v1: which document an item is, so that a message can name it.
CREATE TABLE items (
    item_id    uuid PRIMARY KEY,
    request_id uuid NOT NULL,
    round      smallint NOT NULL,
    kind       text NOT NULL
);
