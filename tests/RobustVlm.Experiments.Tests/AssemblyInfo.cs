using Xunit;

// libtorch already uses every core.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
