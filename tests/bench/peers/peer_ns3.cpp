// The work of `dgsim bench engine` on ns-3: Simulator::Schedule with the scheduler of the first
// argument, such as ns3::MapScheduler (the default of ns-3) or ns3::HeapScheduler.
#include <ns3/core-module.h>

#include <string>

#include "peer.hpp"

using namespace ns3;

namespace
{

Draw draw;
Level level;
long executed, limit;

double now()
{
    return Simulator::Now().GetSeconds();
}

void depart();

void serve()
{
    Simulator::Schedule(Seconds(draw(1)), &depart);
}

void depart()
{
    executed++;
    level.change(now(), -1);
    if (level.present > 0)
        serve();
}

void arrive()
{
    if (++executed >= limit) {
        Simulator::Stop();
        return;
    }
    level.change(now(), 1);
    if (level.present == 1)
        serve();
    Simulator::Schedule(Seconds(draw(LOAD)), &arrive);
}

void hold()
{
    if (++executed >= limit) {
        Simulator::Stop();
        return;
    }
    Simulator::Schedule(Seconds(draw(1)), &hold);
}

double run(long events)
{
    executed = 0;
    limit = events;
    Stopwatch watch;
    Simulator::Run();
    double seconds = watch.seconds();
    Simulator::Destroy();
    return seconds;
}

void use(const std::string &scheduler)
{
    ObjectFactory factory;
    factory.SetTypeId(scheduler);
    Simulator::SetScheduler(factory);
}

} // namespace

int main(int argc, char **argv)
{
    const std::string scheduler = argc > 1 ? argv[1] : "ns3::MapScheduler";

    use(scheduler);
    Simulator::Schedule(Seconds(0), &arrive);
    double seconds = run(5000000);
    report("mm1", executed, seconds, level.mean());
    for (long pending : {1000L, 100000L}) {
        use(scheduler);
        for (long i = 0; i < pending; i++)
            Simulator::Schedule(Seconds(draw(1)), &hold);
        seconds = run(3000000);
        report(pending == 1000 ? "hold_1000" : "hold_100000", executed, seconds);
    }
    return 0;
}
