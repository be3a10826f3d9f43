"""The work of `dgsim bench engine` on SimPy: M/M/1 at load 0.9 and the hold model.

Processes that yield timeouts are how SimPy is used; the queue is a counter and an event, the least that
SimPy needs for one server. Prints `name events seconds answer` per work, answer being the mean number
in the system for M/M/1 and empty for holds.
"""
import random
import sys
import time

import simpy

LOAD = 0.9
CUSTOMERS = 400_000
HOLDS = {1_000: 1_000_000, 100_000: 400_000}


class Queue:
    """One server; the area under the number in the system gives its mean."""

    def __init__(self, env):
        self.env = env
        self.present = 0
        self.area = 0.0
        self.changed = 0.0
        self.wake = None

    def change(self, by):
        self.area += self.present * (self.env.now - self.changed)
        self.changed = self.env.now
        self.present += by

    def arrivals(self, draw):
        for _ in range(CUSTOMERS):
            yield self.env.timeout(draw(LOAD))
            self.change(1)
            if self.wake is not None:
                self.wake.succeed()
                self.wake = None

    def server(self, draw):
        for _ in range(CUSTOMERS):
            if self.present == 0:
                self.wake = self.env.event()
                yield self.wake
            yield self.env.timeout(draw(1.0))
            self.change(-1)


def mm1():
    draw = random.Random(1).expovariate
    env = simpy.Environment()
    queue = Queue(env)
    env.process(queue.arrivals(draw))
    env.process(queue.server(draw))
    start = time.perf_counter()
    env.run()
    seconds = time.perf_counter() - start
    print("mm1", 2 * CUSTOMERS, seconds, "%.4f" % (queue.area / env.now))


def hold(pending, count):
    draw = random.Random(1).expovariate
    env = simpy.Environment()
    done = [0]

    def holder():
        while True:
            yield env.timeout(draw(1.0))
            done[0] += 1

    for _ in range(pending):
        env.process(holder())
    while env.peek() == 0:  # every process up to its first timeout
        env.step()
    start = time.perf_counter()
    env.run(until=count / pending)
    seconds = time.perf_counter() - start
    print("hold_%d" % pending, done[0], seconds, "")


mm1()
for population, holds in HOLDS.items():
    hold(population, holds)
sys.stdout.flush()
