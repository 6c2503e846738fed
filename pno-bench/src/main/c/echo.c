/* The smallest programs that TCP can carry: a server that sends back what it reads, and clients that compare each byte of
 * it. Plain sockets and epoll; they know nothing of PnO.
 *
 *   echo serve ADDRESS PORT
 *   echo drive ADDRESS PORT CONNECTIONS BYTES PIPELINE SECONDS      messages on connections that stay
 *   echo connect ADDRESS PORT CONNECTIONS BYTES PIPELINE SECONDS    a connection for each PIPELINE messages
 *
 * A client prints: requests=N seconds=S p50=MICROS p99=MICROS
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_BYTES = 65536,
    MAX_CONNECTIONS = 1024,
    MAX_PIPELINE = 64,
    MAX_UNDER_WAY = 1 << 18, /* bytes of a connection: both sides' buffers hold them, so nobody waits to send */
    EVENTS = 128,
    BUCKETS = 100000,
    BUCKET_NS = 500,
    PERIOD = 23 /* of the bytes of a message, so that one out of place is seen */
};

/* A client's; answers come in the order of the messages, so the times of what is under way stand in a ring. */
struct connection {
    int fd;
    size_t received; /* of the answer that comes */
    uint64_t asked;
    uint64_t answered;
    uint64_t sent_ns[MAX_PIPELINE];
};

/* What a client was told to do. */
struct load {
    struct sockaddr_in at;
    size_t connections;
    size_t bytes;
    uint64_t pipeline;
    double seconds;
    bool reconnects;
};

static char buffer[MAX_BYTES];
static char message[MAX_BYTES];
static struct connection connections[MAX_CONNECTIONS];
static uint64_t histogram[BUCKETS]; /* of round trips, by BUCKET_NS; the last one holds all that took longer */

static void fail(const char *what)
{
    fprintf(stderr, "echo: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int check(int result, const char *what)
{
    if (result < 0)
        fail(what);
    return result;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool send_all(int fd, const char *from, size_t bytes)
{
    for (size_t sent = 0; sent < bytes;) {
        ssize_t result = send(fd, from + sent, bytes - sent, MSG_NOSIGNAL);
        if (result > 0)
            sent += (size_t)result;
        else if (errno != EINTR)
            return false;
    }
    return true;
}

static struct sockaddr_in endpoint(const char *address, const char *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    if (inet_pton(AF_INET, address, &at.sin_addr) != 1) {
        fprintf(stderr, "echo: '%s' is no IPv4 address\n", address);
        exit(2);
    }
    return at;
}

static int open_socket(void)
{
    int fd = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    int one = 1;
    check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)), "TCP_NODELAY");
    return fd;
}

static void watch(int epoll, int fd, uint64_t tag)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = tag};
    check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

static void serve_one(int fd)
{
    ssize_t received = recv(fd, buffer, sizeof(buffer), 0);
    if (received <= 0 || !send_all(fd, buffer, (size_t)received))
        close(fd); /* the client may go with messages under way */
}

static _Noreturn void serve(const struct sockaddr_in *at)
{
    int listener = open_socket();
    int one = 1;
    check(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), "SO_REUSEADDR");
    check(bind(listener, (const struct sockaddr *)at, sizeof(*at)), "bind");
    check(listen(listener, 1024), "listen");
    int epoll = check(epoll_create1(0), "epoll_create1");
    watch(epoll, listener, (uint64_t)listener);
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            int fd = (int)events[i].data.u64;
            if (fd != listener)
                serve_one(fd);
            else if ((fd = accept(listener, NULL, NULL)) >= 0)
                watch(epoll, fd, (uint64_t)fd);
        }
    }
}

static void ask(struct connection *connection, const struct load *load)
{
    connection->sent_ns[connection->asked++ % MAX_PIPELINE] = now_ns();
    if (!send_all(connection->fd, message, load->bytes))
        fail("send");
}

