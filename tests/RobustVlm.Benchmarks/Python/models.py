"""Whole pieces, as in Figures/ModelFigures.cs and Figures/ProcessFigures.cs: the same layers, sizes and operators."""
import contextlib

import torch
from torch import nn
from torch.nn import functional as F

import sampling
from bench import figure


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        scores = (q * (width / self.heads) ** -0.5) @ k.transpose(-2, -1)
        mixed = F.softmax(scores, -1) @ v
        return self.out(mixed.transpose(1, 2).reshape(batch, tokens, width))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attn = Attention(width, heads)
        self.ln_1 = nn.LayerNorm(width)
        self.fc = nn.Linear(width, 4 * width)
        self.proj = nn.Linear(4 * width, width)
        self.ln_2 = nn.LayerNorm(width)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.proj(F.gelu(self.fc(self.ln_2(x))))


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(1, 64, 8, 8)
        self.blocks = nn.Sequential(*(Block(64, 4) for _ in range(4)))
        self.head = nn.Linear(64, 10)

    def forward(self, images):
        return self.head(self.blocks(self.patches(images).flatten(2).transpose(1, 2)).mean(1))


def autocast(dtype):
    return torch.autocast("cpu", dtype) if dtype == torch.bfloat16 else contextlib.nullcontext()


def step(width, heads, tokens, batch, dtype, make=torch.optim.SGD):
    block = Block(width, heads)
    optimizer = make(block.parameters(), 1e-4)
    x = torch.randn(batch, tokens, width)

    def work():
        optimizer.zero_grad()
        with autocast(dtype):
            y = block(x)
        y.float().square().mean().backward()
        optimizer.step()
    return work


def forward(dtype):
    block, x = Block(768, 12), torch.randn(8, 197, 768)

    def work():
        with torch.no_grad(), autocast(dtype):
            block(x)
    return sampling.long(work)


figure("vit-forward-f32")(lambda: forward(torch.float32))
figure("vit-forward-bf16")(lambda: forward(torch.bfloat16))
figure("vit-train-f32")(lambda: sampling.long(step(768, 12, 197, 8, torch.float32)))
figure("vit-train-bf16")(lambda: sampling.long(step(768, 12, 197, 8, torch.bfloat16)))
figure("tiny-train-f32")(lambda: sampling.long(step(64, 4, 65, 64, torch.float32)))
figure("tiny-train-bf16")(lambda: sampling.long(step(64, 4, 65, 64, torch.bfloat16)))


@figure("pgd-10")
def pgd():
    model = Classifier()
    images, labels = torch.rand(16, 1, 64, 64), torch.zeros(16, dtype=torch.int64)
    epsilon, size, steps = 8 / 255, 2 / 255, 10

    def losses_of(x):
        return F.cross_entropy(model(x), labels, reduction="none")

    def keep(best, points, losses):
        better = losses > best[1]
        best[0] = torch.where(better.view(-1, 1, 1, 1), points, best[0])
        best[1] = torch.where(better, losses, best[1])

    @torch.no_grad()
    def work():
        lower, upper = (images - epsilon).clamp_(0, 1), (images + epsilon).clamp_(0, 1)
        best = [images.clone(), torch.full((16,), float("-inf"))]
        x = images + torch.empty_like(images).uniform_(-epsilon, epsilon)
        x.clamp_(lower, upper)
        for _ in range(steps):
            with torch.enable_grad():
                pixels = x.detach().requires_grad_()
                losses = losses_of(pixels)
                gradient, = torch.autograd.grad(losses.sum(), pixels)
            if not torch.isfinite(gradient.sum()).item():
                raise ArithmeticError("the gradient is not finite")
            keep(best, x, losses.detach())
            x.add_(gradient.sign_().mul_(size)).clamp_(lower, upper)
        keep(best, x, losses_of(x))
    return sampling.long(work)


def peak_memory(dtype, make=torch.optim.SGD):
    def sample():
        work = step(768, 12, 197, 8, dtype, make)
        for _ in range(5):
            work()
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    return sample


figure("vit-memory-f32")(lambda: peak_memory(torch.float32))
figure("vit-memory-bf16")(lambda: peak_memory(torch.bfloat16))
figure("vit-memory-adam")(lambda: peak_memory(torch.float32, torch.optim.Adam))
