using System.Globalization;
using RobustVlm.Torch.Interop;
using RobustVlm.Torch.Tests.Safety.Fuzz;

namespace RobustVlm.Torch.Tests.Safety;

/// <summary>What the assembly does when started as a process of its own: the part of a test that may crash.</summary>
internal static class Program
{
    // What the binding's own allocator leaves behind every tensor.
    private const long Slack = 256;

    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["fuzz", var group, var seed, var from, var to, var folder, .. var skipped]:
                var targets = group == "operators" ? FuzzTarget.Operators() : FuzzTarget.PublicMethods();
                var first = Number(from);
                NativeMethods.EnsureLoaded();
                NativeError.Check(NativeMethods.rvt_fence_for_test(Slack));
                using (var fuzzer = new Fuzzer(targets, (int)Number(seed), folder, [.. skipped]))
                {
                    fuzzer.Run(first, Number(to) < 0 ? first + 1 : Number(to) * targets.Count);
                }

                return 0;
            case ["targets", var group]:
                Console.WriteLine(string.Join('\n', (group == "operators" ? FuzzTarget.Operators() : FuzzTarget.PublicMethods()).Select(target => $"{target.Name}\t{target.Method}")));
                return 0;
            case ["stress", var family, var runs, var calls]:
                for (var run = 0; run < Number(runs); run++)
                {
                    using var collector = new CollectorStress();
                    for (var i = 0; i < Number(calls); i++)
                    {
                        OperatorFamilies.All[family]();
                    }
                }

                return 0;
            case ["leak", var loop, var steps]:
                LeakLoops.Measure(loop, Number(steps));
                return 0;
            case ["exit", var state]:
                Exits.Prepare(state);
                return 0;
            case ["exports"]:
                NativeExports.CallAll();
                return 0;
            case ["campaign", var group, var seed, var rounds]:
                var campaign = FuzzCampaign.Run(group, (int)Number(seed), (int)Number(rounds));
                Console.WriteLine(campaign);
                return campaign.Findings.Count == 0 ? 0 : 1;
            default:
                Console.Error.WriteLine("This assembly holds tests; run them with 'dotnet test'.");
                return 2;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
