package dev.durableobjects.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durableobjects.sql.SqlRow;
import dev.durableobjects.sql.SqlStorage;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// A SHA-256 of whatever is in tables. Stateless.
final class RowDigest {

    private RowDigest() {}

    static String of(SqlStorage sql, List<String> tables) {
        MessageDigest digest = sha256();
        for (String table : tables) {
            digest.update(table.getBytes(UTF_8));
            for (SqlRow row : sql.exec("SELECT * FROM " + table + " ORDER BY rowid")) {
                for (String column : row.columnNames()) {
                    Object value = row.get(column);
                    digest.update((byte) 0);
                    digest.update(
                            value instanceof byte[] bytes
                                    ? bytes
                                    : String.valueOf(value).getBytes(UTF_8));
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has it", e);
        }
    }
}
