/* Socket options and what is told of a connection: the same on the kernel's TCP and on ours. */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "check.h"
#include "pno_layout.h"

static int get_option(int fd, int level, int option)
{
    int value = -1;
    socklen_t length = sizeof(value);
    CHECK_EQ(getsockopt(fd, level, option, &value, &length), 0);
    CHECK_EQ(length, sizeof(value));
    return value;
}

static int set_option(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value));
}

BOTH(shouldTellWhatKindOfSocketItIs)
{
    int fds[2];
    uint16_t port;
    make_pair(stack, fds);
    CHECK_EQ(get_option(fds[0], SOL_SOCKET, SO_TYPE), SOCK_STREAM);
    CHECK_EQ(get_option(fds[0], SOL_SOCKET, SO_DOMAIN), AF_INET);
    CHECK_EQ(get_option(fds[0], SOL_SOCKET, SO_PROTOCOL), IPPROTO_TCP);
    CHECK_EQ(get_option(fds[0], SOL_SOCKET, SO_ACCEPTCONN), 0);
    CHECK_EQ(get_option(listen_on(stack, 0, &port), SOL_SOCKET, SO_ACCEPTCONN), 1);
}

BOTH(shouldKeepOptions)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_NODELAY), 0);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_NODELAY, 5), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_NODELAY), 1);
    CHECK_EQ(set_option(fds[0], SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    CHECK_EQ(get_option(fds[0], SOL_SOCKET, SO_KEEPALIVE), 1);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_KEEPIDLE, 30), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_KEEPIDLE), 30);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_KEEPINTVL), 75);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_KEEPCNT), 9);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_USER_TIMEOUT, 12345), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_USER_TIMEOUT), 12345);
    CHECK_EQ(set_option(fds[0], SOL_SOCKET, SO_SNDBUF, 50000), 0);
    CHECK_EQ(get_option(fds[0], SOL_SOCKET, SO_SNDBUF), 100000);
    CHECK_EQ(set_option(fds[0], SOL_SOCKET, SO_RCVBUF, 50000), 0);
    CHECK_EQ(get_option(fds[0], SOL_SOCKET, SO_RCVBUF), 100000);
    CHECK_EQ(set_option(fds[0], SOL_SOCKET, SO_SNDBUF, 1), 0);
    CHECK_EQ(get_option(fds[0], SOL_SOCKET, SO_SNDBUF), 4608);
    CHECK_EQ(get_option(fds[0], SOL_SOCKET, SO_RCVLOWAT), 1);
}

BOTH(shouldKeepHowLittleMayBeUnsent)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_NOTSENT_LOWAT), 0);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_NOTSENT_LOWAT, 16384), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_NOTSENT_LOWAT), 16384);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_NOTSENT_LOWAT, -1), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_NOTSENT_LOWAT), -1);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(set_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 1), 0);
    CHECK_EQ(get_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT), 1);
}

/* Fills a connection whose peer reads nothing; the answer is what it took. */
static long fill(int fd)
{
    static char bytes[65536];
    long total = 0;
    for (ssize_t put; (put = send(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0;)
        total += put;
    CHECK_EQ(errno, EAGAIN);
    return total;
}

BOTH(shouldTakeLessWhereLittleMayBeUnsent)
{
    static char bytes[65536];
    int plain[2], held[2];
    make_pair(stack, plain);
    make_pair(stack, held);
    CHECK_EQ(set_option(held[0], IPPROTO_TCP, TCP_NOTSENT_LOWAT, 4096), 0);
    long most = fill(plain[0]), taken = fill(held[0]);
    CHECK(taken < most);
    struct pollfd wanted = {.fd = held[0], .events = POLLOUT};
    CHECK_EQ(poll(&wanted, 1, 0), 0);
    for (long got = 0; got < taken;) {
        ssize_t piece = read(held[1], bytes, sizeof(bytes));
        CHECK(piece > 0);
        got += piece;
    }
    CHECK_EQ(poll(&wanted, 1, 5000), 1);
    CHECK_EQ(wanted.revents, POLLOUT);
    CHECK_EQ(send(held[0], bytes, 100, MSG_DONTWAIT), 100);
}

static void *read_all(void *argument)
{
    static char bytes[65536];
    long total = 0;
    for (ssize_t got; (got = read(*(int *)argument, bytes, sizeof(bytes))) > 0;)
        total += got;
    return (void *)total;
}

BOTH(shouldSendAllThoughNothingMayBeUnsent)
{
    static char bytes[1 << 20];
    int fds[2];
    pthread_t reader;
    void *total;
    make_pair(stack, fds);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_NOTSENT_LOWAT, 1), 0);
    CHECK_EQ(pthread_create(&reader, NULL, read_all, &fds[1]), 0);
    for (int i = 0; i < 8; i++)
        CHECK_EQ(write(fds[0], bytes, sizeof(bytes)), sizeof(bytes));
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    CHECK_EQ(pthread_join(reader, &total), 0);
    CHECK_EQ((long)total, 8L << 20);
}

