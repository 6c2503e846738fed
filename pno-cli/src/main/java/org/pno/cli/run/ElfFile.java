package org.pno.cli.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an ELF file's headers tell (System V ABI, "Object Files"; elf(5)): for which machine it is, which loader it asks
 * for and which sections it has. 64-bit files only; of others nothing is known but that.
 *
 * <pre>
 *   0     4      5     6            18        32       40       54         56      58         60      62
 *   | 7fELF | class | data | ...     | machine | phoff  | shoff  | phentsize | phnum | shentsize | shnum | shstrndx
 * </pre>
 */
final class ElfFile {
    private static final int MAGIC = 0x7f454c46;
    private static final int HEADER_BYTES = 64;
    private static final int CLASS_OFFSET = 4;
    private static final int DATA_OFFSET = 5;
    private static final int MACHINE_OFFSET = 18;
    private static final int PROGRAM_HEADERS_OFFSET = 32;
    private static final int SECTION_HEADERS_OFFSET = 40;
    private static final int PROGRAM_HEADER_SIZE_OFFSET = 54;
    private static final int PROGRAM_HEADER_COUNT_OFFSET = 56;
    private static final int SECTION_HEADER_SIZE_OFFSET = 58;
    private static final int SECTION_HEADER_COUNT_OFFSET = 60;
    private static final int SECTION_NAMES_INDEX_OFFSET = 62;
    private static final int CLASS_64 = 2;
    private static final int LITTLE_ENDIAN = 1;

    private static final int SEGMENT_INTERPRETER = 3; // p_type PT_INTERP
    private static final int SEGMENT_FILE_OFFSET = 8;
    private static final int SEGMENT_FILE_BYTES = 32;

    private static final int SECTION_FILE_OFFSET = 24;
    private static final int SECTION_FILE_BYTES = 32;

    private static final int MAX_TABLE_BYTES = 1 << 20;

    private final FileChannel file;
    private final ByteBuffer header;
    private final List<String> sections = new ArrayList<>();
    private String interpreter;

    private ElfFile(final FileChannel file, final ByteBuffer header) {
        this.file = file;
        this.header = header;
    }

    /** Reads a file; empty if it is no ELF file. Malformed ones throw. */
    static Optional<ElfFile> read(final Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            readFully(file, header, 0);
            if (header.position() < HEADER_BYTES || header.getInt(0) != MAGIC) {
                return Optional.empty();
            }
            header.order(header.get(DATA_OFFSET) == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            final ElfFile elf = new ElfFile(file, header);
            if (elf.is64Bit()) {
                elf.readSegments();
                elf.readSections();
            }
            return Optional.of(elf);
        }
    }

    boolean is64Bit() {
        return header.get(CLASS_OFFSET) == CLASS_64;
    }

    /** e_machine: 62 for x86-64, 183 for AArch64. */
    int machine() {
        return Short.toUnsignedInt(header.getShort(MACHINE_OFFSET));
    }

    /** The loader it asks for, or empty: then it is linked statically, and nothing can be preloaded. */
    Optional<String> interpreter() {
        return Optional.ofNullable(interpreter);
    }

    boolean hasSection(final String name) {
        return sections.contains(name);
    }

    private void readSegments() throws IOException {
        final int size = Short.toUnsignedInt(header.getShort(PROGRAM_HEADER_SIZE_OFFSET));
        final int count = Short.toUnsignedInt(header.getShort(PROGRAM_HEADER_COUNT_OFFSET));
        final ByteBuffer table = readTable(header.getLong(PROGRAM_HEADERS_OFFSET), (long) size * count);
        for (int i = 0; i < count; i++) {
            if (table.getInt(i * size) == SEGMENT_INTERPRETER) {
                final ByteBuffer name = readTable(
                        table.getLong(i * size + SEGMENT_FILE_OFFSET), table.getLong(i * size + SEGMENT_FILE_BYTES));
                interpreter = textAt(name, 0);
            }
        }
    }

    private void readSections() throws IOException {
        final int size = Short.toUnsignedInt(header.getShort(SECTION_HEADER_SIZE_OFFSET));
        final int count = Short.toUnsignedInt(header.getShort(SECTION_HEADER_COUNT_OFFSET));
        final int namesIndex = Short.toUnsignedInt(header.getShort(SECTION_NAMES_INDEX_OFFSET));
        if (namesIndex >= count) {
            return; // stripped of its sections
        }
        final ByteBuffer table = readTable(header.getLong(SECTION_HEADERS_OFFSET), (long) size * count);
        final ByteBuffer names = readTable(
                table.getLong(namesIndex * size + SECTION_FILE_OFFSET),
                table.getLong(namesIndex * size + SECTION_FILE_BYTES));
        for (int i = 0; i < count; i++) {
            sections.add(textAt(names, table.getInt(i * size)));
        }
    }

    private ByteBuffer readTable(final long offset, final long bytes) throws IOException {
        if (bytes < 0 || bytes > MAX_TABLE_BYTES || offset < 0 || offset > file.size() - bytes) {
            throw new IOException("malformed: a table of " + bytes + " bytes at " + offset);
        }
        final ByteBuffer table = ByteBuffer.allocate((int) bytes).order(header.order());
        readFully(file, table, offset);
        return table;
    }

    private static void readFully(final FileChannel file, final ByteBuffer into, final long offset) throws IOException {
        while (into.hasRemaining() && file.read(into, offset + into.position()) > 0) {
            // until it is full or the file ends
        }
    }

    private static String textAt(final ByteBuffer table, final int offset) throws IOException {
        int end = offset;
        while (end >= 0 && end < table.capacity() && table.get(end) != 0) {
            end++;
        }
        if (offset < 0 || end > table.capacity()) {
            throw new IOException("malformed: a name at " + offset + " of " + table.capacity());
        }
        final byte[] name = new byte[end - offset];
        table.get(offset, name);
        return new String(name, StandardCharsets.ISO_8859_1);
    }
}
