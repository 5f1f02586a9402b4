package dev.durableobjects.internal.control;

import dev.durableobjects.Bookmark;
import dev.durableobjects.operations.Backup;
import dev.durableobjects.operations.Finding;
import dev.durableobjects.operations.StoredNamespace;
import dev.durableobjects.operations.StoredObject;
import dev.durableobjects.operations.VerifyReport;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What requests give. These records are also the JSON that the command prints: their components
/// are documented in docs/operations/command.md.
public final class Results {

    private Results() {}

    /// The namespaces of a data directory.
    ///
    /// @param namespaces by name
    public record Namespaces(List<StoredNamespace> namespaces) {}

    /// Which object it is about.
    ///
    /// @param namespace the name of its binding
    /// @param name if it is known
    /// @param id 64 hexadecimal digits
    public record Item(String namespace, Optional<String> name, String id) {

        static Item of(StoredObject object) {
            return new Item(object.namespace(), object.id().name(), object.id().toString());
        }
    }

    /// A page of objects.
    ///
    /// @param objects in the order of the listing
    /// @param cursor of the next page, empty at the end
    public record Objects(List<Item> objects, Optional<String> cursor) {}

    /// An object that is in a file now.
    ///
    /// @param object which
    /// @param file where
    /// @param bytes of the file
    /// @param at the moment it is of, empty for now
    public record Exported(Item object, String file, long bytes, Optional<Instant> at) {}

    /// A backup that was made.
    ///
    /// @param directory of the backup
    /// @param time when it began
    /// @param position the last commit in it
    /// @param files how many it has
    /// @param bytes of its files
    /// @param copiedBytes of those that it does not share with the backup before
    public record BackedUp(
            String directory,
            Instant time,
            long position,
            long files,
            long bytes,
            long copiedBytes) {

        /// Tells of a backup.
        public static BackedUp of(Backup backup) {
            return new BackedUp(
                    backup.directory().toString(),
                    backup.time(),
                    backup.position(),
                    backup.files(),
                    backup.bytes(),
                    backup.copiedBytes());
        }
    }

    /// A data directory that was made of a backup.
    ///
    /// @param directory the data directory
    /// @param backup what was restored
    public record Restored(String directory, BackedUp backup) {}

    /// What a verification has found.
    ///
    /// @param isHealthy whether nothing was found
    /// @param found how many findings there were
    /// @param findings the first of them
    /// @param objects how many objects were checked
    /// @param journalFiles how many files of the journal were read
    /// @param bytes of all files together
    public record Verified(
            boolean isHealthy,
            long found,
            List<Finding> findings,
            long objects,
            long journalFiles,
            long bytes) {

        /// Tells of a verification.
        public static Verified of(VerifyReport report) {
            return new Verified(
                    report.isHealthy(),
                    report.found(),
                    report.findings(),
                    report.objects(),
                    report.journalFiles(),
                    report.bytes());
        }
    }

    /// An object that was imported, rewound or deleted.
    ///
    /// @param object which
    /// @param undo the bookmark of the moment before, empty if there is no history
    public record Changed(Item object, Optional<String> undo) {

        /// Tells of a change.
        static Changed of(StoredObject object, Optional<Bookmark> undo) {
            return new Changed(Item.of(object), undo.map(Bookmark::value));
        }
    }
}
