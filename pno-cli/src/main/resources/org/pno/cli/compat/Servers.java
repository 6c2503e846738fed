import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/** The JDK's own servers and clients: Servers.java KIND ADDRESS PORT [COUNT BYTES]. */
public class Servers {
    public static void main(final String[] args) throws Exception {
        final InetSocketAddress at = new InetSocketAddress(InetAddress.getByName(args[1]), Integer.parseInt(args[2]));
        switch (args[0]) {
            case "blocking" -> blocking(at);
            case "nio" -> nio(at);
            case "http" -> http(at);
            case "clients" -> clients(at, Integer.parseInt(args[3]), Integer.parseInt(args[4]));
            case "http-clients" -> httpClients(at, Integer.parseInt(args[3]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** A thread for each connection. The end: accept is interrupted by closing the listener from another thread. */
    private static void blocking(final InetSocketAddress at) throws Exception {
        final ServerSocket listener = new ServerSocket(at.getPort(), 128, at.getAddress());
        final Thread accepting = Thread.ofPlatform().start(() -> {
            while (true) {
                try {
                    final Socket socket = listener.accept();
                    Thread.startVirtualThread(() -> echo(socket));
                } catch (final SocketException e) {
                    System.out.println("accept: " + e.getMessage());
                    return;
                } catch (final IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        awaitEnd();
        listener.close();
        accepting.join();
    }

    private static void echo(final Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (final IOException e) {
            System.out.println("echo: " + e);
        }
    }

    private static void nio(final InetSocketAddress at) throws Exception {
        final Selector selector = Selector.open();
        final ServerSocketChannel listener = ServerSocketChannel.open().bind(at, 128);
        listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
        Thread.ofPlatform().start(() -> {
            awaitEnd();
            System.exit(0);
        });
        while (true) {
            selector.select();
            for (final SelectionKey key : selector.selectedKeys()) {
                if (key.isAcceptable()) {
                    final SocketChannel channel = listener.accept();
                    channel.configureBlocking(false)
                            .register(selector, SelectionKey.OP_READ, ByteBuffer.allocate(65536));
                } else {
                    serve(key);
                }
            }
            selector.selectedKeys().clear();
        }
    }

    private static void serve(final SelectionKey key) throws IOException {
        final SocketChannel channel = (SocketChannel) key.channel();
        final ByteBuffer buffer = (ByteBuffer) key.attachment();
        if (key.isReadable() && channel.read(buffer) < 0) {
            channel.close();
            return;
        }
        buffer.flip();
        channel.write(buffer);
        buffer.compact();
        key.interestOps(buffer.position() > 0 ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    private static void http(final InetSocketAddress at) throws Exception {
        final HttpServer server = HttpServer.create(at, 128);
        server.createContext("/", exchange -> {
            final byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        awaitEnd();
        server.stop(0);
    }

    private static void clients(final InetSocketAddress at, final int count, final int bytes) throws Exception {
        final List<CompletableFuture<Boolean>> talks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final int seed = i;
            talks.add(CompletableFuture.supplyAsync(
                    () -> talk(at, seed, bytes), Executors.newVirtualThreadPerTaskExecutor()));
        }
        System.out.println(talks.stream().filter(CompletableFuture::join).count() + " echoes");
    }

    private static boolean talk(final InetSocketAddress at, final int seed, final int bytes) {
        final byte[] sent = new byte[bytes];
        new Random(seed).nextBytes(sent);
        try (Socket socket = new Socket(at.getAddress(), at.getPort())) {
            Thread.startVirtualThread(() -> {
                try {
                    socket.getOutputStream().write(sent);
                    socket.shutdownOutput();
                } catch (final IOException e) {
                    System.out.println("write: " + e);
                }
            });
            final InputStream in = socket.getInputStream();
            return Arrays.equals(sent, in.readAllBytes());
        } catch (final IOException e) {
            System.out.println("client " + seed + ": " + e);
            return false;
        }
    }

    private static void httpClients(final InetSocketAddress at, final int count) {
        final HttpClient client = HttpClient.newHttpClient();
        final URI uri = URI.create("http://" + at.getAddress().getHostAddress() + ":" + at.getPort() + "/");
        final List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final HttpRequest request = HttpRequest.newBuilder(uri)
                    .POST(HttpRequest.BodyPublishers.ofString("question " + i))
                    .build();
            answers.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
        }
        int right = 0;
        for (int i = 0; i < count; i++) {
            right += answers.get(i).join().body().equals("question " + i) ? 1 : 0;
        }
        System.out.println(right + " answers");
    }

    /** The file by which a test ends us; a signal would leave the JVM no way to show that it closes its sockets well. */
    private static void awaitEnd() {
        final Path end = Path.of("end-of-java");
        try {
            while (!Files.exists(end)) {
                Thread.sleep(20);
            }
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
