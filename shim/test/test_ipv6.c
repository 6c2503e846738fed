/* AF_INET6: the kernel's own answers on ::1, ours on an address of the DPU's. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "check.h"
#include "fakedpu.h"
#include "libc.h"

static bool is_kernels(const struct stack *stack)
{
    return stack == &kernel_stack;
}

static struct sockaddr_in6 name6_of(const struct stack *stack, uint16_t port)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    CHECK_EQ(inet_pton(AF_INET6, is_kernels(stack) ? "::1" : FAKE_ADDRESS6, &name.sin6_addr), 1);
    return name;
}

static int socket6(const struct stack *stack)
{
    struct sockaddr_in6 loopback = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    if (fd < 0)
        check_skip("no IPv6");
    if (is_kernels(stack)) {
        int probe = socket(AF_INET6, SOCK_DGRAM, 0);
        if (bind(probe, (struct sockaddr *)&loopback, sizeof(loopback)) < 0)
            check_skip("no IPv6 loopback");
        close(probe);
    }
    return fd;
}

static int listen6(const struct stack *stack, const struct sockaddr_in6 *at, bool only6, uint16_t *port)
{
    struct sockaddr_in6 name = *at;
    socklen_t length = sizeof(name);
    int on = only6;
    int fd = socket6(stack);
    CHECK_EQ(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)), 0);
    CHECK_EQ(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_EQ(listen(fd, 5), 0);
    CHECK_EQ(getsockname(fd, (struct sockaddr *)&name, &length), 0);
    CHECK_EQ(length, sizeof(name));
    *port = ntohs(name.sin6_port);
    return fd;
}

static int connect6(const struct stack *stack, uint16_t port)
{
    struct sockaddr_in6 name = name6_of(stack, port);
    int fd = socket6(stack);
    CHECK_EQ(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    return fd;
}

static void check_name(const struct stack *stack, const struct sockaddr_in6 *name, socklen_t length)
{
    struct sockaddr_in6 expected = name6_of(stack, 0);
    CHECK_EQ(length, sizeof(*name));
    CHECK_EQ(name->sin6_family, AF_INET6);
    CHECK_EQ(name->sin6_scope_id, 0);
    CHECK_EQ(name->sin6_flowinfo, 0);
    CHECK(memcmp(&name->sin6_addr, &expected.sin6_addr, sizeof(name->sin6_addr)) == 0);
}

/* True if ours carries it: the kernel itself, asked without us, knows of no connection. */
static bool is_offloaded(int fd)
{
    struct sockaddr_in6 name;
    socklen_t length = sizeof(name);
    return libc_getpeername(fd, (struct sockaddr *)&name, &length) < 0;
}

BOTH(shouldTellIpv6NamesOfBothEnds)
{
    uint16_t port;
    struct sockaddr_in6 at = name6_of(stack, 0), peer, own;
    socklen_t length = sizeof(peer);
    int listener = listen6(stack, &at, false, &port);
    int fd = connect6(stack, port);
    CHECK_EQ(is_offloaded(fd), !is_kernels(stack));
    int accepted = accept(listener, (struct sockaddr *)&peer, &length);
    CHECK(accepted >= 0);
    check_name(stack, &peer, length);
    CHECK_EQ(getsockname(fd, (struct sockaddr *)&own, &length), 0);
    check_name(stack, &own, length);
    CHECK_EQ(own.sin6_port, peer.sin6_port);
    CHECK_EQ(getpeername(fd, (struct sockaddr *)&own, &length), 0);
    check_name(stack, &own, length);
    CHECK_EQ(ntohs(own.sin6_port), port);
    CHECK_EQ(getsockname(accepted, (struct sockaddr *)&own, &length), 0);
    check_name(stack, &own, length);
    CHECK_EQ(ntohs(own.sin6_port), port);
}

