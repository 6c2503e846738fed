package org.pno.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is typed wrongly is told at once: with the value that was wrong and what would be right, and no stack trace. */
class CliErrorsTest {
    private static final int MISUSE = 2; // of the command line's form, as picocli sees it
    private static final int REFUSAL = 1; // of what it says, as we do

    /** Where no DPU and no port can be; whatever opens one all the same fails. */
    private static final String NOWHERE = " --socket /nonexistent/dpu.sock";

    private static final String PORT = "dpu --port socket:/nonexistent/port" + NOWHERE;

    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(told, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setErr(standardError);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    sideways                            | Unmatched argument at index 0: 'sideways'
                    run                                 | Missing required parameter: 'PROGRAM'
                    lab                                 | Name one of up, down, exec.
                    lab sideways                        | Unmatched argument at index 1: 'sideways'
                    lab exec host                       | Missing required parameter: 'CMD'
                    lab exec nowhere true               | (case-insensitive) but was 'nowhere'
                    dpu                                 | required options: '--port=KIND:TARGET', '--ip=ADDRESS/PREFIX'
                    dpu --port tap:x                    | Missing required option: '--ip=ADDRESS/PREFIX'
                    dpu --port tap:x --ip 1.2.3.4/8 --no | Unknown option: '--no'
                    ss --sideways                       | Unknown option: '--sideways'
                    demo --seconds soon                 | Invalid value for option '--seconds': 'soon' is not a double
                    certificates                        | Missing required parameter: 'DIR'
                    bench sideways                      | Unmatched argument at index 1: 'sideways'""")
    void shouldTellMisuse(final String commandLine, final String message) {
        assertTold(MISUSE, message, commandLine);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    run --offload 10.0.0.0/33 -- true   | '10.0.0.0/33' is no rule: the prefix is not in 0..32
                    run --exclude here -- true          | --exclude: 'here' is no rule: WHERE is none of these; a rule
                    run --offload 10.0.0.0/8:0 -- true  | the port is not in 1..65535
                    run --config /nowhere -- true       | --config: cannot read /nowhere
                    run -- no-such-program              | 'no-such-program' was not found.
                    run -- /etc/passwd                  | /etc/passwd is not an executable file.
                    lab up Bad_Name                     | 'Bad_Name' is no name for a lab: small letters, digits and '-'
                    lab down no-such-lab                | there is no lab 'no-such-lab'; './pno lab up' makes one.
                    lab exec --name no-such-lab host id | there is no lab 'no-such-lab'; './pno lab up' makes one.
                    demo --bus tube                     | --bus tube: there is no bus 'tube'. A bus is mapped, or pcie:
                    compat --bus pcie:card redis        | --bus pcie:card: 'card' is no preset of 'pcie'; there are blue
                    bench redis --bus pcie:read=1us     | --bus pcie:read=1us: say a preset (bluefield2, bluefield3), or
                    bench bus --latency -1              | --latency -1.0: must be from 0 to 1000.0 microseconds.
                    bench bus --app tetris              | --app tetris: must be one of redis,
                    bench bus --beside tube             | --beside tube: there is no bus 'tube'
                    bench interop --cells sideways      | --cells sideways: there is no such cell; --list tells all.
                    bench interop --cells (             | --cells (: no regular expression: Unclosed group
                    wire --far sideways:x --near tap:x  | 'sideways:x' is no port: there is no kind 'sideways'.
                    wire --far tap:x --near tap:y --fault wind=1 | there is no fault 'wind'
                    pcap --port http                    | 'http' is no port from 1 to 65535
                    pcap --connection 10.77.0.1         | '10.77.0.1' is no connection such as 10.77.0.1:6379
                    pcap --count 0                      | --count must be more than 0, and was 0.0.
                    demo --seconds 0                    | --seconds must be more than 0, and was 0.0.""")
    void shouldRefuseValuesThatCannotBe(final String commandLine, final String message) {
        assertTold(REFUSAL, message, commandLine);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --ip 10.0.0.1                         | --ip 10.0.0.1: say how long its network's prefix is
                    --ip 300.0.0.1/24                     | --ip 300.0.0.1/24: not an address with a prefix length
                    --ip fd00::1                          | --ip fd00::1: say how long its network's prefix is
                    --ip fd00::1/64 --gateway fd01::1     | --gateway fd01::1: not in the network of [fd00::1/64]
                    --ip 10.0.0.1/24 --gateway there      | --gateway there: not an IP address
                    --ip 10.0.0.1/24 --gateway 10.9.9.9   | --gateway 10.9.9.9: not in the network of [10.0.0.1/24]
                    --ip 10.0.0.1/24 --fault loss=2       | loss '2' is no probability from 0 to 1
                    --ip 10.0.0.1/24 --fault wind=1       | there is no fault 'wind'
                    --ip 10.0.0.1/24 --spin often         | --spin often: say auto, off, or microseconds
                    --ip 10.0.0.1/24 --congestion vegas    | --congestion vegas: must be one of cubic, reno, dctcp, bbr
                    --ip 10.0.0.1/24 --syn-cookies some   | --syn-cookies some: must be one of never, when-needed, alw
                    --ip 10.0.0.1/24 --fast-open 8        | --fast-open 8: must be a sum of 1 (active), 2 (passive)
                    --ip 10.0.0.1/24 --fast-open on       | --fast-open on: not a number
                    --ip 10.0.0.1/24 --max-connections 0  | --max-connections 0: must be from 1 to""")
    void shouldRefuseADpuThatCannotBe(final String options, final String message) {
        assertTold(REFUSAL, message, PORT + " " + options);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    tap            | 'tap' is no port: it has no kind and colon. A port is tap:NAME
                    sideways:x     | 'sideways:x' is no port: there is no kind 'sideways'. A port is tap:NAME""")
    void shouldNameThePortsThatThereAre(final String port, final String message) {
        assertTold(
                REFUSAL, message, "dpu --port " + port + " --ip 10.0.0.1/24 --socket " + directory.resolve("dpu.sock"));
    }

    @Test
    void shouldMissTheDpuBeforeTheProgramStarts() {
        assertTold(REFUSAL, "no DPU answers at /nonexistent/dpu.sock: ENOENT", "run" + NOWHERE + " -- true");
    }

    @Test
    void shouldMissTheDpuThatIsAskedForItsConnections() {
        assertTold(REFUSAL, "start one with: pno dpu --socket /nonexistent/dpu.sock", "ss" + NOWHERE);
    }

    private void assertTold(final int status, final String message, final String commandLine) {
        final int seen = Main.execute(commandLine.split(" "));
        final String text = told.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains(message), () -> commandLine + ": " + text);
        assertFalse(text.contains("\tat "), () -> "a stack trace: " + text);
        assertEquals(status, seen, () -> commandLine + ": " + text);
    }
}
