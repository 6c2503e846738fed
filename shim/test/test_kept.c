/* Options that PnO does not know itself, or that stand in IP's header: the same answers from the kernel's TCP and from
 * ours; and SO_RCVLOWAT, TCP_INQ and what a socket tells of itself. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>

#include "check.h"
#include "fakedpu.h"
#include "file.h"

#ifndef IP_PROTOCOL
#define IP_PROTOCOL 52
#endif

static int told(int fd, int level, int option)
{
    int value = -12345;
    socklen_t length = sizeof(value);
    CHECK_EQ(getsockopt(fd, level, option, &value, &length), 0);
    CHECK_EQ(length, sizeof(value));
    return value;
}

static int set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value));
}

/* A connection of two AF_INET6 sockets. */
static void make_pair6(const struct stack *stack, int fds[2])
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6};
    socklen_t length = sizeof(name);
    CHECK_EQ(inet_pton(AF_INET6, stack == &kernel_stack ? "::1" : FAKE_ADDRESS6, &name.sin6_addr), 1);
    int listener = socket(AF_INET6, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&name, sizeof(name)) < 0)
        check_skip("no IPv6");
    CHECK_EQ(listen(listener, 1), 0);
    CHECK_EQ(getsockname(listener, (struct sockaddr *)&name, &length), 0);
    fds[0] = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK_EQ(connect(fds[0], (struct sockaddr *)&name, sizeof(name)), 0);
    fds[1] = accept(listener, NULL, NULL);
    CHECK(fds[1] >= 0);
    close(listener);
}

static const struct pno_options_line *line_of(int fd)
{
    return &pno_file_of(fd)->record->options;
}

/* --- what stands in IP's header --- */

BOTH(shouldKeepTypeOfServiceAndTimeToLive)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_EQ(told(fds[0], IPPROTO_IP, IP_TOS), 0);
    CHECK_EQ(told(fds[0], IPPROTO_IP, IP_TTL), 64);
    CHECK_EQ(set(fds[0], IPPROTO_IP, IP_TOS, 0x8B), 0);
    CHECK_EQ(told(fds[0], IPPROTO_IP, IP_TOS), 0x88);
    CHECK_EQ(set(fds[0], IPPROTO_IP, IP_TTL, 7), 0);
    CHECK_EQ(told(fds[0], IPPROTO_IP, IP_TTL), 7);
    CHECK_ERRNO(set(fds[0], IPPROTO_IP, IP_TTL, 0), EINVAL);
    CHECK_ERRNO(set(fds[0], IPPROTO_IP, IP_TTL, 256), EINVAL);
    CHECK_EQ(set(fds[0], IPPROTO_IP, IP_TTL, -1), 0);
    CHECK_EQ(told(fds[0], IPPROTO_IP, IP_TTL), 64);
}

BOTH(shouldTakeAndTellOptionsOfIpInOneByte)
{
    int fds[2];
    uint8_t octet = 0x10;
    socklen_t length = sizeof(octet);
    make_pair(stack, fds);
    CHECK_EQ(setsockopt(fds[0], IPPROTO_IP, IP_TOS, &octet, sizeof(octet)), 0);
    octet = 0;
    CHECK_EQ(getsockopt(fds[0], IPPROTO_IP, IP_TOS, &octet, &length), 0);
    CHECK_EQ(length, 1);
    CHECK_EQ(octet, 0x10);
    CHECK_EQ(told(fds[0], IPPROTO_IP, IP_TOS), 0x10);
}

BOTH(shouldSetThePriorityByTypeOfService)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_EQ(told(fds[0], SOL_SOCKET, SO_PRIORITY), 0);
    CHECK_EQ(set(fds[0], IPPROTO_IP, IP_TOS, 0x10), 0);
    CHECK_EQ(told(fds[0], SOL_SOCKET, SO_PRIORITY), 6);
    CHECK_EQ(set(fds[0], SOL_SOCKET, SO_PRIORITY, 3), 0);
    CHECK_EQ(told(fds[0], SOL_SOCKET, SO_PRIORITY), 3);
}

