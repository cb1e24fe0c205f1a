"""One small operator each, as in Figures/TensorFigures.cs."""
import torch

import sampling
from bench import figure


@figure("add")
def add():
    a, b = torch.ones(1), torch.ones(1)

    def work(n):
        for _ in range(n):
            a + b
    return sampling.short(work)


@figure("add-inplace")
def add_inplace():
    a, b = torch.ones(1), torch.zeros(1)

    def work(n):
        for _ in range(n):
            a.add_(b)
    return sampling.short(work)


@figure("add-scalar")
def add_scalar():
    a = torch.ones(1)

    def work(n):
        for _ in range(n):
            a + 1.0
    return sampling.short(work)


@figure("shape")
def shape():
    a = torch.ones(2, 3, 4)

    def work(n):
        for _ in range(n):
            a.shape
    return sampling.short(work)


@figure("item")
def item():
    a = torch.ones(1)

    def work(n):
        for _ in range(n):
            a.item()
    return sampling.short(work)


@figure("zeros")
def zeros():
    def work(n):
        for _ in range(n):
            torch.zeros(1)
    return sampling.short(work)


@figure("cat")
def cat():
    parts = [torch.ones(1), torch.ones(1)]

    def work(n):
        for _ in range(n):
            torch.cat(parts, 0)
    return sampling.short(work)


@figure("linear")
def linear():
    layer, x = torch.nn.Linear(32, 32), torch.ones(32, 32)

    def work(n):
        with torch.no_grad():
            for _ in range(n):
                layer(x)
    return sampling.short(work)


@figure("error")
def error():
    a, b = torch.ones(2, 3), torch.ones(4, 5)

    def work(n):
        for _ in range(n):
            try:
                a.mm(b)
            except RuntimeError:
                pass
    return sampling.short(work)


@figure("start-up")
def start_up():
    def sample():
        torch.ones(1) + torch.ones(1)
        return 0
    return sample
