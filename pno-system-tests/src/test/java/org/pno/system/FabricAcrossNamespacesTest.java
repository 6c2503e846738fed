package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.pno.link.RegionSource;
import org.pno.link.fabric.FabricException;
import org.pno.link.fabric.FabricHostMemory;
import org.pno.link.fabric.FabricOptions;
import org.pno.link.fabric.FabricProvider;
import org.pno.memory.Words;
import org.pno.port.PrivateNetwork;

/**
 * Host and DPU as two processes that share nothing: network, mount and IPC namespaces of their own, a wire between
 * them, and the host's memory reached over {@code tcp}.
 */
@Tag("system")
@ExtendWith(PrivateNetwork.class)
class FabricAcrossNamespacesTest {
    /** Each test has a network of its own: a wire goes with the host's namespace, some time after the host. */
    private static int networks;

    private static final long PATIENCE_NS = 2_000_000_000L;

    private final MemorySegment buffer = Arena.ofAuto().allocate(FabricHostProcess.BYTES, 64);
    private Process host;
    private BufferedReader answers;
    private BufferedWriter questions;
    private final String network = "10.99." + networks++ + ".";
    private String device;

    private FabricHostMemory memory;
    private int region;

    @BeforeEach
    void start() throws IOException {
        host = new ProcessBuilder(List.of(
                        "unshare",
                        "--net",
                        "--mount",
                        "--ipc",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FabricHostProcess.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = host.inputReader();
        questions = host.outputWriter();
        Await.until("namespaces of its own", () -> !namespace(host.pid(), "net").equals(ours("net")));
        device = "pnodpu" + host.pid();
        PrivateNetwork.ip("link add " + device + " type veth peer name pnohost netns " + host.pid());
        PrivateNetwork.ip("addr add " + network + "1/24 dev " + device);
        PrivateNetwork.ip("link set " + device + " up");
        inHost("ip addr add " + network + "2/24 dev pnohost");
        inHost("ip link set pnohost up");
        memory = openOrSkip();
        questions.write(network + "2\n");
        questions.flush();
        final String[] words = answers.readLine().split(" ");
        region = memory.addRegion(new RegionSource.Remote(
                words[0], Long.parseLong(words[1]), Long.parseLong(words[2]), FabricHostProcess.BYTES));
    }

    private FabricHostMemory openOrSkip() {
        try {
            return new FabricHostMemory(new FabricOptions(FabricProvider.TCP, network + "1", 0, PATIENCE_NS));
        } catch (final FabricException e) {
            return Assumptions.abort(e.getMessage());
        }
    }

    private static Path namespace(final long pid, final String kind) {
        return link(Path.of("/proc", Long.toString(pid), "ns", kind));
    }

    private static Path ours(final String kind) {
        return link(Path.of("/proc/thread-self/ns", kind));
    }

    private static Path link(final Path path) {
        try {
            return Files.readSymbolicLink(path);
        } catch (final IOException e) {
            throw new AssertionError(path.toString(), e);
        }
    }

    private void inHost(final String words) throws IOException {
        final List<String> command =
                new ArrayList<>(List.of("nsenter", "--net", "--target", Long.toString(host.pid())));
        command.addAll(List.of(words.split(" ")));
        final Process process = new ProcessBuilder(command).inheritIO().start();
        assertEquals(0, process.onExit().join().exitValue(), words);
    }

    @AfterEach
    void end() {
        if (memory != null) {
            memory.close();
        }
        if (host != null) {
            host.destroyForcibly().onExit().join();
        }
    }

    private void complete() {
        final long ticket = memory.post();
        Await.until("ticket " + ticket, () -> memory.completed() >= ticket);
    }

    private long askHost(final long offset) throws IOException {
        questions.write(offset + "\n");
        questions.flush();
        return Long.parseLong(answers.readLine());
    }

    @Test
    void shouldReadAndWriteMemoryThatIsNowhereMappedHere() throws IOException {
        memory.read(region, 0, buffer, 0, FabricHostProcess.BYTES);
        complete();
        for (long at = 0; at < FabricHostProcess.BYTES; at += Long.BYTES) {
            assertEquals(FabricHostProcess.pattern(at), Words.getPlain(buffer, at));
        }
        Words.setPlain(buffer, 0, 11);
        memory.write(region, 4096, buffer, 0, 8);
        memory.writeWord(region, 8192, 12);
        memory.readWords(region, 64, buffer, 64, 8);
        complete();

        assertEquals(11, askHost(4096));
        assertEquals(12, askHost(8192));
        for (final String kind : List.of("net", "mnt", "ipc")) {
            assertNotEquals(ours(kind), namespace(host.pid(), kind));
        }
        final String maps = Files.readString(Path.of("/proc/self/maps"));
        assertFalse(maps.contains("pno-fabric-arena"), "the host's memory is mapped here");
    }

    @Test
    void shouldFailTheRegionOfAHostThatIsKilledInTheMiddle() {
        complete(4);
        host.destroyForcibly().onExit().join();
        complete(64);
        assertTrue(memory.hasFailed(region));
        assertFalse(memory.pending());
    }

    @Test
    void shouldFailTheRegionWhenTheWireIsCut() {
        complete(4);
        PrivateNetwork.ip("link set " + device + " down");
        complete(64);
        assertTrue(memory.hasFailed(region));
        assertFalse(memory.pending());
    }

    private void complete(final int operations) {
        for (int i = 0; i < operations; i++) {
            memory.writeWord(region, 8L * i, i);
            memory.read(region, 16_384, buffer, 16_384, 16_384);
            memory.write(region, 65_536, buffer, 0, 32_768);
        }
        complete();
    }
}
