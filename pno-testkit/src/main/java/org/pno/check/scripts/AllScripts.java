package org.pno.check.scripts;

import java.util.ArrayList;
import java.util.List;
import org.pno.check.ScriptBook;
import org.pno.check.ScriptCase;

/** All the scripts there are. */
public final class AllScripts {
    private AllScripts() {}

    /** All of them. */
    public static List<ScriptCase> all() {
        final List<ScriptCase> all = new ArrayList<>(written());
        all.addAll(matrix());
        return all;
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
