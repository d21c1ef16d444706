-- A page without scripts can't say how long the file is that its reader is about to choose.
ALTER TABLE uploads ALTER COLUMN size DROP NOT NULL;