BOTH(shouldKeepTrafficClassAndHopLimit)
{
    int fds[2];
    make_pair6(stack, fds);
    CHECK_EQ(told(fds[0], IPPROTO_IPV6, IPV6_TCLASS), 0);
    CHECK_EQ(set(fds[0], IPPROTO_IPV6, IPV6_TCLASS, 0xB9), 0);
    CHECK_EQ(told(fds[0], IPPROTO_IPV6, IPV6_TCLASS), 0xB8);
    CHECK_ERRNO(set(fds[0], IPPROTO_IPV6, IPV6_TCLASS, 256), EINVAL);
    CHECK_EQ(set(fds[0], IPPROTO_IPV6, IPV6_UNICAST_HOPS, 0), 0);
    CHECK_EQ(told(fds[0], IPPROTO_IPV6, IPV6_UNICAST_HOPS), 0);
    CHECK_EQ(set(fds[0], IPPROTO_IPV6, IPV6_UNICAST_HOPS, 255), 0);
    CHECK_EQ(told(fds[0], IPPROTO_IPV6, IPV6_UNICAST_HOPS), 255);
    CHECK_ERRNO(set(fds[0], IPPROTO_IPV6, IPV6_UNICAST_HOPS, 256), EINVAL);
    CHECK_EQ(set(fds[0], IPPROTO_IP, IP_TOS, 0x20), 0);
    CHECK_EQ(told(fds[0], IPPROTO_IP, IP_TOS), 0x20);
    CHECK_EQ(told(fds[0], IPPROTO_IPV6, IPV6_V6ONLY), 0);
    CHECK_ERRNO(set(fds[0], IPPROTO_IPV6, IPV6_V6ONLY, 1), EINVAL);
}

BOTH(shouldKnowNoOptionsOfIpv6OnASocketOfIpv4)
{
    int fds[2], value;
    socklen_t length = sizeof(value);
    make_pair(stack, fds);
    CHECK_ERRNO(set(fds[0], IPPROTO_IPV6, IPV6_TCLASS, 8), ENOPROTOOPT);
    CHECK_ERRNO(getsockopt(fds[0], IPPROTO_IPV6, IPV6_UNICAST_HOPS, &value, &length), EOPNOTSUPP);
}

ON_PNO(shouldTellTheDpuWhatStandsInIpsHeader)
{
    int fds[2];
    make_pair6(stack, fds);
    CHECK_EQ(line_of(fds[0])->flags & PNO_REC_OPTION_HOP_LIMIT, 0);
    CHECK_EQ(set(fds[0], IPPROTO_IP, IP_TOS, 0x88), 0);
    CHECK_EQ(set(fds[0], IPPROTO_IP, IP_TTL, 9), 0);
    CHECK_EQ(set(fds[0], IPPROTO_IPV6, IPV6_TCLASS, 0xB8), 0);
    CHECK_EQ(set(fds[0], IPPROTO_IPV6, IPV6_UNICAST_HOPS, 3), 0);
    CHECK_EQ(line_of(fds[0])->tos, 0x88);
    CHECK_EQ(line_of(fds[0])->ttl, 9);
    CHECK_EQ(line_of(fds[0])->traffic_class, 0xB8);
    CHECK_EQ(line_of(fds[0])->hop_limit, 3);
    CHECK_EQ(line_of(fds[0])->flags & PNO_REC_OPTION_HOP_LIMIT, PNO_REC_OPTION_HOP_LIMIT);
}

