// The work of `dgsim bench engine`, as the C++ peers share it: draws, counts and the line they print.
#ifndef PEER_HPP
#define PEER_HPP

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

constexpr double LOAD = 0.9; // of the M/M/1, with mean service 1 s

// Exponential delays in seconds.
class Draw
{
  public:
    double operator()(double rate)
    {
        return exponential(generator) / rate;
    }

  private:
    std::mt19937_64 generator{1};
    std::exponential_distribution<double> exponential{1.0};
};

// Number in the system, over time.
class Level
{
  public:
    long present = 0;

    void change(double now, int by)
    {
        area += static_cast<double>(present) * (now - changed);
        changed = now;
        present += by;
    }
    double mean() const
    {
        return area / changed;
    }

  private:
    double area = 0, changed = 0;
};

class Stopwatch
{
  public:
    double seconds() const
    {
        return std::chrono::duration<double>(clock::now() - begin).count();
    }

  private:
    using clock = std::chrono::steady_clock;
    clock::time_point begin = clock::now();
};

// name, events, seconds, and for the M/M/1 the mean number in the system
inline void report(const char *name, long events, double seconds, double mean = -1)
{
    std::printf("%s %ld %.6f", name, events, seconds);
    if (mean >= 0)
        std::printf(" %.4f", mean);
    std::printf("\n");
    std::fflush(stdout);
}

#endif
