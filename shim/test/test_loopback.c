/* 127.0.0.0/8, ::1 and the DPU's own addresses where rules offload them: by PnO where somebody listens there, else by
 * the kernel. */
#include <arpa/inet.h>
#include <poll.h>
#include <sys/epoll.h>

#include "check.h"
#include "fakedpu.h"
#include "file.h"
#include "libc.h"
#include "listener.h"
#include "rules.h"

static const struct stack loopback = {"loopback", "127.0.0.1"};

static void offload(const char *rules)
{
    char why[512];
    setenv("PNO_OFFLOAD", rules, 1);
    CHECK(pno_rules_start(why, sizeof(why)));
}

static bool is_ours(int fd)
{
    struct pno_file *file = pno_file_of(fd);
    return file != NULL && file->record != NULL;
}

static struct sockaddr_in6 name6_of(const char *address, uint16_t port)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    CHECK_EQ(inet_pton(AF_INET6, address, &name.sin6_addr), 1);
    return name;
}

/* What a program outside of PnO does. */
static int connect_by_kernel(uint16_t port)
{
    struct sockaddr_in name = name_of(&loopback, port);
    int fd = libc_socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fd >= 0);
    CHECK_EQ(libc_connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    return fd;
}

static int listen_by_kernel(uint16_t *port)
{
    struct sockaddr_in name = name_of(&loopback, 0);
    socklen_t length = sizeof(name);
    int fd = libc_socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(libc_bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_EQ(libc_listen(fd, 5), 0);
    CHECK_EQ(libc_getsockname(fd, (struct sockaddr *)&name, &length), 0);
    *port = ntohs(name.sin_port);
    return fd;
}

static void check_carries(int from, int to)
{
    char byte = 'x', got = 0;
    CHECK_EQ(write(from, &byte, 1), 1);
    CHECK_EQ(read(to, &got, 1), 1);
    CHECK_EQ(got, byte);
}

/* A port of loopback that nobody listens on. */
static uint16_t free_port(void)
{
    uint16_t port;
    CHECK_EQ(libc_close(listen_by_kernel(&port)), 0);
    return port;
}

ON_PNO(shouldLeaveLoopbackToTheKernelWithoutARule)
{
    uint16_t port;
    int listener = listen_on(&loopback, 0, &port);
    int client = connect_to(&loopback, port);
    CHECK(!is_ours(listener));
    CHECK(!is_ours(client));
}

ON_PNO(shouldConnectByLoopback)
{
    uint16_t port;
    offload("localhost");
    int listener = listen_on(&loopback, 0, &port);
    int client = connect_to(&loopback, port);
    int accepted = accept(listener, NULL, NULL);
    CHECK(is_ours(listener));
    CHECK(is_ours(client));
    CHECK(is_ours(accepted));
    check_carries(client, accepted);
    check_carries(accepted, client);
    struct sockaddr_in name, expected = name_of(&loopback, 0);
    socklen_t length = sizeof(name);
    CHECK_EQ(getpeername(accepted, (struct sockaddr *)&name, &length), 0);
    CHECK_EQ(name.sin_addr.s_addr, expected.sin_addr.s_addr);
}

ON_PNO(shouldAcceptNobodyOnceTheListenerIsClosed)
{
    uint16_t port;
    offload("localhost");
    int listener = listen_on(&loopback, 0, &port);
    CHECK(is_ours(listener));
    CHECK_EQ(close(listener), 0);
    struct sockaddr_in name = name_of(&loopback, port);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(connect(client, (struct sockaddr *)&name, sizeof(name)), ECONNREFUSED);
    CHECK(!is_ours(client));
}

ON_PNO(shouldConnectByLoopbackOfIpv6)
{
    struct sockaddr_in6 name = name6_of("::1", 0);
    socklen_t length = sizeof(name);
    offload("localhost");
    int listener = socket(AF_INET6, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&name, sizeof(name)) < 0)
        check_skip("no IPv6 loopback");
    CHECK_EQ(listen(listener, 5), 0);
    CHECK_EQ(getsockname(listener, (struct sockaddr *)&name, &length), 0);
    int client = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK_EQ(connect(client, (struct sockaddr *)&name, sizeof(name)), 0);
    int accepted = accept(listener, NULL, NULL);
    CHECK(is_ours(client));
    CHECK(is_ours(accepted));
    check_carries(client, accepted);
}

ON_PNO(shouldServeTheKernelsClientsOfLoopbackToo)
{
    uint16_t port;
    offload("localhost");
    int listener = listen_on(&loopback, 0, &port);
    int client = connect_by_kernel(port);
    int accepted = accept(listener, NULL, NULL);
    CHECK(accepted >= 0);
    CHECK(!is_ours(accepted));
    check_carries(client, accepted);
    check_carries(accepted, client);
}

ON_PNO(shouldHearOfBothKindsOfClientsInOneEpollSet)
{
    uint16_t port;
    offload("localhost");
    int listener = listen_on(&loopback, SOCK_NONBLOCK, &port);
    int set = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, listener, &event), 0);
    CHECK_EQ(epoll_wait(set, &event, 1, 0), 0);
    int clients[2] = {connect_to(&loopback, port), connect_by_kernel(port)};
    int ours = 0;
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(epoll_wait(set, &event, 1, -1), 1);
        int accepted = accept(listener, NULL, NULL);
        CHECK(accepted >= 0);
        ours += is_ours(accepted);
    }
    CHECK_EQ(ours, 1);
    CHECK_ERRNO(accept(listener, NULL, NULL), EAGAIN);
    CHECK(is_ours(clients[0]));
}