ON_PNO(shouldTellTheDpuOfWhatWasSetBeforeTheConnection)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(set(client, IPPROTO_IP, IP_TOS, 0x28), 0);
    CHECK_EQ(set(listener, IPPROTO_IP, IP_TTL, 5), 0);
    CHECK_EQ(connect(client, (struct sockaddr *)&name, sizeof(name)), 0);
    int accepted = accept(listener, NULL, NULL);
    CHECK_EQ(line_of(client)->tos, 0x28);
    CHECK_EQ(line_of(listener)->ttl, 5);
    CHECK_EQ(line_of(accepted)->ttl, 5);
}

BOTH(shouldInheritWhatStandsInIpsHeader)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    CHECK_EQ(set(listener, IPPROTO_IP, IP_TOS, 0x28), 0);
    int client = connect_to(stack, port);
    int accepted = accept(listener, NULL, NULL);
    CHECK_EQ(told(accepted, IPPROTO_IP, IP_TOS), 0x28);
    CHECK_EQ(told(client, IPPROTO_IP, IP_TOS), 0);
}

/* --- what matters to the kernel alone --- */

BOTH(shouldKeepWhatMattersToTheKernelAlone)
{
    static const struct {
        int level, option, value;
    } kept[] = {
        {SOL_SOCKET, SO_PRIORITY, 4},
        {SOL_SOCKET, SO_BROADCAST, 1},
        {SOL_SOCKET, SO_NO_CHECK, 1},
        {SOL_SOCKET, SO_INCOMING_CPU, 1},
        {SOL_SOCKET, SO_RXQ_OVFL, 1},
        {IPPROTO_IP, IP_RECVTTL, 1},
        {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1},
        {IPPROTO_IP, IP_PKTINFO, 1},
        {IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO},
    };
    int fds[2];
    make_pair(stack, fds);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        CHECK_EQ(set(fds[0], kept[i].level, kept[i].option, kept[i].value), 0);
        CHECK_EQ(told(fds[0], kept[i].level, kept[i].option), kept[i].value);
    }
}

