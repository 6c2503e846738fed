package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Programs;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.Transport;
import org.pno.sys.Cpu;

/** Captures of real sessions, read by tshark, which judges every checksum and every length. */
@Tag("system")
class CaptureTest {
    private static final int LARGE_BYTES = 300_000;
    private static final String NOBODY = "65534";

    private static final String STRICT = " -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE";
    private static final String COMPLAINTS = "_ws.malformed || _ws.short || ip.checksum.status == 0"
            + " || tcp && !(tcp.checksum.status == 1) || tcp.analysis.ack_lost_segment || tcp.analysis.lost_segment";

    private static void needTshark() {
        String refusal = "";
        try {
            Programs.need("tshark", "tshark");
        } catch (final UserError e) {
            refusal = e.getMessage();
        }
        assumeTrue(refusal.isEmpty(), refusal);
    }

    private static LabProcess capture(final Testbed bed, final List<String> wrapper, final String... options) {
        final List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(
                Pno.command("pcap", "--socket", bed.lab().controlSocket().toString())));
        command.addAll(List.of(options));
        final LabProcess capture = bed.start(Side.PEER, "pcap", command.toArray(String[]::new));
        capture.await("begin", Await.PATIENCE, () -> capture.output().contains("capturing on "));
        return capture;
    }

    /** As Ctrl-C; its counts follow. */
    private static void end(final LabProcess capture) {
        capture.program().destroy();
        Await.until("the counts", capture::output, () -> capture.output().contains(" packets dropped by capture"));
    }

    private static long count(final LabProcess capture, final String what) {
        final Matcher line = Pattern.compile("(\\d+) packets " + what).matcher(capture.output());
        assertTrue(line.find(), capture::output);
        return Long.parseLong(line.group(1));
    }

    private static void session(final Testbed bed, final Redis redis) {
        final String large = "x".repeat(LARGE_BYTES);
        bed.shell(
                Await.PATIENCE,
                Side.PEER,
                "head -c " + LARGE_BYTES + " /dev/zero | tr '\\0' x | redis-cli -h " + redis.address()
                        + " -x SET large");
        assertEquals(large, bed.redisCli(redis, "GET", "large"));
        assertEquals("PONG", bed.redisCli(redis, "PING"));
    }

    private static String tshark(final Testbed bed, final Path file, final String options) {
        return bed.shell(Await.PATIENCE, Side.PEER, "tshark -r " + file + STRICT + options + " 2>/dev/null");
    }

    private static void assertSound(final Testbed bed, final Path file, final long packets) {
        assertEquals("", tshark(bed, file, " -Y '" + COMPLAINTS + "'"));
        assertEquals(
                packets, tshark(bed, file, " -T fields -e frame.number").lines().count());
    }

    @Test
    void shouldLetTsharkReadASessionOfRedis() {
        needTshark();
        try (Testbed bed = Testbed.open("pcap", Transport.PNO)) {
            final Redis redis = Redis.start(bed);
            final Path file = bed.directory().resolve("session.pcapng");
            final LabProcess capture =
                    capture(bed, List.of(), "-w", file.toString(), "--port", Integer.toString(redis.port()));
            session(bed, redis);
            end(capture);
            assertEquals(0, count(capture, "dropped by capture"));
            assertEquals(count(capture, "accepted"), count(capture, "captured"));
            assertSound(bed, file, count(capture, "captured"));
            final String inOut = tshark(bed, file, " -T fields -e frame.packet_flags_direction");
            assertTrue(inOut.contains("1") && inOut.contains("2"), "directions: " + inOut);
            final long longest = tshark(bed, file, " -Y tcp -T fields -e tcp.len")
                    .lines()
                    .mapToLong(Long::parseLong)
                    .max()
                    .orElse(0);
            assertTrue(longest > 1460, "no super-segment, the longest segment has " + longest + " bytes");
        }
    }

    @Test
    void shouldStreamIntoTsharkAndEndWithIt() {
        needTshark();
        try (Testbed bed = Testbed.open("pipe", Transport.PNO)) {
            final Redis redis = Redis.start(bed);
            final String pno = String.join(
                    " ",
                    Pno.command("pcap", "--socket", bed.lab().controlSocket().toString()));
            final LabProcess pipe =
                    bed.start(Side.PEER, "pipe", "bash", "-c", pno + " -w - --host 10.77.0.1 | tshark -r - -c 6");
            pipe.await("begin", Await.PATIENCE, () -> pipe.output().contains("capturing on "));
            assertEquals("PONG", bed.redisCli(redis, "PING"));
            assertEquals("PONG", bed.redisCli(redis, "PING"));
            assertEquals(0, pipe.awaitEnd(Await.PATIENCE), pipe::output);
            assertTrue(pipe.output().contains("TCP"), pipe::output);
        }
    }

    @Test
    void shouldCaptureFromTheStartIntoAFile(@TempDir final Path directory) {
        needTshark();
        final Path file = directory.resolve("all.pcapng");
        try (Testbed bed = Testbed.open("pcapfile", Transport.PNO, "--pcap", file.toString())) {
            session(bed, Redis.start(bed));
            bed.dpu().program().destroy();
            Await.until(
                    "the DPU's end", bed.dpu()::output, () -> bed.dpu().output().contains(" - ended"));
            assertEquals("", tshark(bed, file, " -Y '" + COMPLAINTS + "'"));
            final String handshakes = tshark(bed, file, " -Y 'tcp.flags.syn == 1' -T fields -e frame.number");
            assertTrue(handshakes.lines().count() >= 2, handshakes);
        }
    }

    @Test
    void shouldShowOthersNothingOfAConnection() {
        assumeTrue(Cpu.effectiveUserId() == 0, "a lab of an ordinary user has no second user");
        try (Testbed bed = Testbed.open("others", Transport.PNO)) {
            final Redis redis = Redis.start(bed);
            final List<String> asNobody =
                    List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--");
            final LabProcess others = capture(bed, asNobody);
            final LabProcess roots = capture(bed, List.of());
            session(bed, redis);
            end(roots);
            end(others);
            assertTrue(count(roots, "captured") > 0, roots::output);
            assertEquals(0, count(others, "accepted"));
        }
    }
}