ON_PNO(shouldConnectByTheKernelWhereNobodyOfPnoListens)
{
    uint16_t port;
    offload("localhost");
    int listener = listen_by_kernel(&port);
    int client = connect_to(&loopback, port);
    int accepted = libc_accept(listener, NULL, NULL);
    CHECK(!is_ours(client));
    check_carries(client, accepted);
    check_carries(accepted, client);
}

ON_PNO(shouldConnectByTheKernelWithoutBlocking)
{
    uint16_t port;
    offload("localhost");
    int listener = listen_by_kernel(&port);
    struct sockaddr_in name = name_of(&loopback, port);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int set = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLOUT};
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, client, &event), 0);
    CHECK_ERRNO(connect(client, (struct sockaddr *)&name, sizeof(name)), EINPROGRESS);
    do
        CHECK_EQ(epoll_wait(set, &event, 1, -1), 1);
    while (event.events & EPOLLHUP); /* before it is under way */
    CHECK_EQ(take_error(client), 0);
    CHECK(libc_accept(listener, NULL, NULL) >= 0);
}

ON_PNO(shouldConnectByLoopbackWithoutBlocking)
{
    uint16_t port;
    offload("localhost");
    int listener = listen_on(&loopback, 0, &port);
    struct sockaddr_in name = name_of(&loopback, port);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_ERRNO(connect(client, (struct sockaddr *)&name, sizeof(name)), EINPROGRESS);
    struct pollfd wanted = {.fd = client, .events = POLLOUT};
    CHECK_EQ(poll(&wanted, 1, -1), 1);
    CHECK_EQ(wanted.revents, POLLOUT);
    CHECK_EQ(take_error(client), 0);
    CHECK(is_ours(client));
    CHECK(accept(listener, NULL, NULL) >= 0);
}

ON_PNO(shouldTellThatNobodyListensOnLoopback)
{
    offload("localhost");
    struct sockaddr_in name = name_of(&loopback, free_port());
    int blocking = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(connect(blocking, (struct sockaddr *)&name, sizeof(name)), ECONNREFUSED);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_ERRNO(connect(client, (struct sockaddr *)&name, sizeof(name)), EINPROGRESS);
    struct pollfd wanted = {.fd = client, .events = POLLOUT};
    CHECK_EQ(poll(&wanted, 1, -1), 1);
    CHECK_EQ(take_error(client), ECONNREFUSED);
}

ON_PNO(shouldTellThatNobodyListensOnTheDpusAddress)
{
    struct sockaddr_in name = name_of(stack, free_port());
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(connect(client, (struct sockaddr *)&name, sizeof(name)), ECONNREFUSED);
}

ON_PNO(shouldReachAListenerOnTheWildcardInEachWay)
{
    const struct stack wildcard = {"wildcard", "0.0.0.0"};
    uint16_t port;
    offload("dpu,localhost");
    int listener = listen_on(&wildcard, 0, &port);
    int clients[3] = {connect_to(&loopback, port), connect_to(stack, port), connect_by_kernel(port)};
    CHECK(is_ours(clients[0]));
    CHECK(is_ours(clients[1]));
    for (int i = 0; i < 3; i++)
        CHECK(accept(listener, NULL, NULL) >= 0);
}

ON_PNO(shouldConnectFromAPortOfLoopback)
{
    uint16_t port;
    offload("localhost");
    int listener = listen_on(&loopback, 0, &port);
    struct sockaddr_in own = name_of(&loopback, 0), peer = name_of(&loopback, port), seen;
    socklen_t length = sizeof(own);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(bind(client, (struct sockaddr *)&own, sizeof(own)), 0);
    CHECK_EQ(getsockname(client, (struct sockaddr *)&own, &length), 0);
    CHECK_EQ(connect(client, (struct sockaddr *)&peer, sizeof(peer)), 0);
    CHECK(is_ours(client));
    CHECK(accept(listener, (struct sockaddr *)&seen, &length) >= 0);
    CHECK_EQ(seen.sin_port, own.sin_port);
}

ON_PNO(shouldForgetConnectsThatWereLeftToTheKernel)
{
    uint16_t port;
    offload("localhost");
    int listener = listen_by_kernel(&port);
    for (int i = 0; i < 200; i++) {
        int client = connect_to(&loopback, port);
        int accepted = libc_accept(listener, NULL, NULL);
        CHECK(!is_ours(client));
        CHECK_EQ(close(client), 0);
        CHECK_EQ(libc_close(accepted), 0);
    }
}

/* The fake DPU knows ports alone; so may another host have the port on the loopback of the same DPU. */
ON_PNO(shouldListenByTheKernelWhereTheDpuRefusesLoopback)
{
    uint16_t port;
    offload("dpu,localhost");
    int first = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(&loopback, port);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(bind(listener, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_EQ(listen(listener, 5), 0);
    CHECK(is_ours(first));
    CHECK(!is_ours(listener));
    int client = connect_by_kernel(port);
    check_carries(client, accept(listener, NULL, NULL));
}

ON_PNO(shouldFindOutBeforeAFastOpenOnLoopback)
{
    uint16_t port, kernels;
    char byte = 0;
    offload("localhost");
    int listeners[2] = {listen_on(&loopback, 0, &port), listen_by_kernel(&kernels)};
    for (int i = 0; i < 2; i++) {
        struct sockaddr_in name = name_of(&loopback, i == 0 ? port : kernels);
        int client = socket(AF_INET, SOCK_STREAM, 0);
        CHECK_EQ(sendto(client, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&name, sizeof(name)), 1);
        CHECK_EQ(is_ours(client), i == 0);
        int accepted = accept(listeners[i], NULL, NULL);
        CHECK_EQ(read(accepted, &byte, 1), 1);
        CHECK_EQ(byte, 'x');
    }
}
