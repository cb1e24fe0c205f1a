"""Large operators, as in Figures/KernelFigures.cs."""
import torch

import sampling
from bench import figure


def rate(operations, work):
    def quiet():
        with torch.no_grad():
            work()
    sample = sampling.long(quiet)
    return lambda: operations / sample()


def product(size, dtype):
    a, b = torch.randn(size, size).to(dtype), torch.randn(size, size).to(dtype)
    return rate(2.0 * size ** 3, lambda: a.matmul(b))


@figure("matmul-1024")
def matmul_1024():
    return product(1024, torch.float32)


@figure("matmul-2048")
def matmul_2048():
    return product(2048, torch.float32)


@figure("matmul-bf16")
def matmul_bf16():
    return product(1024, torch.bfloat16)


@figure("conv-3x3")
def conv():
    x, w = torch.randn(8, 64, 56, 56), torch.randn(64, 64, 3, 3)
    return rate(2.0 * 8 * 64 * 64 * 56 * 56 * 9, lambda: torch.nn.functional.conv2d(x, w, padding=1))
