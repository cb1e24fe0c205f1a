// The C++ side: the same questions and answers as the other sides (Running/Server.cs), the same rule for a sample
// (Figures/Sampling.cs).
#pragma once

#include <functional>
#include <string>

namespace bench {

// Takes one sample, in seconds or FLOP/s.
using Sample = std::function<double()>;

// Makes a figure known; `prepare` runs once, when the figure is first asked for.
struct Figure {
  Figure(const std::string& name, std::function<Sample()> prepare);
};

// Seconds per call of something that takes less than about a millisecond.
Sample quick(std::function<void(int)> work);

extern int threads;

}  // namespace bench
