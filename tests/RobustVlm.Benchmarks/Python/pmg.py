"""A training step of PMG-AFT, as in Figures/PmgFigures.cs: the same network, pictures and passes, in plain PyTorch, always in float32.

Weights, pictures and class vectors come from the folder named by ROBUSTVLM_BENCH_PMG, which the other side fills.
"""
import copy
import os
from time import perf_counter

import torch
from torch import nn
from torch.nn import functional as F

from attacks import safetensors
from bench import figure
from models import Block

PROBLEM = os.environ.get("ROBUSTVLM_BENCH_PMG", "")
STEPS, EPSILON = 12, 1 / 255


class Encoder(nn.Module):
    """The mini CLIP's image encoder: patches of 8, four heads."""

    def __init__(self, weights):
        super().__init__()
        own = {name.replace("transformer.resblocks", "blocks").replace("in_proj_", "qkv.").replace("out_proj", "out").replace("mlp.c_fc", "fc").replace("mlp.c_proj", "proj"): value.float()
               for name, value in weights.items()}
        width = own["class_embedding"].numel()
        self.conv1 = nn.Conv2d(3, width, 8, 8, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(torch.empty_like(own["positional_embedding"]))
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.blocks = nn.Sequential(*(Block(width, 4) for _ in range(sum(name.endswith("ln_1.bias") for name in own))))
        self.proj = nn.Parameter(torch.empty_like(own["proj"]))
        self.load_state_dict(own)

    def forward(self, images):
        x = self.conv1((images - 0.5) / 0.25).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_embedding.expand(len(x), 1, -1), x], 1) + self.positional_embedding
        return self.ln_post(self.blocks(self.ln_pre(x))[:, 0]) @ self.proj


def train():
    """The shortest step of a run, and the last loss."""
    weights = safetensors(PROBLEM)
    images, labels, classes, scale = (weights.pop("bench." + name) for name in ("images", "labels", "classes", "scale"))
    student = Encoder(weights)
    teacher = copy.deepcopy(student).requires_grad_(False)
    optimizer = torch.optim.SGD(student.parameters(), 1e-3, momentum=0.9)
    torch.manual_seed(1)

    def logits(model, x):
        return scale * F.normalize(model(x), dim=1) @ classes.t()

    def divergence(target, answer):
        return F.kl_div(answer.log_softmax(1), target.softmax(1), reduction="batchmean")

    times = []
    for _ in range(STEPS):
        start = perf_counter()
        delta = torch.empty_like(images).uniform_(-EPSILON, EPSILON)
        delta = torch.clamp(images + delta, 0, 1) - images
        for _ in range(2):
            delta.requires_grad_()
            gradient, = torch.autograd.grad(F.cross_entropy(logits(student, images + delta), labels), delta)
            delta = (delta.detach() + EPSILON * gradient.sign()).clamp(-EPSILON, EPSILON)
            delta = torch.clamp(images + delta, 0, 1) - images
        attacked = images + delta
        adversarial, clean = logits(student, attacked), logits(student, images)
        with torch.no_grad():
            original = logits(teacher, attacked)
        loss = F.cross_entropy(adversarial, labels) + divergence(original, adversarial) + divergence(clean, adversarial)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
        times.append(perf_counter() - start)
    return min(times[2:]), loss.item()


def memory():
    train()
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


if PROBLEM:
    for name in ("pmg-step", "pmg-step-f32"):
        figure(name)(lambda: lambda: train()[0])
    for name in ("pmg-loss", "pmg-loss-f32"):
        figure(name)(lambda: lambda: train()[1])
    figure("pmg-memory")(lambda: memory)
