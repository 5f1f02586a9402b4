package dev.durableobjects.runtime;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/// Reads a database as a stranger would, and says what came of it.
final class OutsideReader {

    private OutsideReader() {}

    public static void main(String[] arguments) throws Exception {
        String result = "read";
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + arguments[0]);
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT count(*) FROM bodies");
        } catch (SQLException e) {
            result = String.valueOf(e.getMessage());
        }
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        out.write(result.getBytes(ChildJvm.CHARSET));
        out.flush();
    }
}
