// Plays sequences of socket calls that a seed decides, and prints each result: played on the kernel's TCP and on ours,
// the lines must be equal. Ordinary libc calls only; nothing of the shim is in it.
//
//     calls [--seed FROM[-TO]] [--steps N] [--skip I,J,K] ADDRESS-OF-LOOPBACK
//
// What may differ is made quiet or given a name. Ports are told by the order in which they were first seen. After each
// step the program looks until nothing changes any more; each look asks for TCP_INFO, which passes through whoever runs
// TCP.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 10
#define SETS 2
#define PORTS 512
#define PATIENCE_MS 2000
#define HANG_S 30
#define STEPS_OF_A_CHILD 4

enum kind { NONE, FRESH, BOUND, LISTENING, CONNECTED };

struct slot {
    int fd;
    enum kind kind;
    int family;
    int depth; // whether a child has made it
};

static struct slot slots[SLOTS];
static int sets[SETS];
static uint16_t ports[PORTS];
static int portCount;
static int pilot[2];
static const char *address4;
static uint64_t state;
static uint64_t written;
static char line[4096];
static size_t lineLength;
static int step;
static int depth;
static bool skipped[1024];
static bool shutsReading;

// --- what is printed ---

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void tell(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(line + lineLength, sizeof line - lineLength, format, arguments);
    va_end(arguments);
    lineLength += (size_t)length;
    if (lineLength >= sizeof line) {
        abort();
    }
}

static void end_line(void)
{
    line[lineLength++] = '\n';
    if (write(STDOUT_FILENO, line, lineLength) != (ssize_t)lineLength) {
        _exit(4);
    }
    lineLength = 0;
}

static long told(long result)
{
    if (result >= 0) {
        tell(" = %ld", result);
    } else {
        const int error = errno;
        tell(" = %s", strerrorname_np(error));
        errno = error;
    }
    return result;
}

static void on_alarm(int signal)
{
    (void)signal;
    static const char HANG[] = "\nHANG\n";
    ssize_t ignored = write(STDOUT_FILENO, line, lineLength);
    ignored = write(STDOUT_FILENO, HANG, sizeof HANG - 1);
    (void)ignored;
    _exit(3);
}

// --- chance ---

static uint64_t next(void)
{
    state += 0x9e3779b97f4a7c15U;
    uint64_t mixed = state;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebU;
    return mixed ^ mixed >> 31;
}

static int below(int bound)
{
    return (int)(next() % (uint64_t)bound);
}

static bool one_in(int n)
{
    return below(n) == 0;
}

#define ANY_OF(array) (array)[below((int)(sizeof(array) / sizeof((array)[0])))]

// A slot of one of these kinds, -1 if there is none.
static int pick_exactly(unsigned kinds)
{
    int found[SLOTS];
    int count = 0;
    for (int i = 0; i < SLOTS; i++) {
        if ((kinds >> slots[i].kind & 1) != 0) {
            found[count++] = i;
        }
    }
    const uint64_t chance = next();
    return count == 0 ? -1 : found[chance % (uint64_t)count];
}

// Sometimes any that is open.
static int pick(unsigned kinds)
{
    return pick_exactly(one_in(10) ? ~(1U << NONE) : kinds);
}

static int free_slot(void)
{
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i].kind == NONE) {
            return i;
        }
    }
    return -1;
}

// --- addresses ---

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage room;
};

static socklen_t make_address(union address *address, int family, bool wildcard, uint16_t port)
{
    memset(address, 0, sizeof *address);
    if (family == AF_INET) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = port;
        if (!wildcard) {
            inet_pton(AF_INET, address4, &address->v4.sin_addr);
        }
        return sizeof address->v4;
    }
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = port;
    if (!wildcard) {
        address->v6.sin6_addr = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
    }
    return sizeof address->v6;
}

static uint16_t port_of(int fd)
{
    union address address = {0};
    socklen_t length = sizeof address;
    return getsockname(fd, &address.any, &length) != 0 ? 0 : address.v4.sin_port;
}

static int port_name(uint16_t port)
{
    if (port == 0) {
        return 0;
    }
    for (int i = 0; i < portCount; i++) {
        if (ports[i] == port) {
            return i + 1;
        }
    }
    if (portCount < PORTS) {
        ports[portCount++] = port;
    }
    return portCount;
}

