/* Plays sequences of socket calls, see play.h.
 *
 *     calls [--seed FROM[-TO]] [--steps N] [--skip I,J,K] ADDRESS-OF-LOOPBACK
 */
#include "play.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HANG_S 30

int depth;
bool shuts_reading;
const char *address4;

static bool skipped[1024];

static void play_step(uint64_t seed, int step)
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

void limit_time(void)
{
    alarm(HANG_S);
}

void play(uint64_t seed, int steps)
{
    for (int i = 0; i < steps; i++) {
        if (depth == 0 && skipped[i]) {
            continue;
        }
        start_chance(seed * 0x9e3779b97f4a7c15U + (uint64_t)i * 0xd1342543de82ef95U);
        tell("%s%d ", depth > 0 ? "| " : "", i);
        const size_t before = told_so_far();
        play_step(seed, i);
        if (told_so_far() == before) {
            tell("nothing");
        }
        settle();
        end_line();
    }
}

static void play_seed(uint64_t seed, int steps)
{
    limit_time();
    forget_ports();
    shuts_reading = seed % 2 == 0;
    restart_pattern();
    make_sets();
    tell("seed %llu", (unsigned long long)seed);
    end_line();
    play(seed, steps);
    close_slots();
}

static void skip(char *steps)
{
    for (char *word = strtok(steps, ","); word != NULL; word = strtok(NULL, ",")) {
        skipped[atoi(word) & 1023] = true;
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
            skip(arguments[i + 1]);
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