BOTH(shouldKeepItFromBeforeTheConnection)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(listener >= 0);
    CHECK_EQ(set(client, SOL_SOCKET, SO_PRIORITY, 5), 0);
    CHECK_EQ(set(client, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1), 0);
    CHECK_EQ(connect(client, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_EQ(told(client, SOL_SOCKET, SO_PRIORITY), 5);
    CHECK_EQ(told(client, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT), 1);
}

/* Whatever this kernel allows to whoever runs this. */
BOTH(shouldAllowTheMarkToWhomTheKernelDoes)
{
    int fds[2];
    make_pair(stack, fds);
    int plain = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(set(fds[0], SOL_SOCKET, SO_MARK, 77), set(plain, SOL_SOCKET, SO_MARK, 77));
    CHECK_EQ(told(fds[0], SOL_SOCKET, SO_MARK), told(plain, SOL_SOCKET, SO_MARK));
    CHECK_EQ(set(fds[0], SOL_SOCKET, SO_SNDBUFFORCE, 70000), set(plain, SOL_SOCKET, SO_SNDBUFFORCE, 70000));
    CHECK_EQ(set(fds[0], SOL_SOCKET, SO_BUSY_POLL, 50), set(plain, SOL_SOCKET, SO_BUSY_POLL, 50));
    CHECK_EQ(told(fds[0], SOL_SOCKET, SO_BUSY_POLL), told(plain, SOL_SOCKET, SO_BUSY_POLL));
}

/* What two connections need not tell alike. */
static bool is_its_own(int level, int option)
{
    static const int of_sockets[] = {SO_SNDBUF, SO_RCVBUF, SO_INCOMING_CPU, SO_COOKIE, SO_MEMINFO, SO_PEERNAME};
    static const int of_tcp[] = {TCP_MAXSEG,           TCP_INFO,       TCP_WINDOW_CLAMP, TCP_TIMESTAMP,
                                 TCP_ZEROCOPY_RECEIVE, TCP_CONGESTION, TCP_CC_INFO};
    const int *own = level == SOL_SOCKET ? of_sockets : of_tcp;
    size_t count = level == SOL_SOCKET ? sizeof(of_sockets) / sizeof(int) : sizeof(of_tcp) / sizeof(int);
    if (level != SOL_SOCKET && level != IPPROTO_TCP)
        return option == IP_MTU || option == IP_PROTOCOL; /* the latter tells the port */
    for (size_t i = 0; i < count; i++)
        if (own[i] == option)
            return true;
    return false;
}

static void compare_option(int fd, int kernels, int level, int option)
{
    uint8_t ours[256] = {0}, theirs[256] = {0};
    socklen_t our_room = sizeof(ours), their_room = sizeof(theirs);
    int answer = getsockopt(fd, level, option, ours, &our_room), error = answer < 0 ? errno : 0;
    int their_answer = getsockopt(kernels, level, option, theirs, &their_room),
        their_error = their_answer < 0 ? errno : 0;
    if (answer != their_answer || error != their_error || (answer == 0 && our_room != their_room) ||
        memcmp(ours, theirs, sizeof(ours)) != 0)
        check_failed(__FILE__, __LINE__, "level %d option %d: %d %s, the kernel %d %s", level, option, answer,
                     strerrorname_np(error), their_answer, strerrorname_np(their_error));
}

/* Every number that a socket may be asked for. */
BOTH(shouldTellOfOptionsThatWereNotSetWhatTheKernelTells)
{
    static const int levels[] = {SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP};
    int fds[2], kernels[2];
    make_pair(stack, fds);
    make_pair(&kernel_stack, kernels);
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        for (int option = 1; option < 90; option++)
            if (!is_its_own(levels[i], option))
                compare_option(fds[0], kernels[0], levels[i], option);
}

BOTH(shouldTakeWhatChangesNothing)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_EQ(set(fds[0], SOL_SOCKET, SO_TIMESTAMP, 0), 0);
    CHECK_EQ(set(fds[0], SOL_SOCKET, SO_DONTROUTE, 0), 0);
    CHECK_EQ(set(fds[0], SOL_SOCKET, SO_ZEROCOPY, 0), 0);
    CHECK_EQ(set(fds[0], IPPROTO_TCP, TCP_THIN_DUPACK, 1), 0);
    CHECK_EQ(set(fds[0], IPPROTO_IP, IP_RECVERR, 0), 0);
    CHECK_EQ(setsockopt(fds[0], SOL_SOCKET, SO_BINDTODEVICE, "", 0), 0);
    CHECK_ERRNO(setsockopt(fds[0], SOL_SOCKET, SO_BINDTODEVICE, "nonesuch0", 10), ENODEV);
    CHECK_ERRNO(set(fds[0], SOL_SOCKET, SO_DETACH_FILTER, 0), ENOENT);
    CHECK_ERRNO(setsockopt(fds[0], IPPROTO_TCP, TCP_ULP, "nonesuch", 8), ENOENT);
}

ON_PNO(shouldRefuseWhatCannotBeHonoured)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_ERRNO(set(fds[0], SOL_SOCKET, SO_ZEROCOPY, 1), EOPNOTSUPP);
    CHECK_ERRNO(set(socket(AF_INET, SOCK_STREAM, 0), SOL_SOCKET, SO_ZEROCOPY, 1), EOPNOTSUPP);
    CHECK_ERRNO(set(fds[0], SOL_SOCKET, SO_TIMESTAMP, 1), ENOPROTOOPT);
    CHECK_ERRNO(set(fds[0], IPPROTO_TCP, TCP_REPAIR, 1), EPERM);
    CHECK_ERRNO(setsockopt(fds[0], IPPROTO_TCP, TCP_ULP, "tls", 3), ENOENT);
    CHECK_ERRNO(set(fds[0], IPPROTO_TCP, TCP_SAVE_SYN, 1), ENOPROTOOPT);
    CHECK_ERRNO(set(fds[0], IPPROTO_IP, IP_RECVERR, 1), ENOPROTOOPT);
    CHECK_ERRNO(set(fds[0], IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT), ENOPROTOOPT);
    CHECK_ERRNO(set(fds[0], SOL_SOCKET, SO_DONTROUTE, 1), ENOPROTOOPT);
}

