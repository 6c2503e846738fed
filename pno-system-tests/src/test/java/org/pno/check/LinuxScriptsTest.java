package org.pno.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.opentest4j.TestAbortedException;
import org.pno.check.scripts.AllScripts;
import org.pno.sys.SystemCallException;

/**
 * The packet scripts on the Linux kernel, in real time, many at once: each thread has a network namespace and a TAP. A
 * script that fails is played twice more, alone: then nothing but Linux can be late.
 */
@Tag("system")
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class LinuxScriptsTest {
    private static final int THREADS = 12;
    private static final int ALONE = 2;

    private final Map<Family, Queue<ScriptCase>> waiting =
            Map.of(Family.IPV4, new ConcurrentLinkedQueue<>(), Family.IPV6, new ConcurrentLinkedQueue<>());
    private final Map<String, Throwable> failed = Collections.synchronizedMap(new TreeMap<>());
    private final List<ScriptCase> again = Collections.synchronizedList(new ArrayList<>());

    @Test
    void shouldPassOnLinux() throws InterruptedException {
        final List<ScriptCase> all = AllScripts.all();
        final List<ScriptCase> onLinux =
                all.stream().filter(script -> script.where().includes(true)).toList();
        onLinux.forEach(this::add);
        final int count = onLinux.size();
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> playAll(again)));
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        for (int round = 0; round < ALONE && failed.isEmpty(); round++) {
            again.forEach(this::add);
            again.clear();
            final Thread alone = Thread.ofPlatform().start(() -> playAll(again));
            alone.join();
        }
        summarise(all, count);
    }

    private void add(final ScriptCase script) {
        waiting.get(script.family()).add(script);
    }

    private void playAll(final List<ScriptCase> late) {
        for (final Family family : Family.values()) {
            playAll(family, late);
        }
    }

    private void playAll(final Family family, final List<ScriptCase> late) {
        final Queue<ScriptCase> scripts = waiting.get(family);
        if (scripts.isEmpty()) {
            return;
        }
        try (LinuxNetwork network = new LinuxNetwork(family)) {
            for (ScriptCase script = scripts.poll(); script != null; script = scripts.poll()) {
                play(script, network, late);
            }
        } catch (final SystemCallException e) {
            failed.put("namespace", e);
        }
    }

    private static void play(final ScriptCase script, final LinuxNetwork network, final List<ScriptCase> late) {
        try {
            script.run(network.endpoint());
        } catch (final AssertionError e) {
            System.out.println("not at once: " + e.getMessage());
            late.add(script);
        }
    }

    private void summarise(final List<ScriptCase> all, final int onLinux) {
        if (failed.containsKey("namespace")) {
            throw new TestAbortedException(
                    "needs network namespaces and a TAP: run as root, or under unshare -Urn", failed.get("namespace"));
        }
        final List<ScriptCase> onEngine =
                all.stream().filter(script -> script.where().includes(false)).toList();
        System.out.println("scripts: " + all.size() + "; passed on our engine " + passedOnEngine(onEngine) + " of "
                + onEngine.size() + ", on Linux " + (onLinux - again.size() - unplayed()) + " of " + onLinux
                + "; on our engine only " + (all.size() - onLinux) + ", on Linux only "
                + (all.size() - onEngine.size()));
        assertEquals(List.of(), again.stream().map(ScriptCase::toString).toList(), "scripts that Linux fails");
        assertEquals(0, unplayed(), "scripts that were not played");
    }

    private int unplayed() {
        return waiting.values().stream().mapToInt(Queue::size).sum();
    }

    /** For the summary; what fails there is told by {@code EngineScriptsTest}. */
    private static long passedOnEngine(final List<ScriptCase> scripts) {
        return scripts.stream().filter(LinuxScriptsTest::passesOnEngine).count();
    }

    private static boolean passesOnEngine(final ScriptCase script) {
        try {
            script.run(new EngineEndpoint(script.family()));
            return true;
        } catch (final AssertionError e) {
            return false;
        }
    }
}
