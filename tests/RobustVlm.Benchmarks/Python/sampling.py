"""The rule for a sample, the same on all sides (Figures/Sampling.cs): the fastest of many batches."""
from time import perf_counter


def short(work):
    """Seconds per call of something quick; work(n) does it n times."""
    calls = 0

    def sample():
        nonlocal calls
        if calls == 0:
            calls = calibrate(work)
        return fastest(lambda: work(calls), 0.1, 10) / calls
    return sample


def long(work):
    """Seconds per call of something that takes milliseconds or more."""
    warm = False

    def sample():
        nonlocal warm
        if not warm:
            warm = True
            work()
            work()
        return fastest(work, 0.6, 3)
    return sample


def calibrate(work):
    end = perf_counter() + 0.2
    calls = 1
    while perf_counter() < end:
        start = perf_counter()
        work(calls)
        seconds = max(perf_counter() - start, 1e-9)
        calls = max(1, int(min(calls * 4, calls * 2e-3 / seconds)))
    return calls


def fastest(batch, seconds, at_least):
    best = float("inf")
    end = perf_counter() + seconds
    count = 0
    while count < at_least or perf_counter() < end:
        count += 1
        start = perf_counter()
        batch()
        best = min(best, perf_counter() - start)
    return best
