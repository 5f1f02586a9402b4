-- A comment; with a semicolon.
CREATE TABLE seats (seat_id TEXT PRIMARY KEY, occupant TEXT);
INSERT INTO seats VALUES ('1A', 'Ada; Lovelace'), ('1B', NULL);
