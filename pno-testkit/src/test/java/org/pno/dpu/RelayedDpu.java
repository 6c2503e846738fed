package org.pno.dpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pno.host.ArenaSharing;
import org.pno.host.FabricSharing;
import org.pno.host.HostAgent;
import org.pno.host.HostException;
import org.pno.relay.RelayAddress;
import org.pno.relay.RelayCertificates;
import org.pno.relay.RelayException;
import org.pno.relay.RelayKeys;
import org.pno.relay.Side;

/** A DPU whose hosts come by a {@code pno host}, over loopback; programs connect to that one's socket. */
final class RelayedDpu extends DaemonFixture.Running {
    private static Path keys;

    private final String hostSocket;
    private RunningAgent agent;
    private boolean isEnded;

    /** {@code pno host} with the thread that runs it. */
    static final class RunningAgent implements AutoCloseable {
        private final HostAgent agent;
        private final Thread thread;
        private volatile HostException failure;

        RunningAgent(final String dpu, final Path keys, final String socket) {
            this(dpu, keys, socket, (fabric, own) -> new BorrowedMemory.Sharing());
        }

        RunningAgent(final String dpu, final Path keys, final String socket, final ArenaSharing.Opener opener) {
            agent = new HostAgent(dpu, keys, socket, opener);
            thread = new Thread(this::run, "pno-host");
            thread.start();
        }

        private void run() {
            try {
                agent.run();
            } catch (final HostException e) {
                failure = e;
            }
        }

        String socketPath() {
            return agent.socketPath();
        }

        /** Why it ended by itself. */
        String awaitFailure() {
            DaemonFixture.await(() -> failure != null);
            return failure.getMessage();
        }

        @Override
        public void close() {
            agent.stop();
            try {
                thread.join();
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
            agent.close();
        }
    }

    private RelayedDpu(final Dpu dpu, final String hostSocket, final ArenaSharing.Opener opener) {
        super(dpu);
        this.hostSocket = hostSocket;
        agent = new RunningAgent(dpu.relayAddress(), keys(), hostSocket, opener);
    }

    /** Over the real fabric {@code tcp}, on loopback. */
    static RelayedDpu openOverFabric(final Path directory, final DpuConfiguration configuration) {
        return new RelayedDpu(
                new Dpu(configuration.bus("fabric:tcp,address=127.0.0.1,listen=127.0.0.1:0,keys=" + keys())),
                directory.resolve("host.sock").toString(),
                FabricSharing::open);
    }

    static RelayedDpu open(final Path directory, final DpuConfiguration configuration) {
        return new RelayedDpu(
                dpu(configuration),
                directory.resolve("host.sock").toString(),
                (fabric, own) -> new BorrowedMemory.Sharing());
    }

    /** A DPU that waits for its host. */
    static Dpu dpu(final DpuConfiguration configuration) {
        try {
            return new Dpu(configuration.bus(
                    clock -> new BorrowedMemory(),
                    new RelaySettings(
                            RelayAddress.parse("127.0.0.1:0"), RelayKeys.load(keys(), Side.DPU), "borrowed")));
        } catch (final RelayException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Keys for all tests of this JVM: to make some takes a while. */
    static synchronized Path keys() {
        if (keys == null) {
            try {
                final Path made = Files.createTempDirectory("pno-keys");
                RelayCertificates.make(made);
                made.toFile().deleteOnExit();
                for (final Side side : Side.values()) {
                    side.file(made).toFile().deleteOnExit();
                }
                keys = made;
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            } catch (final RelayException e) {
                throw new IllegalStateException(e);
            }
        }
        return keys;
    }

    RunningAgent agent() {
        return agent;
    }

    String relayAddress() {
        return dpu.relayAddress();
    }

    /** Another {@code pno host} in the place of the one before. */
    void replaceAgent() {
        agent.close();
        agent = new RunningAgent(relayAddress(), keys(), hostSocket);
    }

    @Override
    String socketPath() {
        return hostSocket;
    }

    /** The DPU's own socket. */
    String ownSocketPath() {
        return dpu.socketPath();
    }

    /** The DPU ends before its host. */
    void endDpu() {
        isEnded = true;
        super.close();
    }

    @Override
    public void close() {
        agent.close();
        if (!isEnded) {
            super.close();
        }
    }
}
