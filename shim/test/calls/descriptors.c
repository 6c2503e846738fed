/* Operations on descriptors: copies of them, their flags, and passing one to oneself. */
#include "play.h"

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

void do_dup(void)
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

void do_flags(void)
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

void do_pass(void)
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
