/* Moves bytes whose values are known over TCP and looks at each when it comes: a server, and clients for bulk, for
 * question and answer, and for many short connections. Plain sockets and threads; they know nothing of PnO.
 *
 *   transfer serve ADDRESS PORT                     prints of each bulk connection: bytes=N seconds=S
 *   transfer bulk  ADDRESS PORT SECONDS BYTES       as many bytes as the server takes in that time, BYTES at most
 *   transfer ask   ADDRESS PORT SECONDS THREADS     prints: exchanges=N seconds=S   (one connection for each thread)
 *   transfer short ADDRESS PORT SECONDS THREADS     the same                        (one connection for each exchange)
 *
 * A connection starts with a struct start. In bulk the client sends, and the server counts what it has seen in order
 * and unharmed until the time is over. In an exchange the client sends a question and the server a longer answer.
 * A byte that is not what it should be ends the program with status 3.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 65536, QUESTION = 128, ANSWER = 8192, MAX_THREADS = 256, BULK = 1, EXCHANGES = 2, WRONG = 3 };

static const uint64_t SECOND = 1000000000;

struct start {
    uint32_t kind;
    uint32_t millis;
    uint64_t seed;
};

struct asker {
    const struct addrinfo *at;
    uint64_t end_ns;
    uint64_t seed;
    uint64_t exchanges;
    bool connects_anew;
    pthread_t thread;
};

static void fail(const char *what)
{
    fprintf(stderr, "transfer: %s: %s\n", what, strerror(errno));
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
    return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

/* The eight bytes at position 8 * index of the stream of a seed. */
static uint64_t pattern(uint64_t seed, uint64_t index)
{
    uint64_t word = (seed + index + 1) * 0x9e3779b97f4a7c15;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
    return word ^ word >> 29;
}

static void fill(uint8_t *bytes, size_t length, uint64_t seed, uint64_t position)
{
    for (size_t i = 0; i < length; i++, position++)
        bytes[i] = (uint8_t)(pattern(seed, position / 8) >> position % 8 * 8);
}

static void verify(const uint8_t *bytes, size_t length, uint64_t seed, uint64_t position)
{
    uint8_t expected[CHUNK];
    fill(expected, length, seed, position);
    if (memcmp(bytes, expected, length) != 0) {
        fprintf(stderr, "transfer: wrong bytes in the %zu at position %llu\n", length, (unsigned long long)position);
        exit(WRONG);
    }
}

static bool send_all(int fd, const void *bytes, size_t length)
{
    for (size_t sent = 0; sent < length;) {
        ssize_t result = send(fd, (const char *)bytes + sent, length - sent, MSG_NOSIGNAL);
        if (result > 0)
            sent += (size_t)result;
        else if (errno != EINTR)
            return false;
    }
    return true;
}

static bool receive_all(int fd, void *bytes, size_t length)
{
    for (size_t received = 0; received < length;) {
        ssize_t result = recv(fd, (char *)bytes + received, length - received, 0);
        if (result > 0)
            received += (size_t)result;
        else if (result == 0 || errno != EINTR)
            return false;
    }
    return true;
}

static bool wait_readable(int fd, uint64_t end_ns)
{
    for (;;) {
        uint64_t now = now_ns();
        if (now >= end_ns)
            return false;
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        if (poll(&readable, 1, (int)((end_ns - now) / 1000000 + 1)) > 0)
            return true;
    }
}

static void take_bulk(int fd, const struct start *start)
{
    uint8_t chunk[CHUNK];
    uint64_t position = 0, begin = now_ns(), end = begin + start->millis * (SECOND / 1000);
    while (wait_readable(fd, end)) {
        ssize_t received = recv(fd, chunk, sizeof(chunk), 0);
        if (received < 0)
            fail("recv");
        if (received == 0)
            break;
        verify(chunk, (size_t)received, start->seed, position);
        position += (uint64_t)received;
    }
    uint64_t now = now_ns();
    printf("bytes=%llu seconds=%.6f\n", (unsigned long long)position, (double)((now < end ? now : end) - begin) / 1e9);
    fflush(stdout);
}

static void answer(int fd, const struct start *start)
{
    uint8_t question[QUESTION], reply[ANSWER];
    for (uint64_t position = 0; receive_all(fd, question, QUESTION); position += ANSWER) {
        verify(question, QUESTION, start->seed, position);
        fill(reply, ANSWER, ~start->seed, position);
        if (!send_all(fd, reply, ANSWER))
            break;
    }
}

static void *serve_one(void *argument)
{
    int fd = (int)(intptr_t)argument;
    struct start start;
    if (receive_all(fd, &start, sizeof(start))) {
        if (start.kind == BULK)
            take_bulk(fd, &start);
        else
            answer(fd, &start);
    }
    close(fd);
    return NULL;
}

/* A socket whose congestion control is CUBIC, whatever this machine's default is. */
static int open_socket(const struct addrinfo *at)
{
    int fd = check(socket(at->ai_family, SOCK_STREAM, 0), "socket");
    check(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", strlen("cubic")), "TCP_CONGESTION cubic");
    return fd;
}

static void no_delay(int fd)
{
    int one = 1;
    check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)), "TCP_NODELAY");
}