BOTH(shouldCutAnIpv6NameToTheRoomThereIs)
{
    uint16_t port;
    struct sockaddr_in6 at = name6_of(stack, 0), peer = {0};
    listen6(stack, &at, false, &port);
    int fd = connect6(stack, port);
    socklen_t length = 8;
    CHECK_EQ(getpeername(fd, (struct sockaddr *)&peer, &length), 0);
    CHECK_EQ(length, sizeof(peer));
    CHECK_EQ(ntohs(peer.sin6_port), port);
    CHECK(IN6_IS_ADDR_UNSPECIFIED(&peer.sin6_addr));
}

BOTH(shouldCarryBytesByIpv6)
{
    uint16_t port;
    char text[4] = "";
    struct sockaddr_in6 at = name6_of(stack, 0);
    int listener = listen6(stack, &at, true, &port);
    int fd = connect6(stack, port);
    int accepted = accept(listener, NULL, NULL);
    CHECK_EQ(write(fd, "abc", 3), 3);
    CHECK_EQ(recv(accepted, text, 3, MSG_WAITALL), 3);
    CHECK(memcmp(text, "abc", 3) == 0);
    CHECK_EQ(close(fd), 0);
    CHECK_EQ(read(accepted, text, 1), 0);
}

BOTH(shouldListenForIpv6OnTheWildcard)
{
    uint16_t port;
    struct sockaddr_in6 at = {.sin6_family = AF_INET6};
    int listener = listen6(stack, &at, false, &port);
    connect6(stack, port);
    CHECK(accept(listener, NULL, NULL) >= 0);
    connect_to(stack, port);
    CHECK(accept(listener, NULL, NULL) >= 0);
}

BOTH(shouldNotTakeIpv4WhereOnlyIpv6IsWanted)
{
    uint16_t port;
    struct sockaddr_in6 at = {.sin6_family = AF_INET6};
    int listener = listen6(stack, &at, true, &port);
    struct sockaddr_in name = name_of(stack, port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), ECONNREFUSED);
    connect6(stack, port);
    CHECK(accept(listener, NULL, NULL) >= 0);
}

BOTH(shouldRefuseAConnectionThatNobodyWaitsForByIpv6)
{
    struct sockaddr_in6 name = name6_of(stack, 1);
    int fd = socket6(stack);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), ECONNREFUSED);
}

BOTH(shouldRefuseAnIpv4NameOnAnIpv6Socket)
{
    struct sockaddr_in name = name_of(stack, 80);
    int fd = socket6(stack);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), EINVAL);
    struct sockaddr_storage longer = {0};
    memcpy(&longer, &name, sizeof(name));
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&longer, sizeof(struct sockaddr_in6)), EAFNOSUPPORT);
}

BOTH(shouldRefuseAnIpv6NameOnAnIpv4Socket)
{
    struct sockaddr_in6 name = name6_of(stack, 80);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), EAFNOSUPPORT);
}

BOTH(shouldNotConnectToIpv4WhereOnlyIpv6IsWanted)
{
    int on = 1;
    struct sockaddr_in ipv4 = name_of(stack, 80);
    struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
    memset(name.sin6_addr.s6_addr + 10, 0xFF, 2);
    memcpy(name.sin6_addr.s6_addr + 12, &ipv4.sin_addr, 4);
    int fd = socket6(stack);
    CHECK_EQ(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)), 0);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), ENETUNREACH);
}

BOTH(shouldSayThatItIsOfIpv6)
{
    uint16_t port;
    int domain = 0;
    socklen_t length = sizeof(domain);
    struct sockaddr_in6 at = name6_of(stack, 0);
    listen6(stack, &at, false, &port);
    int fd = connect6(stack, port);
    CHECK_EQ(getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length), 0);
    CHECK_EQ(domain, AF_INET6);
}

BOTH(shouldKeepAnIpv6PortThatIsBound)
{
    uint16_t port;
    struct sockaddr_in6 at = name6_of(stack, 0);
    listen6(stack, &at, false, &port);
    struct sockaddr_in6 name = name6_of(stack, port);
    int other = socket6(stack);
    CHECK_ERRNO(bind(other, (struct sockaddr *)&name, sizeof(name)), EADDRINUSE);
}