/* --- what is set before the socket is ours --- */

static size_t counted(int level, int option)
{
    struct {
        uint32_t number;
        uint16_t level, option;
        uint64_t times;
    } counts[8];
    size_t found = 0;
    FILE *file = fopen(getenv("FAKE_CALLS"), "r");
    if (file == NULL)
        return 0; /* nothing was ever told */
    size_t count = fread(counts, sizeof(counts[0]), 8, file);
    CHECK_EQ(fclose(file), 0);
    for (size_t i = 0; i < count; i++)
        found += counts[i].level == level && counts[i].option == option ? counts[i].times : 0;
    return found;
}

ON_PNO(shouldCountWhatWasSetInVainBeforeTheConnection)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(listener >= 0);
    CHECK_EQ(set(client, SOL_SOCKET, SO_TIMESTAMP, 1), 0);
    CHECK_EQ(set(client, SOL_SOCKET, SO_DONTROUTE, 0), 0);
    CHECK_EQ(connect(client, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_EQ(counted(SOL_SOCKET, SO_TIMESTAMP), 1);
    CHECK_EQ(counted(SOL_SOCKET, SO_DONTROUTE), 0);
}

/* The DPU cannot be reached through a device of the host's. */
ON_PNO(shouldLeaveASocketThatIsBoundToADeviceToTheKernel)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK(listener >= 0);
    if (setsockopt(client, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) < 0)
        check_skip("no device can be bound to");
    int connected = connect(client, (struct sockaddr *)&name, sizeof(name));
    CHECK(connected < 0 || pno_file_of(client) == NULL);
    CHECK(pno_file_of(client) == NULL);
}

/* --- what a socket tells of itself --- */

BOTH(shouldGiveEachSocketACookie)
{
    int fds[2];
    uint64_t cookies[2] = {0};
    make_pair(stack, fds);
    for (int i = 0; i < 2; i++) {
        socklen_t length = sizeof(cookies[i]);
        CHECK_EQ(getsockopt(fds[i], SOL_SOCKET, SO_COOKIE, &cookies[i], &length), 0);
        CHECK_EQ(length, 8);
    }
    CHECK(cookies[0] != 0 && cookies[0] != cookies[1]);
    socklen_t little = 4;
    CHECK_ERRNO(getsockopt(fds[0], SOL_SOCKET, SO_COOKIE, cookies, &little), EINVAL);
}

BOTH(shouldTellTheMemoryOfASocket)
{
    int fds[2];
    uint32_t memory[SK_MEMINFO_VARS];
    socklen_t length = sizeof(memory);
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    wait_bytes(fds[1], 3);
    CHECK_EQ(getsockopt(fds[1], SOL_SOCKET, SO_MEMINFO, memory, &length), 0);
    CHECK_EQ(length, sizeof(memory));
    CHECK(memory[SK_MEMINFO_RMEM_ALLOC] > 0);
    CHECK_EQ(memory[SK_MEMINFO_RCVBUF], told(fds[1], SOL_SOCKET, SO_RCVBUF));
    CHECK_EQ(memory[SK_MEMINFO_SNDBUF], told(fds[1], SOL_SOCKET, SO_SNDBUF));
}

BOTH(shouldTellThePeersNameAsAnOption)
{
    int fds[2];
    struct sockaddr_in by_option, by_call;
    socklen_t option_length = sizeof(by_option), call_length = sizeof(by_call);
    make_pair(stack, fds);
    CHECK_EQ(getsockopt(fds[0], SOL_SOCKET, SO_PEERNAME, &by_option, &option_length), 0);
    CHECK_EQ(getpeername(fds[0], (struct sockaddr *)&by_call, &call_length), 0);
    CHECK_EQ(option_length, call_length);
    CHECK_EQ(memcmp(&by_option, &by_call, sizeof(by_call)), 0);
    option_length = 200;
    CHECK_ERRNO(getsockopt(fds[0], SOL_SOCKET, SO_PEERNAME, &by_option, &option_length), EINVAL);
}