BOTH(shouldKeepFastOpenOptions)
{
    int fds[2];
    uint16_t port;
    make_pair(stack, fds);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_FASTOPEN_CONNECT), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE), 0);
    CHECK_ERRNO(set_option(fds[0], IPPROTO_TCP, TCP_FASTOPEN, 5), EINVAL);
    CHECK_ERRNO(set_option(fds[0], IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1), EINVAL);
    CHECK_ERRNO(set_option(fds[0], IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, 1), EINVAL);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(set_option(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1), 0);
    CHECK_ERRNO(set_option(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 2), EINVAL);
    CHECK_EQ(get_option(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT), 1);
    int listener = listen_on(stack, 0, &port);
    CHECK_EQ(set_option(listener, IPPROTO_TCP, TCP_FASTOPEN, 7), 0);
    CHECK_EQ(get_option(listener, IPPROTO_TCP, TCP_FASTOPEN), 7);
    CHECK_ERRNO(set_option(listener, IPPROTO_TCP, TCP_FASTOPEN, -1), EINVAL);
}

BOTH(shouldChooseCongestionControlByName)
{
    int fds[2];
    char name[16] = "";
    socklen_t length = sizeof(name);
    make_pair(stack, fds);
    CHECK_EQ(setsockopt(fds[0], IPPROTO_TCP, TCP_CONGESTION, "reno", 4), 0);
    CHECK_EQ(getsockopt(fds[0], IPPROTO_TCP, TCP_CONGESTION, name, &length), 0);
    CHECK_EQ(length, 16);
    CHECK_EQ(strcmp(name, "reno"), 0);
    length = 2;
    CHECK_EQ(getsockopt(fds[0], IPPROTO_TCP, TCP_CONGESTION, name, &length), 0);
    CHECK_EQ(length, 2);
    CHECK_ERRNO(setsockopt(fds[0], IPPROTO_TCP, TCP_CONGESTION, "nonesuch", 8), ENOENT);
    CHECK_ERRNO(setsockopt(fds[0], IPPROTO_TCP, TCP_CONGESTION, "", 0), EINVAL);
}

BOTH(shouldBoundThePacingRateInFourOrEightBytes)
{
    int fds[2];
    uint64_t rate = 0;
    socklen_t length = sizeof(rate);
    make_pair(stack, fds);
    CHECK_EQ(getsockopt(fds[0], SOL_SOCKET, SO_MAX_PACING_RATE, &rate, &length), 0);
    CHECK_EQ(length, 8);
    CHECK_EQ(rate == UINT64_MAX, 1);
    CHECK_EQ(set_option(fds[0], SOL_SOCKET, SO_MAX_PACING_RATE, 1000000), 0);
    CHECK_EQ(get_option(fds[0], SOL_SOCKET, SO_MAX_PACING_RATE), 1000000);
    rate = (uint64_t)1 << 40;
    CHECK_EQ(setsockopt(fds[0], SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof(rate)), 0);
    rate = 0;
    CHECK_EQ(getsockopt(fds[0], SOL_SOCKET, SO_MAX_PACING_RATE, &rate, &length), 0);
    CHECK_EQ(rate == (uint64_t)1 << 40, 1);
    CHECK_EQ(get_option(fds[0], SOL_SOCKET, SO_MAX_PACING_RATE), -1);
}

BOTH(shouldKeepCongestionControlChosenBeforeTheConnection)
{
    uint16_t port;
    char name[16] = "";
    socklen_t length = sizeof(name);
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in peer = name_of(stack, port);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(listener >= 0, 1);
    CHECK_EQ(setsockopt(client, IPPROTO_TCP, TCP_CONGESTION, "reno", 5), 0);
    CHECK_EQ(connect(client, (struct sockaddr *)&peer, sizeof(peer)), 0);
    CHECK_EQ(getsockopt(client, IPPROTO_TCP, TCP_CONGESTION, name, &length), 0);
    CHECK_EQ(strcmp(name, "reno"), 0);
}