static void run(pthread_t *thread, void *(*function)(void *), void *argument)
{
    if ((errno = pthread_create(thread, NULL, function, argument)) != 0)
        fail("pthread_create");
}

static _Noreturn void serve(const struct addrinfo *at)
{
    int listener = open_socket(at);
    int one = 1;
    check(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), "SO_REUSEADDR");
    check(bind(listener, at->ai_addr, at->ai_addrlen), "bind");
    check(listen(listener, 1024), "listen");
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        no_delay(fd);
        pthread_t thread;
        run(&thread, serve_one, (void *)(intptr_t)fd);
        pthread_detach(thread);
    }
}

/* A new connection, or -1. A server that does not listen yet is waited for until the time is over. */
static int open_connection(const struct addrinfo *at, uint64_t end_ns)
{
    for (;;) {
        int fd = open_socket(at);
        if (connect(fd, at->ai_addr, at->ai_addrlen) == 0) {
            no_delay(fd);
            return fd;
        }
        if (errno != ECONNREFUSED)
            fail("connect");
        close(fd);
        if (now_ns() >= end_ns)
            return -1;
        usleep(10000);
    }
}

/* Sends until all has gone or the server ends the connection because the time is over. */
static int send_bulk(const struct addrinfo *at, double seconds, uint64_t bytes)
{
    int fd = open_connection(at, now_ns() + 10 * SECOND);
    struct start start = {.kind = BULK, .millis = (uint32_t)(seconds * 1000), .seed = now_ns()};
    if (fd < 0 || !send_all(fd, &start, sizeof(start)))
        fail("the server does not answer");
    uint8_t chunk[CHUNK];
    for (uint64_t position = 0; position < bytes;) {
        size_t length = bytes - position < CHUNK ? (size_t)(bytes - position) : CHUNK;
        fill(chunk, length, start.seed, position);
        if (!send_all(fd, chunk, length))
            return 0;
        position += length;
    }
    shutdown(fd, SHUT_WR);
    uint8_t end;
    receive_all(fd, &end, sizeof(end));
    return 0;
}

static void *ask(void *argument)
{
    struct asker *asker = argument;
    struct start start = {.kind = EXCHANGES, .seed = asker->seed};
    uint8_t question[QUESTION], reply[ANSWER];
    uint64_t position = 0;
    int fd = -1;
    while (now_ns() < asker->end_ns) {
        if (fd < 0) {
            position = 0;
            start.seed++;
            fd = open_connection(asker->at, asker->end_ns);
            if (fd < 0 || !send_all(fd, &start, sizeof(start)))
                fail("the server does not answer");
        }
        fill(question, QUESTION, start.seed, position);
        if (!send_all(fd, question, QUESTION) || !receive_all(fd, reply, ANSWER))
            fail("exchange");
        verify(reply, ANSWER, ~start.seed, position);
        position += ANSWER;
        asker->exchanges += now_ns() <= asker->end_ns;
        if (asker->connects_anew) {
            close(fd);
            fd = -1;
        }
    }
    return NULL;
}

static int drive(const struct addrinfo *at, double seconds, int threads, bool connects_anew)
{
    close(open_connection(at, now_ns() + 10 * SECOND));
    static struct asker askers[MAX_THREADS];
    uint64_t begin = now_ns(), exchanges = 0;
    for (int i = 0; i < threads; i++) {
        askers[i] = (struct asker){.at = at, .seed = begin + ((uint64_t)i << 40), .connects_anew = connects_anew};
        askers[i].end_ns = begin + (uint64_t)(seconds * 1e9);
        run(&askers[i].thread, ask, &askers[i]);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(askers[i].thread, NULL);
        exchanges += askers[i].exchanges;
    }
    printf("exchanges=%llu seconds=%.6f\n", (unsigned long long)exchanges, seconds);
    return 0;
}

static struct addrinfo *endpoint(const char *address, const char *port)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    struct addrinfo *at;
    if (getaddrinfo(address, port, &hints, &at) != 0) {
        fprintf(stderr, "transfer: '%s' and '%s' are no address and port\n", address, port);
        exit(2);
    }
    return at;
}

int main(int argc, char **argv)
{
    double seconds = argc == 6 ? atof(argv[4]) : 0;
    long long count = argc == 6 ? atoll(argv[5]) : 0;
    if (argc == 4 && strcmp(argv[1], "serve") == 0)
        serve(endpoint(argv[2], argv[3]));
    if (seconds > 0 && count > 0 && strcmp(argv[1], "bulk") == 0)
        return send_bulk(endpoint(argv[2], argv[3]), seconds, (uint64_t)count);
    bool connects_anew = argc == 6 && strcmp(argv[1], "short") == 0;
    if (seconds > 0 && count > 0 && count <= MAX_THREADS && (connects_anew || strcmp(argv[1], "ask") == 0))
        return drive(endpoint(argv[2], argv[3]), seconds, (int)count, connects_anew);
    fprintf(stderr, "transfer serve ADDRESS PORT | bulk ADDRESS PORT SECONDS BYTES |"
                    " ask|short ADDRESS PORT SECONDS THREADS(1..%d)\n",
            MAX_THREADS);
    return 2;
}