BOTH(shouldTellWhatThePathCarries)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK(told(fds[0], IPPROTO_IP, IP_MTU) >= 576);
}

BOTH(shouldTellThatNothingIsLeftToSend)
{
    int fds[2], bytes = -1;
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    wait_bytes(fds[1], 3);
    CHECK_EQ(ioctl(fds[0], SIOCOUTQNSD, &bytes), 0);
    CHECK_EQ(bytes, 0);
}

/* --- SO_RCVLOWAT --- */

static short polled(int fd, int timeout)
{
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    return poll(&entry, 1, timeout) == 1 ? entry.revents : 0;
}

BOTH(shouldTellHowLittleMakesASocketReadable)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_EQ(told(fds[0], SOL_SOCKET, SO_RCVLOWAT), 1);
    CHECK_EQ(set(fds[0], SOL_SOCKET, SO_RCVLOWAT, 1000), 0);
    CHECK_EQ(told(fds[0], SOL_SOCKET, SO_RCVLOWAT), 1000);
    CHECK_EQ(set(fds[0], SOL_SOCKET, SO_RCVLOWAT, 0), 0);
    CHECK_EQ(told(fds[0], SOL_SOCKET, SO_RCVLOWAT), 1);
    CHECK_EQ(set(fds[0], SOL_SOCKET, SO_RCVBUF, 20000), 0);
    CHECK_EQ(set(fds[0], SOL_SOCKET, SO_RCVLOWAT, -1), 0);
    CHECK_EQ(told(fds[0], SOL_SOCKET, SO_RCVLOWAT), 20000);
}

BOTH(shouldNotBeReadableBelowTheMark)
{
    int fds[2];
    char text[16];
    make_pair(stack, fds);
    CHECK_EQ(set(fds[1], SOL_SOCKET, SO_RCVLOWAT, 8), 0);
    CHECK_EQ(write(fds[0], "12345", 5), 5);
    wait_bytes(fds[1], 5);
    CHECK_EQ(polled(fds[1], 20), 0);
    CHECK_EQ(write(fds[0], "678", 3), 3);
    CHECK_EQ(polled(fds[1], 5000), POLLIN);
    CHECK_EQ(read(fds[1], text, 4), 4);
    CHECK_EQ(polled(fds[1], 20), 0);
    CHECK_EQ(recv(fds[1], text, 16, MSG_DONTWAIT), 4); /* what is there is given to who asks */
    CHECK_EQ(write(fds[0], "9", 1), 1);
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    CHECK_EQ(polled(fds[1], 5000), POLLIN); /* at the end always */
}

BOTH(shouldBecomeReadableByALowerMark)
{
    int fds[2];
    struct epoll_event event = {.events = EPOLLIN | EPOLLET}, got;
    make_pair(stack, fds);
    int epoll = epoll_create1(0);
    CHECK_EQ(set(fds[1], SOL_SOCKET, SO_RCVLOWAT, 8), 0);
    CHECK_EQ(epoll_ctl(epoll, EPOLL_CTL_ADD, fds[1], &event), 0);
    CHECK_EQ(write(fds[0], "12345", 5), 5);
    wait_bytes(fds[1], 5);
    CHECK_EQ(epoll_wait(epoll, &got, 1, 20), 0);
    CHECK_EQ(set(fds[1], SOL_SOCKET, SO_RCVLOWAT, 3), 0);
    CHECK_EQ(epoll_wait(epoll, &got, 1, 5000), 1);
    CHECK_EQ(got.events, EPOLLIN);
}