BOTH(shouldRefuseOptionsOutOfBounds)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_ERRNO(set_option(fds[0], IPPROTO_TCP, TCP_KEEPIDLE, 0), EINVAL);
    CHECK_ERRNO(set_option(fds[0], IPPROTO_TCP, TCP_KEEPCNT, 128), EINVAL);
    CHECK_ERRNO(set_option(fds[0], IPPROTO_TCP, TCP_USER_TIMEOUT, -1), EINVAL);
    CHECK_ERRNO(setsockopt(fds[0], IPPROTO_TCP, TCP_NODELAY, "x", 1), EINVAL);
    CHECK_ERRNO(set_option(fds[0], SOL_SOCKET, 9999, 1), ENOPROTOOPT);
    CHECK_ERRNO(set_option(fds[0], IPPROTO_TCP, 9999, 1), ENOPROTOOPT);
    CHECK_ERRNO(set_option(fds[0], SOL_SOCKET, SO_SNDLOWAT, 1), ENOPROTOOPT);
}

BOTH(shouldKeepOptionsSetBeforeTheConnection)
{
    uint16_t port;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in name = name_of(stack, 0);
    socklen_t length = sizeof(name);
    CHECK_EQ(set_option(listener, IPPROTO_TCP, TCP_NODELAY, 1), 0);
    CHECK_EQ(bind(listener, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_EQ(listen(listener, 5), 0);
    CHECK_EQ(getsockname(listener, (struct sockaddr *)&name, &length), 0);
    port = ntohs(name.sin_port);
    CHECK_EQ(set_option(listener, IPPROTO_TCP, TCP_KEEPIDLE, 77), 0);
    CHECK_EQ(set_option(client, IPPROTO_TCP, TCP_KEEPIDLE, 33), 0);
    name = name_of(stack, port);
    CHECK_EQ(connect(client, (struct sockaddr *)&name, sizeof(name)), 0);
    int accepted = accept(listener, NULL, NULL);
    CHECK_EQ(get_option(client, IPPROTO_TCP, TCP_KEEPIDLE), 33);
    CHECK_EQ(get_option(accepted, IPPROTO_TCP, TCP_NODELAY), 1);
    CHECK_EQ(get_option(accepted, IPPROTO_TCP, TCP_KEEPIDLE), 77);
}

BOTH(shouldTellTheStateInTcpInfo)
{
    int fds[2];
    struct tcp_info info;
    socklen_t length = sizeof(info);
    make_pair(stack, fds);
    CHECK_EQ(getsockopt(fds[0], IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    CHECK_EQ(info.tcpi_state, TCP_ESTABLISHED);
    CHECK_EQ(shutdown(fds[1], SHUT_WR), 0);
    wait_readable(fds[0]);
    length = sizeof(info);
    CHECK_EQ(getsockopt(fds[0], IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    CHECK_EQ(info.tcpi_state, TCP_CLOSE_WAIT);
}

BOTH(shouldKeepOptionsAsLinuxKeepsThem)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_SYNCNT), 6);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_SYNCNT, 3), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_SYNCNT), 3);
    CHECK_ERRNO(set_option(fds[0], IPPROTO_TCP, TCP_SYNCNT, 128), EINVAL);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_LINGER2), 60);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_LINGER2, 5), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_LINGER2), 5);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_LINGER2, 1000), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_LINGER2), 120);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_LINGER2, -7), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_LINGER2), -1);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_WINDOW_CLAMP, 20000), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_WINDOW_CLAMP), 20000);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_WINDOW_CLAMP, 1), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_WINDOW_CLAMP), 1152);
    CHECK_ERRNO(set_option(fds[0], IPPROTO_TCP, TCP_WINDOW_CLAMP, 0), EINVAL);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_QUICKACK), 1);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_QUICKACK, 0), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_QUICKACK), 0);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_QUICKACK, 1), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_QUICKACK), 1);
}

BOTH(shouldRoundDeferAcceptToWhatSynAcksTake)
{
    int fds[2];
    make_pair(stack, fds);
    for (int seconds = 1; seconds < 400; seconds += 13) {
        int kernels = socket(AF_INET, SOCK_STREAM, 0);
        CHECK_EQ(set_option(kernels, IPPROTO_TCP, TCP_DEFER_ACCEPT, seconds), 0);
        CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_DEFER_ACCEPT, seconds), 0);
        CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_DEFER_ACCEPT), get_option(kernels, IPPROTO_TCP, TCP_DEFER_ACCEPT));
        close(kernels);
    }
}

