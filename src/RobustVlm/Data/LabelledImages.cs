using static TorchSharp.torch;

namespace RobustVlm.Data;

/// <summary>Images in memory with one class each, divided into a part to learn from and a part to test on.</summary>
/// <param name="Images">Float tensor [N, C, H, W], pixels in [0, 1].</param>
/// <param name="Labels">Long tensor [N], class indices in [0, K).</param>
/// <param name="Classes">Names of the K classes.</param>
/// <param name="Files">File name of each image, relative to the folder.</param>
/// <param name="IsTest">Whether each image belongs to the test part.</param>
/// <param name="Notes">What was left out or decided while reading, one sentence each.</param>
public sealed record LabelledImages(
    Tensor Images, Tensor Labels, IReadOnlyList<string> Classes, IReadOnlyList<string> Files, IReadOnlyList<bool> IsTest, IReadOnlyList<string> Notes) : IDisposable
{
    /// <summary>Number of images.</summary>
    public int Count => Files.Count;

    /// <summary>Number of images in the test part.</summary>
    public int TestCount => IsTest.Count(test => test);

    /// <summary>One part.</summary>
    /// <param name="test">Whether the test part is meant.</param>
    /// <returns>Float tensor [M, C, H, W], pixels in [0, 1], and Long tensor [M], class indices in [0, K).</returns>
    public (Tensor Images, Tensor Labels) Part(bool test)
    {
        using var chosen = tensor(Enumerable.Range(0, Count).Where(i => IsTest[i] == test).Select(i => (long)i).ToArray());
        return (Images.index_select(0, chosen), Labels.index_select(0, chosen));
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var perClass = Labels.data<long>().ToArray().GroupBy(label => label).OrderBy(group => group.Key).Select(group => $"{Classes[(int)group.Key]} {group.Count()}");
        return $"{Count} images ({Count - TestCount} to learn from, {TestCount} to test on): {string.Join(", ", perClass)}";
    }
}