static void count(struct connection *connection)
{
    uint64_t bucket = (now_ns() - connection->sent_ns[connection->answered++ % MAX_PIPELINE]) / BUCKET_NS;
    histogram[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
    connection->received = 0;
}

/* Reads what has come, an answer at most. Returns how many have come to their end. */
static uint64_t hear(struct connection *connection, const struct load *load)
{
    ssize_t received = recv(connection->fd, buffer, load->bytes - connection->received, 0);
    if (received <= 0) {
        errno = received == 0 ? ECONNRESET : errno;
        fail("recv");
    }
    if (memcmp(buffer, message + connection->received, (size_t)received) != 0) {
        fprintf(stderr, "echo: what comes back is not what was sent\n");
        exit(1);
    }
    connection->received += (size_t)received;
    if (connection->received < load->bytes)
        return 0;
    count(connection);
    return 1;
}

static double quantile_micros(uint64_t requests, double quantile)
{
    uint64_t below = 0;
    size_t bucket = 0;
    while (bucket < BUCKETS - 1 && (double)(below + histogram[bucket]) < quantile * (double)requests)
        below += histogram[bucket++];
    return (double)(bucket + 1) * BUCKET_NS / 1000;
}

static void open_connection(struct connection *connection, const struct load *load, int epoll)
{
    connection->fd = open_socket();
    connection->received = 0;
    connection->asked = connection->answered = 0;
    check(connect(connection->fd, (const struct sockaddr *)&load->at, sizeof(load->at)), "connect");
    watch(epoll, connection->fd, (uint64_t)(connection - connections));
}

/* After an answer: the next message, on this connection or on a new one. */
static void go_on(struct connection *connection, const struct load *load, int epoll)
{
    if (!load->reconnects || connection->asked < load->pipeline) {
        ask(connection, load);
    } else if (connection->answered == load->pipeline) {
        uint64_t start = now_ns();
        close(connection->fd);
        open_connection(connection, load, epoll);
        ask(connection, load);
        connection->sent_ns[0] = start;
    }
}

static void start(const struct load *load, int epoll)
{
    for (size_t i = 0; i < load->connections; i++)
        open_connection(&connections[i], load, epoll);
    for (size_t i = 0; i < load->connections; i++)
        for (uint64_t k = 0; k < (load->reconnects ? 1 : load->pipeline); k++)
            ask(&connections[i], load);
}

static int drive(const struct load *load)
{
    int epoll = check(epoll_create1(0), "epoll_create1");
    for (size_t i = 0; i < MAX_BYTES; i++)
        message[i] = (char)('a' + i % PERIOD);
    uint64_t begin = now_ns();
    uint64_t end = begin + (uint64_t)(load->seconds * 1e9);
    start(load, epoll);
    uint64_t requests = 0;
    while (now_ns() < end) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, 1000);
        for (int i = 0; i < ready; i++) {
            struct connection *connection = &connections[events[i].data.u64];
            if (hear(connection, load) == 1) {
                requests++;
                go_on(connection, load, epoll);
            }
        }
    }
    printf("requests=%llu seconds=%.3f p50=%.1f p99=%.1f\n", (unsigned long long)requests,
           (double)(now_ns() - begin) / 1e9, quantile_micros(requests, 0.50), quantile_micros(requests, 0.99));
    return requests > 0 ? 0 : 1;
}

static bool parse(char **argv, struct load *load)
{
    long count = atol(argv[4]);
    long bytes = atol(argv[5]);
    long pipeline = atol(argv[6]);
    if (count < 1 || count > MAX_CONNECTIONS || bytes < 1 || bytes > MAX_BYTES || pipeline < 1 ||
        pipeline > MAX_PIPELINE || bytes * pipeline > MAX_UNDER_WAY)
        return false;
    *load = (struct load){.at = endpoint(argv[2], argv[3]),
                          .connections = (size_t)count,
                          .bytes = (size_t)bytes,
                          .pipeline = (uint64_t)pipeline,
                          .seconds = atof(argv[7]),
                          .reconnects = strcmp(argv[1], "connect") == 0};
    return true;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "serve") == 0) {
        struct sockaddr_in at = endpoint(argv[2], argv[3]);
        serve(&at);
    }
    struct load load;
    bool drives = argc == 8 && (strcmp(argv[1], "drive") == 0 || strcmp(argv[1], "connect") == 0);
    if (!drives || !parse(argv, &load)) {
        fprintf(stderr,
                "echo serve ADDRESS PORT\n"
                "echo drive|connect ADDRESS PORT CONNECTIONS(1..%d) BYTES(1..%d) PIPELINE(1..%d) SECONDS\n",
                MAX_CONNECTIONS, MAX_BYTES, MAX_PIPELINE);
        return 2;
    }
    return drive(&load);
}
