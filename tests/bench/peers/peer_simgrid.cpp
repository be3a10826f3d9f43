// The work of `dgsim bench engine` on SimGrid: actors that sleep, its way to let time pass. The queue of
// the M/M/1 is a semaphore. Arguments are SimGrid's own, such as --cfg=contexts/stack-size:16.
#include <simgrid/s4u.hpp>

#include <string>
#include <vector>

#include "peer.hpp"

namespace sg4 = simgrid::s4u;

namespace
{

Draw draw;
Level level;
long executed;
sg4::SemaphorePtr waiting;

constexpr long CUSTOMERS = 300000;

void arrivals()
{
    for (long i = 0; i < CUSTOMERS; i++) {
        sg4::this_actor::sleep_for(draw(LOAD));
        level.change(sg4::Engine::get_clock(), 1);
        waiting->release();
        executed++;
    }
}

void server()
{
    for (long i = 0; i < CUSTOMERS; i++) {
        waiting->acquire();
        sg4::this_actor::sleep_for(draw(1));
        level.change(sg4::Engine::get_clock(), -1);
        executed++;
    }
}

void holder(double until)
{
    while (sg4::Engine::get_clock() < until) {
        sg4::this_actor::sleep_for(draw(1));
        executed++;
    }
}

} // namespace

// usage: peer_simgrid WORK, since an engine runs once a process
int main(int argc, char **argv)
{
    sg4::Engine engine(&argc, argv);
    const std::string work = argc > 1 ? argv[1] : "mm1";
    sg4::NetZone *zone = sg4::create_full_zone("zone");
    sg4::Host *host = zone->create_host("host", 1e9);
    zone->seal();

    if (work == "mm1") {
        waiting = sg4::Semaphore::create(0);
        sg4::Actor::create("arrivals", host, arrivals);
        sg4::Actor::create("server", host, server);
    } else {
        const long pending = std::stol(work.substr(5)); // hold_N
        const double until = 300000.0 / static_cast<double>(pending);
        for (long i = 0; i < pending; i++)
            sg4::Actor::create("holder", host, holder, until);
    }
    Stopwatch watch;
    engine.run();
    report(work.c_str(), executed, watch.seconds(), work == "mm1" ? level.mean() : -1);
    return 0;
}
