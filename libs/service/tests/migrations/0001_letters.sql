CREATE TABLE letters (
  letter_id  uuid PRIMARY KEY,
  title      text NOT NULL,
  written_at timestamptz NOT NULL
);

-- Checked at COMMIT only: what fails there fails after the route has returned.
CREATE TABLE titles (title text UNIQUE DEFERRABLE INITIALLY DEFERRED);

CREATE FUNCTION remember_title() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN IF new.title LIKE ''unique%'' THEN INSERT INTO titles VALUES (new.title); END IF; RETURN new; END';

CREATE TRIGGER letters_remember_title BEFORE INSERT ON letters FOR EACH ROW EXECUTE FUNCTION remember_title();
