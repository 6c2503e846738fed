package org.pno.system;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/**
 * Connections from the peer to a redis-server, held by a JVM of their own on the kernel's TCP. Each has sent a PING
 * and had its answer before they count as open; then they are silent, or send PINGs without looking at answers. When
 * all have been ended by the other side, the program tells how and ends. Ended itself, its kernel closes them.
 */
final class PeerConnections {
    private static final int MAX_CONNECTING = 64;
    private static final int PING_EVERY_MILLIS = 20;
    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String BROKEN_PIPE = "Broken pipe"; // EPIPE, as the JDK words it
    private static final int PONG_BYTES = "+PONG\r\n".length();

    private final LabProcess process;

    private PeerConnections(final LabProcess process) {
        this.process = process;
    }

    /** Opens silent ones, and returns when all are open. */
    static PeerConnections open(final Redis server, final int count) {
        return open(server, count, "silent");
    }

    /** Opens some that go on sending. */
    static PeerConnections openTalking(final Redis server, final int count) {
        return open(server, count, "talking");
    }

    private static PeerConnections open(final Redis server, final int count, final String manner) {
        final LabProcess process = server.bed()
                .start(
                        Side.PEER,
                        "connections",
                        Testbed.java(
                                        PeerConnections.class,
                                        server.address(),
                                        Integer.toString(server.port()),
                                        Integer.toString(count),
                                        manner)
                                .toArray(String[]::new));
        process.await(
                "open " + count + " connections",
                Await.PATIENCE.multipliedBy(2),
                () -> process.output().contains("open " + count + "\n"));
        return new PeerConnections(process);
    }

    /** Waits until the other side has ended them all; returns for example "eof=3 reset=0". */
    String awaitEnd() {
        process.awaitEnd(Await.PATIENCE);
        return process.output().lines().reduce((first, last) -> last).orElseThrow();
    }

    boolean isOpen() {
        return process.isAlive();
    }

    /** Ends the program; its kernel closes the connections. */
    void close() {
        process.kill();
    }

    public static void main(final String[] args) throws IOException {
        final InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        new Client(server, Integer.parseInt(args[2]), args[3].equals("talking")).run();
    }

    /** What runs on the peer. */
    private static final class Client {
        private final InetSocketAddress server;
        private final int count;
        private final boolean isTalking;
        private final Selector selector = Selector.open();
        private final ByteBuffer received = ByteBuffer.allocate(1 << 16);
        private int started;
        private int open;
        private int eof;
        private int reset;

        Client(final InetSocketAddress server, final int count, final boolean isTalking) throws IOException {
            this.server = server;
            this.count = count;
            this.isTalking = isTalking;
        }

        void run() throws IOException {
            while (open < count) {
                connectSome();
                selector.select();
                takeReady();
            }
            System.out.println("open " + count);
            while (eof + reset < count) {
                selector.select(isTalking ? PING_EVERY_MILLIS : 0);
                takeReady();
                if (isTalking) {
                    talk();
                }
            }
            System.out.println("eof=" + eof + " reset=" + reset);
        }

        private void connectSome() throws IOException {
            while (started < count && started - open < MAX_CONNECTING) {
                final SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.connect(server);
                channel.register(selector, SelectionKey.OP_CONNECT);
                started++;
            }
        }

        private void takeReady() throws IOException {
            for (final SelectionKey key : selector.selectedKeys()) {
                if (key.isConnectable()) {
                    ((SocketChannel) key.channel()).finishConnect();
                    key.interestOps(SelectionKey.OP_READ);
                    send(key);
                } else if (key.isReadable()) {
                    receive(key);
                }
            }
            selector.selectedKeys().clear();
        }

        /** Each key carries how many bytes have come in answer to the first PING, as long as that is not complete. */
        private void receive(final SelectionKey key) throws IOException {
            int length;
            try {
                length = ((SocketChannel) key.channel()).read(received.clear());
            } catch (final IOException e) {
                countReset(key);
                return;
            }
            if (length < 0) {
                eof++;
                key.channel().close();
                return;
            }
            final int answered = key.attachment() == null ? 0 : (int) key.attachment();
            if (answered < PONG_BYTES && answered + length >= PONG_BYTES) {
                open++;
            }
            key.attach(Math.min(answered + length, PONG_BYTES));
        }

        private void talk() throws IOException {
            for (final SelectionKey key : selector.keys()) {
                if (key.isValid()) {
                    try {
                        send(key);
                    } catch (final IOException e) {
                        if (!BROKEN_PIPE.equals(e.getMessage())) {
                            countReset(key);
                        } // else the end has come before, and the next read tells it
                    }
                }
            }
        }

        /** Linux tells a reset once: to whichever call comes first, a read or a write. */
        private void countReset(final SelectionKey key) throws IOException {
            reset++;
            key.channel().close();
        }

        private static void send(final SelectionKey key) throws IOException {
            ((SocketChannel) key.channel()).write(ByteBuffer.wrap(PING));
        }
    }
}