static void *write_twice(void *argument)
{
    int fd = *(int *)argument;
    CHECK_EQ(write(fd, "12345", 5), 5);
    usleep(30000);
    CHECK_EQ(write(fd, "6789", 4), 4);
    return NULL;
}

/* Linux wants as much again of a call that has taken some: so it would be a question of time there. */
ON_PNO(shouldWaitForAsMuchAsTheMarkSays)
{
    int fds[2];
    char text[16];
    pthread_t writer;
    make_pair(stack, fds);
    CHECK_EQ(set(fds[1], SOL_SOCKET, SO_RCVLOWAT, 8), 0);
    CHECK_EQ(pthread_create(&writer, NULL, write_twice, &fds[0]), 0);
    CHECK_EQ(read(fds[1], text, sizeof(text)), 9);
    CHECK_EQ(memcmp(text, "123456789", 9), 0);
    CHECK_EQ(pthread_join(writer, NULL), 0);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(read(fds[1], text, 2), 2); /* no more than was asked for */
}

BOTH(shouldPeekForAsMuchAsTheMarkSaysWithoutUsingTheProcessor)
{
    int fds[2];
    char text[16];
    pthread_t writer;
    make_pair(stack, fds);
    CHECK_EQ(pthread_create(&writer, NULL, write_twice, &fds[0]), 0);
    long before = cpu_micros();
    CHECK_EQ(recv(fds[1], text, 9, MSG_PEEK | MSG_WAITALL), 9);
    CHECK_EQ(pthread_join(writer, NULL), 0);
    CHECK(cpu_micros() - before < 15000);
    CHECK_EQ(memcmp(text, "123456789", 9), 0);
}

BOTH(shouldBecomeReadableThoughTheMarkIsLarge)
{
    static char bytes[300000];
    int fds[2];
    make_pair(stack, fds);
    set_nonblocking(fds[0]);
    CHECK_EQ(set(fds[1], SOL_SOCKET, SO_RCVLOWAT, 200000), 0);
    for (size_t done = 0; done < sizeof(bytes);) {
        struct pollfd writable = {.fd = fds[0], .events = POLLOUT};
        CHECK_EQ(poll(&writable, 1, 5000), 1);
        ssize_t put = write(fds[0], bytes + done, sizeof(bytes) - done);
        CHECK(put > 0);
        done += (size_t)put;
        if (polled(fds[1], 0) == POLLIN)
            break;
    }
    CHECK_EQ(polled(fds[1], 5000), POLLIN);
}

/* --- TCP_INQ --- */

static int unread_told(int fd, char *text, size_t length, size_t room)
{
    union {
        char bytes[64];
        struct cmsghdr header;
    } control;
    struct iovec piece = {text, length};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = room};
    CHECK(recvmsg(fd, &message, 0) >= 0);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL)
        return message.msg_flags & MSG_CTRUNC ? -2 : -1;
    CHECK_EQ(header->cmsg_level, IPPROTO_TCP);
    CHECK_EQ(header->cmsg_type, TCP_CM_INQ);
    int unread;
    memcpy(&unread, CMSG_DATA(header), sizeof(unread));
    return unread;
}

BOTH(shouldTellWithEachMessageWhatIsLeftToRead)
{
    int fds[2];
    char text[16];
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "123456789", 9), 9);
    wait_bytes(fds[1], 9);
    CHECK_EQ(unread_told(fds[1], text, 2, 64), -1);
    CHECK_EQ(set(fds[1], IPPROTO_TCP, TCP_INQ, 1), 0);
    CHECK_EQ(told(fds[1], IPPROTO_TCP, TCP_INQ), 1);
    CHECK_EQ(unread_told(fds[1], text, 3, 64), 4);
    CHECK_EQ(unread_told(fds[1], text, 4, 64), 0);
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    wait_readable(fds[1]);
    CHECK_EQ(unread_told(fds[1], text, 4, 64), 1);
    CHECK_ERRNO(set(fds[1], IPPROTO_TCP, TCP_INQ, 2), EINVAL);
}
