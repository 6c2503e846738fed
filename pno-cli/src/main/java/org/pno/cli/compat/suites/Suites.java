package org.pno.cli.compat.suites;

import java.util.List;
import org.pno.cli.compat.RealProgram;

/** The suites there are. They take minutes, and run only where they are named. */
public final class Suites {
    private Suites() {}

    /** All, in the order in which they are told. */
    public static List<RealProgram> all() {
        return List.of(new Cpython(), new RedisTests(), new MemcachedTests(), new LighttpdTests(), new HaproxyTests());
    }
}
