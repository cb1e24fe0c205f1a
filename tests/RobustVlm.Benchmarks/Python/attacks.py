"""Attacks, as in Figures/AttackFigures.cs: the same network, pictures and budget, under torchattacks and AutoAttack.

The folder named by ROBUSTVLM_BENCH_REFERENCE holds the two packages' sources, in folders of any names; without it these
figures are not measured. Weights and pictures come from the folder named by ROBUSTVLM_BENCH_ATTACKS, which the other side fills.
"""
import glob
import importlib
import json
import os
import struct
import sys
import types
from time import perf_counter

import torch
from torch import nn
from torch.nn import functional as F

from bench import figure

REFERENCE = os.environ.get("ROBUSTVLM_BENCH_REFERENCE", "")
PROBLEM = os.environ.get("ROBUSTVLM_BENCH_ATTACKS", "")


def package(name):
    """Imports a package from the reference folder; parts of it that need what is missing here are not used."""
    for path in glob.glob(os.path.join(REFERENCE, "**", name, "__init__.py"), recursive=True):
        sys.path.insert(0, os.path.dirname(os.path.dirname(path)))
        break
    for missing in ("scipy", "scipy.stats", "scipy.optimize", "scipy._lib", "scipy._lib._util"):
        try:
            importlib.import_module(missing)
        except ImportError:
            sys.modules[missing] = types.ModuleType(missing)
            sys.modules[missing].__getattr__ = lambda _: None
    return importlib.import_module(name)


def safetensors(folder):
    with open(os.path.join(folder, "model.safetensors"), "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        header, content = json.loads(file.read(length)), file.read()
    return {
        name: torch.frombuffer(bytearray(content[slice(*entry["data_offsets"])]), dtype={"F16": torch.float16, "F32": torch.float32, "I64": torch.int64}[entry["dtype"]])
        .view(entry["shape"]) for name, entry in header.items() if name != "__metadata__"}


class VisionTransformer(nn.Module):
    """The mini ViT: 48-pixel pictures, patches of 8, width 128, four heads, the class token's head."""

    def __init__(self, weights):
        super().__init__()
        self.weights = nn.ParameterDict({name.replace(".", "_"): nn.Parameter(value.float()) for name, value in weights.items()})
        self.depth = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blocks."))

    def get(self, name):
        return self.weights[name + "_weight"], self.weights[name + "_bias"]

    def norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], *self.get(name), eps=1e-6)

    def attention(self, name, x):
        batch, tokens, width = x.shape
        q, k, v = F.linear(x, *self.get(name + "_qkv")).view(batch, tokens, 3, 4, width // 4).permute(2, 0, 3, 1, 4)
        scores = (q * (width // 4) ** -0.5) @ k.transpose(-2, -1)
        return F.linear((scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, tokens, width), *self.get(name + "_proj"))

    def forward(self, images):
        x = F.conv2d((images - 0.5) / 0.5, *self.get("patch_embed_proj"), stride=8).flatten(2).transpose(1, 2)
        x = torch.cat([self.weights["cls_token"].expand(len(x), -1, -1), x], 1) + self.weights["pos_embed"]
        for i in range(self.depth):
            name = f"blocks_{i}"
            x = x + self.attention(name + "_attn", self.norm(name + "_norm1", x))
            x = x + F.linear(F.gelu(F.linear(self.norm(name + "_norm2", x), *self.get(name + "_mlp_fc1"))), *self.get(name + "_mlp_fc2"))
        return F.linear(self.norm("norm", x)[:, 0], *self.get("head"))


def problem(count):
    weights = safetensors(PROBLEM)
    images, labels = weights.pop("bench.images")[:count].float(), weights.pop("bench.labels")[:count]
    epsilon = weights.pop("bench.epsilon").item()
    return VisionTransformer(weights).eval(), images, labels, epsilon


class Autocast(nn.Module):
    """The network in bfloat16, logits in float32."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, images):
        with torch.autocast("cpu", torch.bfloat16):
            return self.model(images).float()


def right(model, images, labels):
    with torch.no_grad():
        return (model(images).argmax(1) == labels).float().mean().item()


def timed(name, count, make, unit):
    """Two figures from one run: its time, and what share of the pictures is still right."""
    last = []

    def prepare(brief):
        model, images, labels, epsilon = problem(count)
        attack = make(Autocast(model) if brief else model, epsilon)
        torch.autograd.grad(model(images.clone().requires_grad_()).sum(), list(model.parameters()))  # warm, as the other side

        def sample():
            torch.manual_seed(1)
            start = perf_counter()
            attacked = attack(images, labels)
            seconds = perf_counter() - start
            last[:] = [right(model, attacked, labels)]
            return unit(seconds)
        return sample

    tuned = len(sys.argv) > 1  # nobody gets bfloat16 without asking
    figure(name)(lambda: prepare(False))
    figure(name + "-bf16")(lambda: prepare(tuned))
    for both in (name, name + "-bf16"):
        figure(both + "-right")(lambda: lambda: last[0])


def pgd(model, epsilon):
    return package("torchattacks").PGD(model, eps=epsilon, alpha=epsilon / 4, steps=20, random_start=True)


def auto_attack(model, epsilon):
    attack = package("autoattack").AutoAttack(model, norm="Linf", eps=epsilon, version="standard", seed=1, verbose=False, device="cpu")
    return lambda images, labels: attack.run_standard_evaluation(images, labels, bs=len(images))


if REFERENCE and PROBLEM:
    timed("attacks-pgd20", 64, pgd, lambda seconds: 64 / seconds)
    timed("attacks-auto", 24, auto_attack, lambda seconds: seconds)
