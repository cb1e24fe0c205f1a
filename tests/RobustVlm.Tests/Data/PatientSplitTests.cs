using RobustVlm.Data;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data;

public sealed class PatientSplitTests
{
    [Fact]
    public void No_patient_is_in_two_parts_and_no_image_is_lost()
    {
        using var random = new Generator(1);
        var patients = Enumerable.Range(0, 200).Select(i => $"patient {i * 7 % 60}").ToArray();

        var split = PatientSplit.Create(patients, 0.2, 0.3, random);

        var train = split.Train.Select(i => patients[i]).Distinct().ToArray();
        var validation = split.Validation.Select(i => patients[i]).Distinct().ToArray();
        var test = split.Test.Select(i => patients[i]).Distinct().ToArray();
        Assert.Equal((30, 12, 18), (train.Length, validation.Length, test.Length));
        Assert.Equal(60, train.Union(validation).Union(test).Count());
        Assert.Equal(Enumerable.Range(0, 200), split.Train.Concat(split.Validation).Concat(split.Test).Order());
    }

    [Fact]
    public void Same_seed_gives_the_same_parts()
    {
        long[] patients = [.. Enumerable.Range(0, 50).Select(i => (long)i)];

        var first = PatientSplit.Create(patients, 0, 0.5, new Generator(2));
        var second = PatientSplit.Create(patients, 0, 0.5, new Generator(2));
        var other = PatientSplit.Create(patients, 0, 0.5, new Generator(3));

        Assert.Equal(first.Test, second.Test);
        Assert.NotEqual(first.Test, other.Test);
        Assert.Empty(first.Validation);
    }

    [Fact]
    public void Small_shares_get_a_patient()
    {
        var split = PatientSplit.Create(new[] { 1, 1, 2, 3 }, 0.01, 0.01, new Generator(4));

        Assert.NotEmpty(split.Validation);
        Assert.NotEmpty(split.Test);
        Assert.NotEmpty(split.Train);
    }

    [Fact]
    public void Impossible_splits_are_refused_in_words()
    {
        using var random = new Generator(5);

        Assert.Contains("too few", Assert.Throws<ArgumentException>(() => PatientSplit.Create(new[] { 1, 1, 2 }, 0.1, 0.1, random)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => PatientSplit.Create(new[] { 1, 2, 3 }, 0.5, 0.5, random));
        Assert.Throws<ArgumentOutOfRangeException>(() => PatientSplit.Create(new[] { 1, 2, 3 }, -0.1, 0.5, random));
        Assert.Throws<ArgumentOutOfRangeException>(() => PatientSplit.Create(new[] { 1, 2, 3 }, double.NaN, 0.5, random));
    }
}
