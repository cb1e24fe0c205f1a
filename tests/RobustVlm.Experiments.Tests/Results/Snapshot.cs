using System.Runtime.CompilerServices;
using Xunit.Sdk;

namespace RobustVlm.Experiments.Tests.Results;

/// <summary>Compares text with the file <c>Class.Test.verified.txt</c> beside the test.</summary>
internal static class Snapshot
{
    /// <summary>Fails with the first difference and leaves what was received beside the verified file.</summary>
    public static void Match(string actual, [CallerFilePath] string source = "", [CallerMemberName] string test = "")
    {
        var stem = Path.Combine(Path.GetDirectoryName(source)!, $"{Path.GetFileNameWithoutExtension(source)}.{test}");
        var (verified, received) = (stem + ".verified.txt", stem + ".received.txt");
        var expected = File.Exists(verified) ? Lines(File.ReadAllText(verified)) : [];
        var got = Lines(actual);
        if (File.Exists(verified) && expected.SequenceEqual(got))
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, string.Join('\n', got) + "\n");
        throw new XunitException(File.Exists(verified)
            ? Difference(expected, got, received)
            : $"There is no {verified} yet; look at {received} and rename it when it is right.");
    }

    private static string Difference(string[] expected, string[] got, string received)
    {
        var line = expected.Zip(got).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"Line {line + 1} of the snapshot differs; all of it is in {received}.\n"
            + $"- {expected.ElementAtOrDefault(line) ?? "(end)"}\n"
            + $"+ {got.ElementAtOrDefault(line) ?? "(end)"}";
    }

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}
