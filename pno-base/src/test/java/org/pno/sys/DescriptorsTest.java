package org.pno.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescriptorsTest {
    @TempDir
    Path directory;

    private final MemorySegment memory = Arena.ofAuto().allocate(64);

    @Test
    void shouldWriteAndReadAFile() throws Exception {
        final Path file = directory.resolve("file");
        final int writer = Descriptors.open(file.toString(), Descriptors.O_WRONLY | Descriptors.O_CREAT);
        memory.setString(0, "abcdef");
        assertEquals(4, Descriptors.write(writer, memory, 1, 4));
        Descriptors.close(writer);
        assertEquals("bcde", Files.readString(file));

        final int reader = Descriptors.open(file.toString(), Descriptors.O_RDONLY);
        assertEquals(4, Descriptors.read(reader, memory, 10, 20));
        assertEquals('b', memory.get(ValueLayout.JAVA_BYTE, 10));
        assertEquals(0, Descriptors.read(reader, memory, 10, 20));
        Descriptors.close(reader);
    }

    @Test
    void shouldSayWhichCallFailedAndWhy() {
        final SystemCallException e = assertThrows(
                SystemCallException.class, () -> Descriptors.open("/nowhere/at-all", Descriptors.O_RDONLY));

        assertEquals(Errno.ENOENT, e.errno());
        assertEquals("open(/nowhere/at-all): ENOENT (No such file or directory)", e.getMessage());
    }

    @Test
    void shouldAnswerANegativeErrnoOnTheHotPath() {
        assertEquals(-Errno.EBADF, Descriptors.read(-1, memory, 0, 8));
        assertEquals(-Errno.EBADF, Descriptors.write(-1, memory, 0, 8));
    }

    @Test
    void shouldRefuseMemoryTheKernelMustNotTouch() {
        final MemorySegment heap = MemorySegment.ofArray(new byte[64]);

        assertThrows(IllegalArgumentException.class, () -> Descriptors.read(0, heap, 0, 8));
        assertThrows(IndexOutOfBoundsException.class, () -> Descriptors.read(0, memory, 60, 8));
        assertThrows(IndexOutOfBoundsException.class, () -> Descriptors.write(1, memory, -8, 8));
    }

    @Test
    void shouldPollAndDuplicate() {
        final int bell = EventFd.create();
        final int copy = Descriptors.duplicate(bell);
        assertEquals(0, Descriptors.poll(copy, Descriptors.POLLIN, 0));

        EventFd.signal(bell);

        assertEquals(Descriptors.POLLIN, Descriptors.poll(copy, Descriptors.POLLIN, -1));
        Descriptors.close(bell);
        Descriptors.close(copy);
        assertEquals(Descriptors.POLLNVAL, Descriptors.poll(copy, Descriptors.POLLIN, 0));
    }

    @Test
    void shouldSwitchNonBlocking() {
        final int[] pair = UnixSocket.pair(UnixSocket.SEQPACKET);
        Descriptors.nonBlocking(pair[0], true);

        assertEquals(-Errno.EAGAIN, Descriptors.read(pair[0], memory, 0, 8));

        Descriptors.close(pair[0]);
        Descriptors.close(pair[1]);
    }

    @Test
    void shouldNameErrors() {
        assertEquals("ECONNREFUSED", Errno.name(Errno.ECONNREFUSED));
        assertEquals("EHWPOISON", Errno.name(133));
        assertEquals("errno 41", Errno.name(41));
        assertEquals("errno 4711", Errno.name(4711));
        assertTrue(Errno.describe(Errno.EPERM).contains("not permitted"), Errno.describe(Errno.EPERM));
    }
}
