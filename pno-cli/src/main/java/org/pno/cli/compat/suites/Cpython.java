package org.pno.cli.compat.suites;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** CPython's tests of what uses TCP: socket, select, selectors, asyncio, and the servers and clients on top. */
final class Cpython extends OwnTests {
    private static final String PYTHON = "/usr/bin/python3";
    /** A test that hangs ends its run. */
    private static final String SECONDS_PER_TEST = "60";

    private static final List<String> UNITS = List.of(
            "test_socket",
            "test_select",
            "test_poll",
            "test_epoll",
            "test_selectors",
            "test_socketserver",
            "test_httpservers",
            "test_httplib",
            "test_ftplib",
            "test_poplib",
            "test_imaplib",
            "test_smtplib",
            "test_telnetlib",
            "test_asyncore",
            "test_asynchat",
            "test_urllib2_localnet",
            "test_xmlrpc",
            "test_asyncio.test_sock_lowlevel",
            "test_asyncio.test_streams",
            "test_asyncio.test_server",
            "test_asyncio.test_selector_events",
            "test_asyncio.test_buffered_proto",
            "test_asyncio.test_events",
            "test_asyncio.test_sendfile",
            "test_asyncio.test_ssl");

    /**
     * These look at the connecting socket from another thread when the other end is accepted, but connect has not
     * returned. On Linux the socket is connected by then; ours is still the kernel's for a moment, which is not.
     */
    private static final Set<String> KNOWN = Set.of("testClose (test.test_socket.TCPCloserTest.testClose)");

    private static final Pattern RAN = Pattern.compile("^Ran (\\d+) tests?", Pattern.MULTILINE);
    private static final Pattern FAILED = Pattern.compile("^(?:FAIL|ERROR): (.*)$", Pattern.MULTILINE);

    /**
     * The tests beside what they need of Python's library. They are a package that wants exactly its own version of
     * Python, so it is not installed.
     */
    private static final String UNPACK = """
            version=$("$1" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
            apt-get -qq download "lib$version-testsuite"
            dpkg-deb --extract lib*-testsuite_*.deb package
            mv "package/usr/lib/$version" tests
            cp -r --no-clobber "/usr/lib/$version/test" tests
            """;

    @Override
    public String name() {
        return "cpython";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of(PYTHON, "python3", "dpkg-deb", "dpkg");
    }

    @Override
    public List<String> versionCommand() {
        return List.of(PYTHON, "--version");
    }

    @Override
    void prepare(final Workplace place) {
        place.shell(UNPACK, PYTHON);
    }

    @Override
    List<String> units() {
        return UNITS;
    }

    @Override
    List<String> command(final String unit) {
        return List.of(
                "env",
                "PYTHONPATH=.",
                PYTHON,
                "-m",
                "test",
                "-v",
                "-u",
                "network", // of which there is none but the lab's
                "--timeout",
                SECONDS_PER_TEST,
                "-i",
                "*VSOCK*", // wait for a guest of a virtual machine
                unit);
    }

    /** Lines of single tests are mixed with what the tests print; the line at the end is whole. */
    @Override
    Outcome outcome(final String output, final boolean ended) {
        final Matcher ran = RAN.matcher(output);
        return ran.find()
                ? new Outcome(Integer.parseInt(ran.group(1)), ended, Outcome.names(output, FAILED))
                : new Outcome(0, false, Outcome.names(output, FAILED));
    }

    @Override
    Set<String> known() {
        return KNOWN;
    }
}
