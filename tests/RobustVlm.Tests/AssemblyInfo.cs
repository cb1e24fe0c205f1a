using Xunit;

// libtorch already uses every core, and several tests count live tensors.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
