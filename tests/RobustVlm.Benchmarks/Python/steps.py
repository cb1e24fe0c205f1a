"""Training steps of one small layer, as in Figures/StepFigures.cs."""
import torch

import sampling
from bench import figure


def step(make):
    layer = torch.nn.Linear(32, 32)
    optimizer = make(layer.parameters())
    x, y = torch.randn(32, 32), torch.randn(32, 32)

    def work(n):
        for _ in range(n):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(layer(x), y)
            loss.backward()
            optimizer.step()
    return sampling.short(work)


@figure("sgd-step")
def sgd():
    return step(lambda parameters: torch.optim.SGD(parameters, 1e-3))


@figure("adam-step")
def adam():
    return step(lambda parameters: torch.optim.Adam(parameters, 1e-3))
