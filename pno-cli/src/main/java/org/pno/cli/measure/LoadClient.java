package org.pno.cli.measure;

/** What loads a server, on the peer. A run in which it saw an error or a wrong answer is a {@link VoidRound}. */
public interface LoadClient {
    /** Runs about so long, uncounted: lets caches fill and virtual machines compile, and looks at an answer. */
    void warmUp(double seconds);

    /** Runs about so long. */
    ToolReport run(double seconds);
}
