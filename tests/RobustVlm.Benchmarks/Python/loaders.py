"""Reading files into batches, as in Figures/LoaderFigures.cs: PIL in a DataLoader with two workers."""
import os
import tempfile

import numpy
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

import sampling
from bench import figure

IMAGES, BATCH, SIZE = 128, 32, 224


class Files(Dataset):
    def __init__(self, folder, ending):
        self.paths = [os.path.join(folder, f"{i}.{ending}") for i in range(IMAGES)]

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        image = Image.open(self.paths[index]).convert("RGB")
        width, height = image.size
        shorter = min(width, height)
        width, height = SIZE * width // shorter, SIZE * height // shorter
        image = image.resize((width, height), Image.BICUBIC)
        left, top = round((width - SIZE) / 2), round((height - SIZE) / 2)
        image = image.crop((left, top, left + SIZE, top + SIZE))
        return torch.from_numpy(numpy.array(image)).permute(2, 0, 1).contiguous().div(255), 0


def folder(ending, height, width, channels):
    """The same files as the other side's; whoever comes first writes them."""
    path = os.path.join(tempfile.gettempdir(), f"robustvlm-bench-{ending}-1")
    table = os.path.join(path, "images.csv")
    if os.path.exists(table):
        return path
    os.makedirs(path, exist_ok=True)
    y, x, c = (numpy.arange(n) for n in (height, width, channels))
    y, x, c = y[:, None, None], x[None, :, None], c[None, None, :]
    for i in range(IMAGES):
        image = 110 + 50 * numpy.sin(x / 9 + i) + 50 * numpy.cos(y / 13 + 2 * i + c) + (7 * x + 13 * y + 29 * i) % 32
        pixels = image.clip(0, 255).astype(numpy.uint8)
        Image.fromarray(pixels if channels == 3 else pixels[:, :, 0]).save(os.path.join(path, f"{i}.{ending}"), quality=95)
    with open(table, "w") as lines:
        lines.write("image,label\n" + "".join(f"{i}.{ending},x\n" for i in range(IMAGES)))
    return path


def loader(*what):
    batches = DataLoader(Files(folder(*what), what[0]), batch_size=BATCH, num_workers=2, persistent_workers=True)

    def epoch():
        for _ in batches:
            pass
    sample = sampling.long(epoch)
    return lambda: IMAGES / sample()


@figure("loader-jpeg")
def jpeg():
    return loader("jpg", 480, 640, 3)


@figure("loader-png")
def png():
    return loader("png", 512, 512, 1)