BOTH(shouldSendWhatMoreFollows)
{
    int fds[2];
    char text[8];
    make_pair(stack, fds);
    CHECK_EQ(send(fds[0], "ab", 2, MSG_MORE), 2);
    CHECK_EQ(send(fds[0], "cd", 2, 0), 2);
    wait_bytes(fds[1], 4);
    CHECK_EQ(read(fds[1], text, 8), 4);
    CHECK_EQ(memcmp(text, "abcd", 4), 0);
}

BOTH(shouldSpreadConnectionsOverListenersOfOnePort)
{
    int listeners[2], taken[2] = {0};
    struct sockaddr_in name = name_of(stack, 0);
    socklen_t length = sizeof(name);
    for (int i = 0; i < 2; i++) {
        listeners[i] = socket(AF_INET, SOCK_STREAM, 0);
        CHECK_EQ(set_option(listeners[i], SOL_SOCKET, SO_REUSEPORT, 1), 0);
        CHECK_EQ(bind(listeners[i], (struct sockaddr *)&name, sizeof(name)), 0);
        CHECK_EQ(getsockname(listeners[i], (struct sockaddr *)&name, &length), 0);
        CHECK_EQ(listen(listeners[i], 100), 0);
        set_nonblocking(listeners[i]);
    }
    for (int i = 0; i < 64; i++) {
        struct pollfd wanted[2] = {{.fd = listeners[0], .events = POLLIN}, {.fd = listeners[1], .events = POLLIN}};
        CHECK(connect_to(stack, ntohs(name.sin_port)) >= 0);
        CHECK_EQ(poll(wanted, 2, 5000), 1);
        int which = wanted[1].revents != 0;
        CHECK(accept(listeners[which], NULL, NULL) >= 0);
        taken[which]++;
    }
    CHECK(taken[0] > 0 && taken[1] > 0);
    close(listeners[1]);
    usleep(20000);
    CHECK(connect_to(stack, ntohs(name.sin_port)) >= 0);
    wait_readable(listeners[0]);
    CHECK(accept(listeners[0], NULL, NULL) >= 0);
}

BOTH(shouldNotShareAPortWithOneThatDoesNotSayIt)
{
    uint16_t port;
    listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1), 0);
    CHECK_ERRNO(bind(fd, (struct sockaddr *)&name, sizeof(name)), EADDRINUSE);
}

/* What the header of libc knows of struct tcp_info is older: this is where linux/tcp.h has bytes_received. */
#define INFO_BYTES_RECEIVED 128

BOTH(shouldTellTheCountsInTcpInfo)
{
    int fds[2];
    uint8_t info[512];
    uint64_t received;
    socklen_t length = 200;
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "abcde", 5), 5);
    wait_bytes(fds[1], 5);
    CHECK_EQ(getsockopt(fds[1], IPPROTO_TCP, TCP_INFO, info, &length), 0);
    CHECK_EQ(length, 200);
    memcpy(&received, info + INFO_BYTES_RECEIVED, sizeof(received));
    CHECK_EQ(received, 5);
    CHECK_EQ(info[5], 7); /* timestamps, SACK, window scale */
    length = sizeof(info);
    CHECK_EQ(getsockopt(fds[1], IPPROTO_TCP, TCP_INFO, info, &length), 0);
    CHECK(length >= 232 && length < sizeof(info));
    length = 1;
    CHECK_EQ(getsockopt(fds[1], IPPROTO_TCP, TCP_INFO, info, &length), 0);
    CHECK_EQ(length, 1);
    CHECK_EQ(info[0], TCP_ESTABLISHED);
}

BOTH(shouldTellWhatSegmentsCarryAsMaximumSegmentSize)
{
    int fds[2];
    struct tcp_info info;
    socklen_t length = sizeof(info);
    make_pair(stack, fds);
    CHECK_EQ(set_option(fds[0], IPPROTO_TCP, TCP_MAXSEG, 500), 0);
    CHECK_EQ(getsockopt(fds[0], IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    CHECK_EQ(get_option(fds[0], IPPROTO_TCP, TCP_MAXSEG), info.tcpi_snd_mss);
}

BOTH(shouldCountBytesByIoctl)
{
    int fds[2], bytes = -1, on = 1;
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "abcde", 5), 5);
    wait_bytes(fds[1], 5);
    CHECK_EQ(ioctl(fds[1], FIONREAD, &bytes), 0);
    CHECK_EQ(bytes, 5);
    CHECK_EQ(ioctl(fds[1], FIONBIO, &on), 0);
    CHECK_EQ(fcntl(fds[1], F_GETFL), O_RDWR | O_NONBLOCK);
    CHECK_ERRNO(ioctl(fds[1], 0x12345, &on), ENOTTY);
}

