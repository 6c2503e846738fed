package org.pno.observe;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pno.link.CallCount;
import org.pno.link.UnsupportedCall;

/**
 * What programs have asked for in vain of their offloaded sockets, as they say it themselves: a report per program,
 * the newest in place of the one before. Those of programs that have ended are kept, the last few of each user. Used
 * on the DPU's thread.
 */
public final class CallReports {
    /** Of ended programs, for a user. */
    static final int KEPT_PER_USER = 32;

    private static final int ROOT = 0;

    private record Report(int uid, int pid, String program, List<CallCount> counts) {}

    private final Map<Object, Report> running = new LinkedHashMap<>();
    private final Map<Integer, Deque<Report>> ended = new LinkedHashMap<>();

    /**
     * Takes a program's counts.
     *
     * @param program stands for it, until {@link #end}
     */
    public void report(final Object program, final int uid, final int pid, final List<CallCount> counts) {
        running.put(program, new Report(uid, pid, DpuViews.program(pid), counts));
    }

    /** The program is no more. */
    public void end(final Object program) {
        final Report last = running.remove(program);
        if (last == null) {
            return;
        }
        final Deque<Report> kept = ended.computeIfAbsent(last.uid(), uid -> new ArrayDeque<>());
        kept.addLast(last);
        if (kept.size() > KEPT_PER_USER) {
            kept.removeFirst();
        }
    }

    /** The counts of the user's programs as JSON; root sees all. */
    public String json(final int viewerUid) {
        final JsonWriter json = new JsonWriter();
        json.beginObject().name("calls").beginArray();
        running.values().forEach(report -> write(json, report, true, viewerUid));
        ended.values().forEach(reports -> reports.forEach(report -> write(json, report, false, viewerUid)));
        return json.endArray().endObject().toString();
    }

    private static void write(
            final JsonWriter json, final Report report, final boolean isRunning, final int viewerUid) {
        if (viewerUid != ROOT && viewerUid != report.uid()) {
            return;
        }
        for (final CallCount count : report.counts()) {
            json.beginObject()
                    .field("call", name(count))
                    .field("times", count.times())
                    .field("uid", report.uid())
                    .field("pid", report.pid())
                    .field("program", report.program())
                    .field("running", isRunning ? 1 : 0)
                    .endObject();
        }
    }

    private static String name(final CallCount count) {
        final UnsupportedCall call = count.call();
        final boolean isOption = call == UnsupportedCall.SETSOCKOPT || call == UnsupportedCall.GETSOCKOPT;
        return isOption ? call.sentence() + " " + OptionNames.of(count.level(), count.option()) : call.sentence();
    }
}
