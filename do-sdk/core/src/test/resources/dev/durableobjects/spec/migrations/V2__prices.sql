ALTER TABLE seats ADD COLUMN price INTEGER NOT NULL DEFAULT 100;
CREATE TRIGGER cheaper AFTER UPDATE OF price ON seats BEGIN
  UPDATE seats SET occupant = NULL WHERE seat_id = new.seat_id AND new.price = 0;
END;
