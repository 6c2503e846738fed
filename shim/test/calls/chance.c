/* Chance, from a seed: the same numbers each time it is played. */
#include "play.h"

static uint64_t state;

void start_chance(uint64_t seed)
{
    state = seed;
    draw();
}

uint64_t draw(void)
{
    state += 0x9e3779b97f4a7c15U;
    uint64_t mixed = state;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebU;
    return mixed ^ mixed >> 31;
}

int below(int bound)
{
    return (int)(draw() % (uint64_t)bound);
}

bool one_in(int n)
{
    return below(n) == 0;
}
