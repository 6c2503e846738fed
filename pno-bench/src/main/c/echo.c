/* The smallest programs that TCP can carry: a server that sends back what it reads, and a client that keeps one message
 * under way on each of its connections. Plain sockets and epoll; they know nothing of PnO.
 *
 *   echo serve ADDRESS PORT
 *   echo drive ADDRESS PORT CONNECTIONS BYTES SECONDS    prints: requests=N seconds=S p50=MICROS p99=MICROS
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

enum { MAX_BYTES = 65536, MAX_CONNECTIONS = 1024, EVENTS = 128, BUCKETS = 100000, BUCKET_NS = 500 };

struct connection {
    int fd;
    size_t received;
    uint64_t sent_ns;
};

static char buffer[MAX_BYTES];
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

static void send_all(int fd, size_t bytes)
{
    for (size_t sent = 0; sent < bytes;) {
        ssize_t result = send(fd, buffer + sent, bytes - sent, MSG_NOSIGNAL);
        if (result > 0)
            sent += (size_t)result;
        else if (errno != EINTR)
            fail("send");
    }
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
    if (received > 0)
        send_all(fd, (size_t)received);
    else
        close(fd);
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

static void ask(struct connection *connection, size_t bytes)
{
    connection->received = 0;
    connection->sent_ns = now_ns();
    send_all(connection->fd, bytes);
}

/* Reads what has come of an answer. True if it is complete. */
static bool hear(struct connection *connection, size_t bytes)
{
    ssize_t received = recv(connection->fd, buffer, bytes - connection->received, 0);
    if (received <= 0) {
        errno = received == 0 ? ECONNRESET : errno;
        fail("recv");
    }
    connection->received += (size_t)received;
    if (connection->received < bytes)
        return false;
    uint64_t bucket = (now_ns() - connection->sent_ns) / BUCKET_NS;
    histogram[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
    return true;
}

static double quantile_micros(uint64_t requests, double quantile)
{
    uint64_t below = 0;
    size_t bucket = 0;
    while (bucket < BUCKETS - 1 && (double)(below + histogram[bucket]) < quantile * (double)requests)
        below += histogram[bucket++];
    return (double)(bucket + 1) * BUCKET_NS / 1000;
}

static int drive(const struct sockaddr_in *at, size_t count, size_t bytes, double seconds)
{
    int epoll = check(epoll_create1(0), "epoll_create1");
    for (size_t i = 0; i < count; i++) {
        connections[i].fd = open_socket();
        check(connect(connections[i].fd, (const struct sockaddr *)at, sizeof(*at)), "connect");
        watch(epoll, connections[i].fd, i);
    }
    uint64_t start = now_ns();
    uint64_t end = start + (uint64_t)(seconds * 1e9);
    for (size_t i = 0; i < count; i++)
        ask(&connections[i], bytes);
    uint64_t requests = 0;
    while (now_ns() < end) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, 1000);
        for (int i = 0; i < ready; i++) {
            struct connection *connection = &connections[events[i].data.u64];
            if (hear(connection, bytes)) {
                requests++;
                ask(connection, bytes);
            }
        }
    }
    printf("requests=%llu seconds=%.3f p50=%.1f p99=%.1f\n", (unsigned long long)requests,
           (double)(now_ns() - start) / 1e9, quantile_micros(requests, 0.50), quantile_micros(requests, 0.99));
    return requests > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "serve") == 0) {
        struct sockaddr_in at = endpoint(argv[2], argv[3]);
        serve(&at);
    }
    long count = argc == 7 ? atol(argv[4]) : 0;
    long bytes = argc == 7 ? atol(argv[5]) : 0;
    if (argc != 7 || strcmp(argv[1], "drive") != 0 || count < 1 || count > MAX_CONNECTIONS || bytes < 1 ||
        bytes > MAX_BYTES) {
        fprintf(stderr, "echo serve ADDRESS PORT | echo drive ADDRESS PORT CONNECTIONS(1..%d) BYTES(1..%d) SECONDS\n",
                MAX_CONNECTIONS, MAX_BYTES);
        return 2;
    }
    struct sockaddr_in at = endpoint(argv[2], argv[3]);
    return drive(&at, (size_t)count, (size_t)bytes, atof(argv[6]));
}
