"""The Python side: the same questions and answers as the other sides (Running/Server.cs).

Without an argument PyTorch runs as installed; with a number of threads it gets the settings this library makes, whose
environment variables the caller has set.
"""
import ctypes
import importlib
import sys

FIGURES = {}


def figure(name):
    """Makes a figure known; the function sets the work up and returns a function that takes one sample."""
    def keep(prepare):
        FIGURES[name] = prepare
        return prepare
    return keep


def main():
    answers, sys.stdout = sys.stdout, sys.stderr
    import torch
    if len(sys.argv) > 1:
        threads = int(sys.argv[1])
        torch.set_num_threads(threads)
        try:
            ctypes.CDLL("libopenblas.so.0").openblas_set_num_threads(threads)
        except (OSError, AttributeError):
            pass  # another BLAS
    prepared = {}
    for line in sys.stdin:
        name = line.strip()
        if not FIGURES:
            for module in ("tensors", "steps", "kernels", "models", "loaders", "attacks", "pmg"):
                importlib.import_module(module)
        try:
            if name not in FIGURES:
                print("none", file=answers, flush=True)
                continue
            if name not in prepared:
                prepared[name] = FIGURES[name]()
            print(f"ok {prepared[name]()!r}", file=answers, flush=True)
        except Exception as e:
            print(f"error {type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}", file=answers, flush=True)


if __name__ == "__main__":
    sys.modules["bench"] = sys.modules["__main__"]
    main()
