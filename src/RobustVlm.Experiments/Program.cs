using RobustVlm.Experiments;
using RobustVlm.Experiments.Commands;
using RobustVlm.Experiments.Criteria;
using RobustVlm.Experiments.Sweeps;

return await CommandLine.RunAsync(args, SweepCatalog.All, CriteriaCatalog.All, scale => Lab.Open(scale));