static void tell_address(const union address *address, socklen_t length)
{
    char text[INET6_ADDRSTRLEN] = "?";
    if (address->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address->v4.sin_addr, text, sizeof text);
    } else if (address->any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &address->v6.sin6_addr, text, sizeof text);
    }
    tell(" [%s]:p%d/%u", text, port_name(address->v4.sin_port), length);
}

// --- looking, until nothing changes ---

static short bits(int fd)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN | POLLPRI | POLLOUT | POLLRDHUP};
    return poll(&polled, 1, 0) < 0 ? -1 : polled.revents;
}

static void tell_bits(unsigned found)
{
    static const struct {
        unsigned bit;
        char name;
    } NAMES[] = {{POLLIN, 'I'},  {POLLPRI, 'P'},   {POLLOUT, 'O'}, {POLLERR, 'E'},
                 {POLLHUP, 'H'}, {POLLRDHUP, 'R'}, {POLLNVAL, 'N'}};
    tell("[");
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if ((found & NAMES[i].bit) != 0) {
            tell("%c", NAMES[i].name);
        }
    }
    tell("]");
}

static int unread(int fd)
{
    int bytes = -1;
    return ioctl(fd, FIONREAD, &bytes) != 0 ? -errno : bytes;
}

static void ask(int fd)
{
    struct tcp_info info;
    socklen_t length = sizeof info;
    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length);
}

static void look(int seen[SLOTS][2])
{
    for (int end = 0; end < 2; end++) {
        ask(pilot[end]);
    }
    for (int i = 0; i < SLOTS; i++) {
        seen[i][0] = slots[i].kind == NONE ? 0 : bits(slots[i].fd);
        seen[i][1] = slots[i].kind == NONE ? 0 : unread(slots[i].fd);
    }
}

static void settle(void)
{
    int before[SLOTS][2];
    int now[SLOTS][2];
    look(before);
    for (int same = 0, looks = 0; same < 3 && looks < 100; looks++) {
        look(now);
        same = memcmp(before, now, sizeof now) == 0 ? same + 1 : 0;
        memcpy(before, now, sizeof now);
    }
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i].kind != NONE) {
            tell("  %d=%c", i, "-FBLC"[slots[i].kind]);
            tell_bits((unsigned)now[i][0]);
            if (now[i][1] < 0) {
                tell("%s", strerrorname_np(-now[i][1]));
            } else {
                tell("%d", now[i][1]);
            }
        }
    }
}

static short await(int fd, short events)
{
    struct pollfd polled = {.fd = fd, .events = events};
    return poll(&polled, 1, PATIENCE_MS) < 0 ? -1 : polled.revents;
}

