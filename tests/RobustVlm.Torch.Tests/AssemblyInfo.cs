using Xunit;

// libtorch already uses every core, and live-tensor counts are per process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
