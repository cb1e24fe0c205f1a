using Xunit;

// Each test class starts kernels of its own; side by side they would only slow one another down.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
