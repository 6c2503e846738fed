package org.pno.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.pno.cli.json.Json;
import org.pno.cli.load.LoadGenerator;
import org.pno.cli.load.LoadJob;
import org.pno.cli.load.LoadReport;
import org.pno.cli.machine.UserError;
import org.pno.port.PortException;
import org.pno.wire.IpPrefix;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pno load}: the load generator, for one job or, with a control socket, for those that come. */
@Command(
        name = "load",
        description = "Loads a server from our own TCP stack on a packet port, and checks every answer.",
        footer = {
            "",
            "A job is made of words: to=ADDRESS:PORT, payload=BYTES, connections=N, pipeline=N, warmup=S, seconds=S,",
            "protocol=redis-get, redis-set, memcached-get, memcached-set, http or echo, count=N requests,",
            "rate=N for an open loop (latency counts from when a request was due),",
            "reconnect=true for a connection to each pipeline, respond=PORT to be a server of files, too.",
        })
final class LoadCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--port",
            required = true,
            paramLabel = "KIND:TARGET",
            description = "The wire, as pno dpu takes it.")
    private String port;

    @Option(
            names = "--ip",
            required = true,
            paramLabel = "ADDRESS/PREFIX",
            description = "An address of its own with its network; of several, connections take them in turn.")
    private List<String> addresses;

    @Option(
            names = "--control",
            paramLabel = "PATH",
            description = "Take jobs, a line each, from a socket there, and answer each by a line 'measuring', a line"
                    + " 'counted' and the result.")
    private Path control;

    @Parameters(paramLabel = "NAME=VALUE", description = "The job.")
    private List<String> words = List.of();

    /** A job and where its answer goes. */
    private record Task(LoadJob job, PrintWriter answer, CountDownLatch done) {}

    private final ConcurrentLinkedQueue<Task> tasks = new ConcurrentLinkedQueue<>();

    @Override
    public Integer call() {
        final LoadJob job = control == null ? parse(String.join(" ", words)) : null;
        try (LoadGenerator generator = new LoadGenerator(
                port, addresses.stream().map(LoadCommand::address).toList())) {
            if (control == null) {
                final LoadReport report = generator.run(job, () -> {}, () -> {});
                spec.commandLine().getOut().println(Json.write(report.json()));
                return report.failure() == null ? 0 : 1;
            }
            listen(generator);
            serve(generator);
            return 0;
        } catch (final PortException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    private static LoadJob parse(final String line) {
        try {
            return LoadJob.parse(line);
        } catch (final IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    private static IpPrefix address(final String text) {
        try {
            return IpPrefix.parse(text);
        } catch (final IllegalArgumentException e) {
            throw new UserError("--ip " + text + ": " + e.getMessage(), e);
        }
    }

    /** The engine's thread: jobs in turn, and between them what stands is served. Ends with the process. */
    private void serve(final LoadGenerator generator) {
        while (true) {
            generator.idleUntil(() -> !tasks.isEmpty());
            final Task task = tasks.poll();
            try {
                final LoadReport report = generator.run(
                        task.job, () -> tell(task.answer, "measuring"), () -> tell(task.answer, "counted"));
                tell(task.answer, Json.write(report.json()));
            } catch (final IllegalArgumentException e) {
                tell(task.answer, Json.write(Json.object("failure", e.getMessage())));
            }
            task.done.countDown();
        }
    }

    private static void tell(final PrintWriter answer, final String line) {
        answer.println(line);
        answer.flush();
    }

    private void listen(final LoadGenerator generator) {
        try {
            final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(control));
            Thread.ofPlatform().daemon().name("load-control").start(() -> {
                while (server.isOpen()) {
                    takeJob(server, generator);
                }
            });
        } catch (final IOException e) {
            throw new UserError("cannot listen at " + control + ": " + e.getMessage(), e);
        }
    }

    /** One client with one job after the other. One that goes away in the middle harms nobody. */
    private void takeJob(final ServerSocketChannel server, final LoadGenerator generator) {
        try (SocketChannel client = server.accept()) {
            final PrintWriter answer = new PrintWriter(Channels.newWriter(client, StandardCharsets.UTF_8));
            final String line = new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8)).readLine();
            try {
                final Task task = new Task(LoadJob.parse(line == null ? "" : line), answer, new CountDownLatch(1));
                tasks.add(task);
                generator.wake();
                task.done.await();
            } catch (final IllegalArgumentException e) {
                tell(answer, Json.write(Json.object("failure", e.getMessage())));
            }
        } catch (final IOException e) {
            spec.commandLine().getErr().println("pno: a client of " + control + " was lost: " + e.getMessage());
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
