package org.pno.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A program that closes sockets in which another of its threads is blocked. The JDK puts a half-closed socket over the
 * number and sends that thread one signal: whatever moment of its call that meets, the call must end.
 *
 * <p>Arguments: the address to listen on, and how often each is done. Tells each kind that has ended as it should.
 */
@SuppressWarnings("try") // it is all about calls of close
final class AsynchronousClose {
    private static final int PATIENCE_SECONDS = 20;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final InetAddress address;
    private final int rounds;

    private AsynchronousClose(final InetAddress address, final int rounds) {
        this.address = address;
        this.rounds = rounds;
    }

    public static void main(final String[] arguments) throws Exception {
        final AsynchronousClose program =
                new AsynchronousClose(InetAddress.getByName(arguments[0]), Integer.parseInt(arguments[1]));
        program.closeBlockedAccepts();
        program.closeBlockedReads();
        program.closeBlockedChannels();
        program.closeSelectedChannels();
        program.threads.shutdownNow();
    }

    private void closeBlockedAccepts() throws Exception {
        for (int round = 0; round < rounds; round++) {
            try (ServerSocket server = new ServerSocket(0, 1, address)) {
                final Future<?> accept = threads.submit(server::accept);
                pause(round);
                server.close();
                awaitFailure(accept, SocketException.class);
            }
        }
        System.out.println("accepts");
    }

    private void closeBlockedReads() throws Exception {
        try (ServerSocket server = new ServerSocket(0, rounds, address)) {
            for (int round = 0; round < rounds; round++) {
                try (Socket client = new Socket(address, server.getLocalPort());
                        Socket accepted = server.accept()) {
                    final Future<?> read =
                            threads.submit(() -> accepted.getInputStream().read());
                    pause(round);
                    accepted.close();
                    awaitFailure(read, SocketException.class);
                    awaitEnd(client);
                }
            }
        }
        System.out.println("reads");
    }

    private void closeBlockedChannels() throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress(address, 0))) {
            for (int round = 0; round < rounds; round++) {
                try (SocketChannel client = SocketChannel.open(server.getLocalAddress());
                        SocketChannel accepted = server.accept()) {
                    final Future<?> read = threads.submit(() -> accepted.read(ByteBuffer.allocate(1)));
                    pause(round);
                    accepted.close();
                    awaitFailure(read, AsynchronousCloseException.class);
                    awaitEnd(client.socket());
                }
            }
        }
        System.out.println("channels");
    }

    private void closeSelectedChannels() throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress(address, 0))) {
            for (int round = 0; round < rounds; round++) {
                try (SocketChannel client = SocketChannel.open(server.getLocalAddress());
                        SocketChannel accepted = server.accept();
                        Selector selector = Selector.open()) {
                    accepted.configureBlocking(false).register(selector, SelectionKey.OP_READ);
                    final Callable<Integer> selecting = selector::select;
                    final Future<Integer> selected = threads.submit(selecting);
                    pause(round);
                    accepted.close();
                    selector.close();
                    awaitSelected(selected);
                    awaitEnd(client.socket());
                }
            }
        }
        System.out.println("selectors");
    }

    /** Some threads are asleep when their socket is closed, others on their way. */
    private static void pause(final int round) throws InterruptedException {
        if (round % 4 != 0) {
            Thread.sleep(0, round % 50 * 10_000);
        }
    }

    private static void awaitFailure(final Future<?> blocked, final Class<? extends IOException> expected)
            throws InterruptedException, TimeoutException {
        try {
            throw new IllegalStateException("no failure: " + blocked.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (final ExecutionException e) {
            final Throwable cause = e.getCause();
            /* A channel that was closed before the thread came to it says so by another class. */
            if (!expected.isInstance(cause) && !(cause instanceof java.nio.channels.ClosedChannelException)) {
                throw new IllegalStateException("another failure than " + expected, cause);
            }
        }
    }

    private static void awaitSelected(final Future<Integer> selected) throws InterruptedException, TimeoutException {
        try {
            selected.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (final ExecutionException e) {
            if (!(e.getCause() instanceof ClosedSelectorException)) {
                throw new IllegalStateException("another failure", e.getCause());
            }
        }
    }

    /** The other side must see the end at once: nobody holds the socket any more. */
    private static void awaitEnd(final Socket socket) throws IOException {
        socket.setSoTimeout(PATIENCE_SECONDS * 1000);
        if (socket.getInputStream().read() >= 0) {
            throw new IllegalStateException("bytes from a socket that sent none");
        }
    }
}