BOTH(shouldKeepWhatASocketMayBeBoundTo)
{
    int fds[2], on = 1, value = 0;
    socklen_t length = sizeof(value);
    make_pair(stack, fds);
    CHECK_EQ(setsockopt(fds[0], IPPROTO_IP, IP_FREEBIND, &on, sizeof(on)), 0);
    CHECK_EQ(getsockopt(fds[0], IPPROTO_IP, IP_FREEBIND, &value, &length), 0);
    CHECK_EQ(value, 1);
    CHECK_EQ(getsockopt(fds[0], IPPROTO_IP, IP_TRANSPARENT, &value, &length), 0);
    CHECK_EQ(value, 0);
}

/* A program that is sent a listener looks whether it is one such as it would make itself. */
BOTH(shouldTellNoOptionOfAListenerThatWasNotSet)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    CHECK_EQ(get_option(listener, IPPROTO_IP, IP_FREEBIND), 0);
    CHECK_EQ(get_option(listener, IPPROTO_IP, IP_TRANSPARENT), 0);
}

BOTH(shouldTellOfAListenerThatItWasBoundFreely)
{
    struct sockaddr_in name = name_of(stack, 0);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(set_option(listener, IPPROTO_IP, IP_FREEBIND, 1), 0);
    CHECK_EQ(bind(listener, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_EQ(listen(listener, 1), 0);
    CHECK_EQ(get_option(listener, IPPROTO_IP, IP_FREEBIND), 1);
}

BOTH(shouldAllowTransparentSocketsToWhomTheKernelDoes)
{
    int fds[2], on = 1, value = 0;
    socklen_t length = sizeof(value);
    make_pair(stack, fds);
    int set = setsockopt(fds[0], IPPROTO_IP, IP_TRANSPARENT, &on, sizeof(on));
    CHECK(set == 0 || errno == EPERM);
    CHECK_EQ(getsockopt(fds[0], IPPROTO_IP, IP_TRANSPARENT, &value, &length), 0);
    CHECK_EQ(value, set == 0);
}

BOTH(shouldTellTheQueueThatASocketIsServedBy)
{
    int fds[2], value = -1;
    socklen_t length = sizeof(value);
    make_pair(stack, fds);
    CHECK_EQ(getsockopt(fds[0], SOL_SOCKET, SO_INCOMING_NAPI_ID, &value, &length), 0);
    CHECK_EQ(value, 0);
    CHECK_ERRNO(setsockopt(fds[0], SOL_SOCKET, SO_INCOMING_NAPI_ID, &value, sizeof(value)), ENOPROTOOPT);
}

/* --- what is asked for in vain --- */

struct call_count {
    uint32_t number;
    uint16_t level, option;
    uint64_t times;
};

static size_t read_calls(struct call_count *counts, size_t most)
{
    FILE *file = fopen(getenv("FAKE_CALLS"), "r");
    CHECK(file != NULL);
    size_t count = fread(counts, sizeof(*counts), most, file);
    CHECK_EQ(fclose(file), 0);
    return count;
}

ON_PNO(shouldTellTheDpuWhatIsAskedForInVain)
{
    struct call_count counts[4];
    int fds[2], value = 1;
    make_pair(stack, fds);
    CHECK_ERRNO(setsockopt(fds[0], SOL_SOCKET, SO_ZEROCOPY, &value, sizeof(value)), EOPNOTSUPP);
    CHECK_ERRNO(ioctl(fds[0], 0x12345678, &value), ENOTTY);
    CHECK_EQ(read_calls(counts, 4), 2);
    CHECK_EQ(counts[0].level, SOL_SOCKET);
    CHECK_EQ(counts[0].option, SO_ZEROCOPY);
    CHECK_EQ(counts[0].times, 1);
    CHECK_EQ(counts[1].level, 0);
    CHECK_EQ(counts[1].times, 1);
}

ON_PNO(shouldTellTheSumsWhenItEnds)
{
    struct call_count counts[4];
    int fds[2], value = 1, status;
    make_pair(stack, fds);
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 100; i++)
            setsockopt(fds[0], SOL_SOCKET, SO_ZEROCOPY, &value, sizeof(value));
        exit(0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(read_calls(counts, 4), 1);
    CHECK_EQ(counts[0].times, 100);
}
