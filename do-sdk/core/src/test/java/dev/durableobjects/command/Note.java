package dev.durableobjects.command;

import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.runtime.DurableObjects;
import java.nio.file.Path;
import java.util.List;

/// What the command's tests keep in objects.
interface Note {

    Binding<Note> NOTE = Binding.of("NOTE", Note.class);

    void write(String text);

    List<String> read();

    /// Starts a node.
    static DurableObjects serve(Path directory) {
        return DurableObjects.builder().directory(directory).namespace(NOTE, InTable::new).build();
    }

    /// Returns an object of a node.
    static Note of(DurableObjects node, String name) {
        return node.env().namespace(NOTE).getByName(name).rpc();
    }

    /// A row of the table.
    record Row(String text) {}

    /// Keeps texts in a table.
    final class InTable extends DurableObject implements Note {

        InTable(DurableObjectState ctx, Env env) {
            super(ctx, env);
            ctx.storage().sql().exec("CREATE TABLE IF NOT EXISTS notes (text)");
        }

        @Override
        public void write(String text) {
            ctx.storage().sql().exec("INSERT INTO notes VALUES (?)", text);
        }

        @Override
        public List<String> read() {
            return ctx
                    .storage()
                    .sql()
                    .exec("SELECT text FROM notes ORDER BY rowid")
                    .toList(Row.class)
                    .stream()
                    .map(Row::text)
                    .toList();
        }
    }
}