static bool blocking(int fd)
{
    return (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}

// --- the operations ---

// Without Nagle's waiting for ACKs, which come by a clock.
static int make_socket(int family, int flags)
{
    const int one = 1;
    const int fd = socket(family, SOCK_STREAM | flags, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static int keep(int i, int fd, enum kind kind, int family)
{
    slots[i] = (struct slot){fd, kind, family, depth};
    return i;
}

// A socket that becomes ours in a child stays the kernel's in its parent: a known difference.
static bool may_become(int i)
{
    return slots[i].depth == depth;
}

static void do_socket(void)
{
    const int i = free_slot();
    const int family = one_in(4) ? AF_INET6 : AF_INET;
    const int flags = one_in(2) ? SOCK_NONBLOCK : 0;
    if (i < 0) {
        return;
    }
    tell("socket %d family %d flags %x", i, family, flags);
    const int fd = make_socket(family, flags);
    if (told(fd < 0 ? -1 : 0) == 0) {
        keep(i, fd, FRESH, family);
    }
}

static void do_bind(void)
{
    const int i = pick_exactly(1U << FRESH | 1U << BOUND);
    const bool wildcard = one_in(4);
    const int other = one_in(6) ? pick_exactly(1U << BOUND | 1U << LISTENING) : -1;
    if (i < 0 || !may_become(i)) {
        return;
    }
    union address address;
    const uint16_t port = other < 0 ? 0 : port_of(slots[other].fd);
    const socklen_t length = make_address(&address, slots[i].family, wildcard, port);
    tell("bind %d wildcard %d port of %d", i, wildcard, other);
    if (told(bind(slots[i].fd, &address.any, length)) == 0 && slots[i].kind == FRESH) {
        slots[i].kind = BOUND;
    }
}

static void do_listen(void)
{
    static const int BACKLOGS[] = {64, 128, 100, 511};
    const int i = pick(1U << BOUND);
    const int backlog = ANY_OF(BACKLOGS);
    if (i < 0 || !may_become(i)) {
        return;
    }
    tell("listen %d %d", i, backlog);
    if (told(listen(slots[i].fd, backlog)) == 0) {
        slots[i].kind = LISTENING;
    }
}

static void do_connect(void)
{
    const int i = pick(1U << FRESH | 1U << BOUND);
    const int target = pick_exactly(one_in(8) ? 1U << BOUND : 1U << LISTENING);
    if (i < 0 || target < 0 || !may_become(i)) {
        return;
    }
    union address address;
    const socklen_t length = make_address(&address, slots[i].family, false, port_of(slots[target].fd));
    tell("connect %d to %d", i, target);
    if (told(connect(slots[i].fd, &address.any, length)) == 0) {
        slots[i].kind = CONNECTED;
    } else if (errno == EINPROGRESS) {
        slots[i].kind = CONNECTED;
        tell(" then ");
        tell_bits((unsigned)await(slots[i].fd, POLLOUT));
    }
}

static void do_accept(void)
{
    const int i = pick(1U << LISTENING);
    const int into = free_slot();
    const int flags = one_in(2) ? SOCK_NONBLOCK : 0;
    const bool plain = one_in(3);
    if (i < 0 || into < 0 || (blocking(slots[i].fd) && slots[i].kind == LISTENING && bits(slots[i].fd) == 0)) {
        return;
    }
    union address address = {0};
    socklen_t length = sizeof address;
    tell("accept %d as %d flags %x", i, into, plain ? -1 : flags);
    const int fd =
        plain ? accept(slots[i].fd, &address.any, &length) : accept4(slots[i].fd, &address.any, &length, flags);
    if (told(fd < 0 ? -1 : 0) == 0) {
        tell_address(&address, length);
        keep(into, fd, CONNECTED, slots[i].family);
    }
}

static void do_pair(void)
{
    const int server = free_slot();
    if (server < 0) {
        return;
    }
    const int family = one_in(4) ? AF_INET6 : AF_INET;
    const int flags = one_in(2) ? SOCK_NONBLOCK : 0;
    const int listener = make_socket(family, 0);
    union address address;
    const socklen_t length = make_address(&address, family, false, 0);
    tell("pair of family %d flags %x: bind", family, flags);
    told(bind(listener, &address.any, length));
    tell(" listen");
    told(listen(listener, 8));
    if (family == AF_INET) {
        address.v4.sin_port = port_of(listener);
    } else {
        address.v6.sin6_port = port_of(listener);
    }
    const int client = make_socket(family, 0);
    tell(" connect");
    told(connect(client, &address.any, length));
    tell(" accept");
    const int accepted = accept4(listener, NULL, NULL, flags);
    told(accepted < 0 ? -1 : 0);
    keep(server, accepted, CONNECTED, family);
    const int i = free_slot();
    if (i < 0) {
        close(client);
    } else {
        fcntl(client, F_SETFL, fcntl(client, F_GETFL) | (flags != 0 ? O_NONBLOCK : 0));
        keep(i, client, CONNECTED, family);
    }
    close(listener);
    tell(" as %d %d", server, i);
}

static void fill_pattern(char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bytes[i] = (char)(written * 31 + written / 251);
        written++;
    }
}

static void do_send(void)
{
    static const int LENGTHS[] = {0, 1, 2, 7, 100, 500, 1400};
    static const int FLAGS[] = {MSG_DONTWAIT, MSG_MORE, MSG_NOSIGNAL, MSG_DONTWAIT | MSG_NOSIGNAL, MSG_OOB};
    const int i = pick(1U << CONNECTED);
    const size_t length = (size_t)ANY_OF(LENGTHS);
    const int flags = one_in(3) ? ANY_OF(FLAGS) : 0;
    const int how = below(5);
    if (i < 0) {
        return;
    }
    char bytes[1400];
    fill_pattern(bytes, length);
    struct iovec parts[3] = {{bytes, length / 3}, {bytes + length / 3, 0}, {bytes + length / 3, length - length / 3}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    // What is held back leaves by a clock: it is sent along at once.
    const int sent = (flags & (MSG_MORE | MSG_OOB)) != 0 ? 0 : flags;
    tell("send %d way %d length %zu flags %x", i, how, length, sent);
    switch (how) {
    case 0:
        told(write(slots[i].fd, bytes, length));
        break;
    case 1:
        told(writev(slots[i].fd, parts, 3));
        break;
    case 2:
        told(sendmsg(slots[i].fd, &message, sent));
        break;
    default:
        told(send(slots[i].fd, bytes, length, sent));
    }
}

static uint32_t digest(const char *bytes, long length)
{
    uint32_t hash = 2166136261U;
    for (long i = 0; i < length; i++) {
        hash = (hash ^ (uint8_t)bytes[i]) * 16777619U;
    }
    return hash;
}

static void do_recv(void)
{
    static const int LENGTHS[] = {0, 1, 3, 50, 1000, 4000};
    static const int FLAGS[] = {MSG_PEEK,
                                MSG_DONTWAIT,
                                MSG_WAITALL,
                                MSG_TRUNC,
                                MSG_PEEK | MSG_TRUNC,
                                MSG_OOB,
                                MSG_PEEK | MSG_WAITALL,
                                MSG_WAITALL | MSG_DONTWAIT};
    const int i = pick(1U << CONNECTED);
    size_t length = (size_t)ANY_OF(LENGTHS);
    int flags = one_in(2) ? ANY_OF(FLAGS) : 0;
    int how = below(5);
    if (i < 0) {
        return;
    }
    const int fd = slots[i].fd;
    const short ready = bits(fd);
    if (blocking(fd) && (ready & (POLLIN | POLLHUP | POLLERR | POLLRDHUP)) == 0) {
        flags |= MSG_DONTWAIT;
        how = how < 2 ? 2 : how;
    } else if ((flags & MSG_WAITALL) != 0 && (ready & (POLLHUP | POLLERR | POLLRDHUP)) == 0) {
        const int bytes = unread(fd);
        length = bytes > 0 && (size_t)bytes < length ? (size_t)bytes : length;
    }
    char bytes[4000] = {0};
    struct iovec parts[3] = {{bytes, length / 2}, {bytes + length / 2, 0}, {bytes + length / 2, length - length / 2}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    tell("recv %d way %d length %zu flags %x", i, how, length, flags);
    long received;
    switch (how) {
    case 0:
        received = told(read(fd, bytes, length));
        break;
    case 1:
        received = told(readv(fd, parts, 3));
        break;
    case 2:
        received = told(recvmsg(fd, &message, flags));
        tell(" flags %x", (unsigned)message.msg_flags);
        break;
    default:
        received = told(recv(fd, bytes, length, flags));
    }
    if (received > 0) {
        tell(" digest %08x", digest(bytes, sizeof bytes));
    }
}

static void do_shutdown(void)
{
    const int i = pick(1U << CONNECTED);
    const bool both = one_in(2);
    int how = one_in(30) ? 3 : shutsReading ? SHUT_RD : SHUT_WR;
    // What is shut before it is connected stays shut in Linux, and a listener that ends becomes what it was.
    if (i >= 0 && slots[i].kind == CONNECTED) {
        // Where nothing can come any more; see the known differences.
        how = how == SHUT_WR && both && (bits(slots[i].fd) & POLLRDHUP) != 0 ? SHUT_RDWR : how;
        tell("shutdown %d %d", i, how);
        told(shutdown(slots[i].fd, how));
    }
}

static void do_close(void)
{
    const int i = pick(one_in(4) ? ~(1U << NONE) : 1U << CONNECTED);
    if (i >= 0) {
        tell("close %d", i);
        told(close(slots[i].fd));
        slots[i].kind = NONE;
    }
}

static void do_dup(void)
{
    const int i = pick(~(1U << NONE));
    int into = free_slot();
    const int how = below(4);
    if (i < 0) {
        return;
    }
    if (how >= 2 && one_in(2)) {
        into = pick(~(1U << NONE));
    }
    if (into < 0) {
        return;
    }
    const int old = slots[into].kind == NONE ? -1 : slots[into].fd;
    tell("dup %d as %d way %d", i, into, old < 0 ? 0 : how);
    int fd;
    if (old >= 0) {
        fd = how == 2 ? dup2(slots[i].fd, old) : dup3(slots[i].fd, old, O_CLOEXEC);
    } else {
        fd = how == 0 ? fcntl(slots[i].fd, F_DUPFD_CLOEXEC, 0) : dup(slots[i].fd);
    }
    if (told(fd < 0 ? -1 : 0) == 0) {
        keep(into, fd, slots[i].kind, slots[i].family);
    }
}

static void do_flags(void)
{
    const int i = pick(~(1U << NONE));
    const int how = below(3);
    int on = one_in(2);
    if (i < 0) {
        return;
    }
    const int fd = slots[i].fd;
    tell("flags %d way %d on %d", i, how, on);
    if (how == 0) {
        told(ioctl(fd, FIONBIO, &on));
    } else if (how == 1) {
        told(fcntl(fd, F_SETFL, on != 0 ? O_NONBLOCK : 0));
    } else {
        tell(" fd");
        told(fcntl(fd, F_GETFD));
    }
    told(fcntl(fd, F_GETFL));
}

static const struct option_of {
    int level;
    int name;
    const char *text;
    int most;
} OPTIONS[] = {{SOL_SOCKET, SO_KEEPALIVE, "KEEPALIVE", 2},
               {SOL_SOCKET, SO_REUSEADDR, "REUSEADDR", 2},
               {SOL_SOCKET, SO_OOBINLINE, "OOBINLINE", 2},
               {IPPROTO_TCP, TCP_NODELAY, "NODELAY", 0},
               {IPPROTO_TCP, TCP_KEEPIDLE, "KEEPIDLE", 40000},
               {IPPROTO_TCP, TCP_KEEPINTVL, "KEEPINTVL", 40000},
               {IPPROTO_TCP, TCP_KEEPCNT, "KEEPCNT", 200},
               {IPPROTO_TCP, TCP_SYNCNT, "SYNCNT", 200},
               {IPPROTO_TCP, TCP_LINGER2, "LINGER2", 200},
               {IPPROTO_TCP, TCP_USER_TIMEOUT, "USER_TIMEOUT", 40000},
               {IPPROTO_TCP, TCP_DEFER_ACCEPT, "DEFER_ACCEPT", 1},
               {SOL_SOCKET, SO_TYPE, "TYPE", 2},
               {SOL_SOCKET, SO_DOMAIN, "DOMAIN", 2},
               {SOL_SOCKET, SO_PROTOCOL, "PROTOCOL", 2},
               {SOL_SOCKET, SO_ACCEPTCONN, "ACCEPTCONN", 2},
               {SOL_SOCKET, SO_ERROR, "ERROR", 2},
               {SOL_SOCKET, 9999, "UNKNOWN", 2}};

static void do_set(void)
{
    const int i = pick(~(1U << NONE));
    const struct option_of *option = &ANY_OF(OPTIONS);
    const int value = below(option->most == 0 ? 1 : option->most) - (one_in(10) ? 1 : 0);
    const socklen_t length = one_in(12) ? (socklen_t)below(4) : sizeof value;
    if (i < 0) {
        return;
    }
    if (one_in(5)) {
        const struct linger linger = {.l_onoff = one_in(2), .l_linger = one_in(2) ? 0 : 5};
        tell("set %d LINGER %d %d", i, linger.l_onoff, linger.l_linger);
        told(setsockopt(slots[i].fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
        return;
    }
    if (option->name == TCP_NODELAY && option->level == IPPROTO_TCP) {
        return;
    }
    tell("set %d %s %d length %u", i, option->text, value, length);
    told(setsockopt(slots[i].fd, option->level, option->name, &value, length));
}

static void do_get(void)
{
    const int i = pick(~(1U << NONE));
    const struct option_of *option = one_in(3) ? &OPTIONS[15] : &ANY_OF(OPTIONS);
    int value = -1;
    socklen_t length = one_in(12) ? (socklen_t)below(12) : sizeof value;
    if (i < 0) {
        return;
    }
    int room[4] = {-1, -1, -1, -1};
    tell("get %d %s length %u", i, option->text, length);
    if (told(getsockopt(slots[i].fd, option->level, option->name, room, &length)) == 0) {
        tell(" value %x length %u", (unsigned)room[0], length);
    }
}

static void do_names(void)
{
    const int i = pick(~(1U << NONE));
    if (i < 0) {
        return;
    }
    union address address = {0};
    socklen_t length = one_in(6) ? (socklen_t)below(20) : sizeof address;
    const socklen_t room = length;
    tell("names %d room %u mine", i, room);
    if (told(getsockname(slots[i].fd, &address.any, &length)) == 0 && room >= length) {
        tell_address(&address, length);
    }
    length = sizeof address;
    tell(" peer");
    if (told(getpeername(slots[i].fd, &address.any, &length)) == 0) {
        tell_address(&address, length);
    }
}

static void do_poll(void)
{
    struct pollfd polled[SLOTS + 1];
    int count = 0;
    for (int i = 0; i < SLOTS; i++) {
        const short events = (short)(next() & (POLLIN | POLLPRI | POLLOUT | POLLRDHUP | POLLRDNORM | POLLWRNORM));
        if (slots[i].kind != NONE && one_in(2)) {
            polled[count++] = (struct pollfd){.fd = slots[i].fd, .events = events};
        }
    }
    tell("poll of %d", count);
    told(poll(polled, (nfds_t)count, one_in(2) ? 0 : 1));
    for (int i = 0; i < count; i++) {
        tell(" %x:%x", (unsigned)polled[i].events, (unsigned)polled[i].revents);
    }
}

static void do_select(void)
{
    fd_set found[3];
    int most = -1;
    for (int set = 0; set < 3; set++) {
        FD_ZERO(&found[set]);
    }
    for (int i = 0; i < SLOTS; i++) {
        const int wanted = below(8);
        for (int set = 0; set < 3 && slots[i].kind != NONE; set++) {
            if ((wanted >> set & 1) != 0) {
                FD_SET(slots[i].fd, &found[set]);
                most = slots[i].fd > most ? slots[i].fd : most;
            }
        }
    }
    struct timeval patience = {0, one_in(2) ? 0 : 1000};
    tell("select");
    told(select(most + 1, &found[0], &found[1], &found[2], &patience));
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i].kind != NONE) {
            tell(" %d%d%d", FD_ISSET(slots[i].fd, &found[0]) != 0, FD_ISSET(slots[i].fd, &found[1]) != 0,
                 FD_ISSET(slots[i].fd, &found[2]) != 0);
        }
    }
}

static void do_control(void)
{
    static const int WHAT[] = {EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL};
    const int i = pick(~(1U << NONE));
    const int set = below(SETS);
    const int what = ANY_OF(WHAT);
    struct epoll_event event = {.events = (uint32_t)(next() & (EPOLLIN | EPOLLOUT | EPOLLRDHUP)),
                                .data.u32 = (uint32_t)i};
    event.events |= one_in(6) ? (uint32_t)EPOLLONESHOT : 0;
    if (i >= 0) {
        tell("epoll_ctl %d of %d what %d events %x", set, i, what, event.events);
        told(epoll_ctl(sets[set], what, slots[i].fd, &event));
    }
}

static int by_data(const void *one, const void *other)
{
    const struct epoll_event *a = one;
    const struct epoll_event *b = other;
    return a->data.u32 != b->data.u32 ? (a->data.u32 < b->data.u32 ? -1 : 1)
                                      : (a->events > b->events) - (a->events < b->events);
}

static void do_wait(void)
{
    const int set = below(SETS);
    struct epoll_event events[4 * SLOTS];
    tell("epoll_wait %d", set);
    const long count = told(epoll_wait(sets[set], events, 4 * SLOTS, 0));
    qsort(events, count > 0 ? (size_t)count : 0, sizeof events[0], by_data);
    for (long i = 0; i < count; i++) {
        tell(" %u:%x", events[i].data.u32, events[i].events);
    }
}

static void do_pass(void)
{
    const int i = pick_exactly(1U << CONNECTED | 1U << LISTENING);
    const int into = free_slot();
    int pair[2];
    if (i < 0 || into < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) {
        return;
    }
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    char byte = 'x';
    struct iovec part = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
    memcpy(CMSG_DATA(header), &slots[i].fd, sizeof(int));
    tell("pass %d as %d send", i, into);
    told(sendmsg(pair[0], &message, 0));
    message.msg_controllen = sizeof control.room;
    tell(" receive");
    if (told(recvmsg(pair[1], &message, 0)) == 1 && CMSG_FIRSTHDR(&message) != NULL) {
        int fd;
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
        keep(into, fd, slots[i].kind, slots[i].family);
    }
    close(pair[0]);
    close(pair[1]);
}

// The slot at the other end of a connection, -1 if none of ours.
static int peer_of(int i)
{
    union address wanted = {0};
    union address found = {0};
    socklen_t length = sizeof wanted;
    if (getpeername(slots[i].fd, &wanted.any, &length) != 0) {
        return -1;
    }
    for (int other = 0; other < SLOTS; other++) {
        length = sizeof found;
        if (slots[other].kind == CONNECTED && slots[other].family == slots[i].family &&
            getpeername(slots[other].fd, &found.any, &length) == 0 && port_of(slots[i].fd) == found.v4.sin_port &&
            port_of(slots[other].fd) == wanted.v4.sin_port) {
            return other;
        }
    }
    return -1;
}

struct sleeper {
    int fd;
    long result;
    int error;
};

static void *sleep_in_recv(void *argument)
{
    struct sleeper *sleeper = argument;
    char byte;
    sleeper->result = recv(sleeper->fd, &byte, 1, 0);
    sleeper->error = errno;
    return NULL;
}

static void do_thread(void)
{
    const int i = pick(1U << CONNECTED);
    const int how = below(4);
    const int peer = i < 0 || slots[i].kind != CONNECTED ? -1 : peer_of(i);
    if (peer < 0 || peer == i || !blocking(slots[i].fd) || (bits(slots[i].fd) & ~POLLOUT) != 0 ||
        (bits(slots[peer].fd) & (POLLHUP | POLLERR)) != 0) {
        return;
    }
    struct sleeper sleeper = {.fd = slots[i].fd};
    pthread_t thread;
    pthread_create(&thread, NULL, sleep_in_recv, &sleeper);
    if (one_in(2)) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    tell("thread in recv %d peer %d way %d", i, peer, how);
    if (how == 0 && shutsReading) {
        told(shutdown(slots[i].fd, SHUT_RD));
    } else if (how == 1 && !shutsReading) {
        told(shutdown(slots[peer].fd, SHUT_WR));
    } else {
        char byte = 'y';
        if (told(send(slots[peer].fd, &byte, 1, 0)) < 0) {
            shutdown(slots[i].fd, SHUT_RD);
        }
    }
    pthread_join(thread, NULL);
    errno = sleeper.error;
    tell(" woken");
    told(sleeper.result);
}

static void do_sendfile(void)
{
    const int i = pick(1U << CONNECTED);
    const size_t length = (size_t)below(1500);
    off_t offset = below(100);
    if (i < 0) {
        return;
    }
    const int file = memfd_create("file", 0);
    char bytes[1000];
    fill_pattern(bytes, sizeof bytes);
    if (write(file, bytes, sizeof bytes) != sizeof bytes) {
        abort();
    }
    tell("sendfile %d length %zu offset %ld", i, length, (long)offset);
    told(sendfile(slots[i].fd, file, &offset, length));
    tell(" offset %ld", (long)offset);
    close(file);
}

static long fill(int fd)
{
    static char bytes[65536];
    long all = 0;
    for (int idle = 0; idle < 3; idle++) {
        long sent;
        while ((sent = send(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
            all += sent;
            idle = 0;
        }
        if (errno != EAGAIN) {
            return all;
        }
        ask(pilot[0]);
        ask(pilot[1]);
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    return all;
}

static void do_fill(void)
{
    static char bytes[65536];
    const int i = pick(1U << CONNECTED);
    const int peer = i < 0 || slots[i].kind != CONNECTED ? -1 : peer_of(i);
    if (peer < 0 || peer == i || bits(slots[i].fd) != POLLOUT || (bits(slots[peer].fd) & ~POLLIN) != POLLOUT) {
        return;
    }
    const long left = fill(slots[i].fd);
    tell("fill %d peer %d", i, peer);
    told(errno == EAGAIN ? 0 : -1);
    tell(" full ");
    tell_bits((unsigned)bits(slots[i].fd));
    long got = 0;
    while (got < left && (await(slots[peer].fd, POLLIN) & POLLIN) != 0) {
        const long received = recv(slots[peer].fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (received <= 0) {
            told(received);
            break;
        }
        got += received;
    }
    if (getenv("CALLS_DEBUG"))
        fprintf(stderr, "left %ld got %ld unread %d\n", left, got, unread(slots[peer].fd));
    tell(" drained %d ", got >= left);
    tell_bits((unsigned)await(slots[i].fd, POLLOUT));
}

static void play(uint64_t seed, int from, int steps);

// A child has sets of its own: one that parent and child share is a known difference.
static void make_sets(void)
{
    for (int i = 0; i < SETS; i++) {
        if (sets[i] > 0) {
            close(sets[i]);
        }
        sets[i] = epoll_create1(0);
    }
}

static void do_fork(uint64_t seed)
{
    if (depth > 0) {
        return;
    }
    tell("fork");
    end_line();
    const pid_t child = fork();
    if (child == 0) {
        depth++;
        make_sets();
        alarm(HANG_S);
        play(seed ^ 0x5555U, 0, STEPS_OF_A_CHILD);
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    tell("forked status %x", (unsigned)status);
}

// --- the sequence ---

static void one(uint64_t seed)
{
    static const struct {
        int weight;
        void (*operation)(void);
    } OPERATIONS[] = {{6, do_socket}, {8, do_pair},     {4, do_bind},    {5, do_listen},   {8, do_connect},
                      {8, do_accept}, {14, do_send},    {14, do_recv},   {6, do_shutdown}, {6, do_close},
                      {4, do_dup},    {3, do_flags},    {4, do_set},     {6, do_get},      {4, do_names},
                      {3, do_poll},   {3, do_select},   {7, do_control}, {7, do_wait},     {2, do_pass},
                      {2, do_thread}, {2, do_sendfile}, {1, do_fill},    {2, NULL}};
    int all = 0;
    for (size_t i = 0; i < sizeof OPERATIONS / sizeof OPERATIONS[0]; i++) {
        all += OPERATIONS[i].weight;
    }
    int chosen = below(all);
    size_t i = 0;
    while (chosen >= OPERATIONS[i].weight) {
        chosen -= OPERATIONS[i++].weight;
    }
    if (step == 0 && depth == 0) {
        do_pair();
    } else if (OPERATIONS[i].operation == NULL) {
        do_fork(seed ^ (uint64_t)step << 32);
    } else {
        OPERATIONS[i].operation();
    }
}

static void play(uint64_t seed, int from, int steps)
{
    for (int i = from; i < steps; i++) {
        if (depth == 0 && skipped[i]) {
            continue;
        }
        step = i;
        state = seed * 0x9e3779b97f4a7c15U + (uint64_t)i * 0xd1342543de82ef95U;
        next();
        tell("%s%d ", depth > 0 ? "| " : "", i);
        const size_t before = lineLength;
        one(seed);
        if (lineLength == before) {
            tell("nothing");
        }
        settle();
        end_line();
        step = i;
    }
}

static void start_pilot(void)
{
    union address address;
    const socklen_t length = make_address(&address, AF_INET, false, 0);
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    bind(listener, &address.any, length);
    listen(listener, 1);
    address.v4.sin_port = port_of(listener);
    pilot[0] = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(pilot[0], &address.any, length) != 0 || (pilot[1] = accept(listener, NULL, NULL)) < 0) {
        perror("calls: the pilot");
        exit(2);
    }
    close(listener);
}

static void play_seed(uint64_t seed, int steps)
{
    alarm(HANG_S);
    portCount = 0;
    shutsReading = seed % 2 == 0;
    written = 0;
    make_sets();
    tell("seed %llu", (unsigned long long)seed);
    end_line();
    play(seed, 0, steps);
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i].kind != NONE) {
            close(slots[i].fd);
            slots[i].kind = NONE;
        }
    }
}

int main(int count, char **arguments)
{
    unsigned long long from = 1;
    unsigned long long to = 1;
    int steps = 30;
    for (int i = 1; i + 1 < count; i += 2) {
        if (strcmp(arguments[i], "--seed") == 0) {
            to = sscanf(arguments[i + 1], "%llu-%llu", &from, &to) == 2 ? to : from;
        } else if (strcmp(arguments[i], "--steps") == 0) {
            steps = atoi(arguments[i + 1]);
        } else if (strcmp(arguments[i], "--skip") == 0) {
            for (char *word = strtok(arguments[i + 1], ","); word != NULL; word = strtok(NULL, ",")) {
                skipped[atoi(word) & 1023] = true;
            }
        }
    }
    address4 = arguments[count - 1];
    if (steps > 1000 || inet_addr(address4) == INADDR_NONE) {
        fprintf(stderr, "usage: calls [--seed FROM[-TO]] [--steps N] [--skip I,J,K] ADDRESS\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGALRM, on_alarm);
    start_pilot();
    for (unsigned long long seed = from; seed <= to; seed++) {
        play_seed(seed, steps);
    }
    return 0;
}
