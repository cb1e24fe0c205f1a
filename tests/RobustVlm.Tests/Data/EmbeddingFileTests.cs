using RobustVlm.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RobustVlm.Tests.Data;

public sealed class EmbeddingFileTests : IDisposable
{
    // numpy.save of numpy.arange(6, dtype=numpy.float16).reshape(2, 3) and of numpy.array([[[0.5, -2.0]]]), by NumPy 1.24.2.
    private const string Half = "k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAA8AEAAQgBEAEU=";
    private const string Double = "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDEsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADgPwAAAAAAAADA";

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Arrays_that_numpy_wrote_are_read_whatever_their_precision()
    {
        Assert.True(EmbeddingFile.Read(Stored(Half)).SameAs(arange(6, dtype: ScalarType.Float32).view(2, 3)));
        Assert.True(EmbeddingFile.Read(Stored(Double)).SameAs(tensor(new[] { 0.5f, -2f }, [1, 1, 2])));
    }

    [Fact]
    public void What_is_written_is_read_and_computed_once()
    {
        var path = Path.Combine(_folder.FullName, "deeper", "x.npy");
        var calls = 0;
        Tensor Compute()
        {
            calls++;
            return arange(12, dtype: ScalarType.Float32).view(2, 2, 3);
        }

        var (first, second) = (EmbeddingFile.ReadOrCompute(path, Compute), EmbeddingFile.ReadOrCompute(path, Compute));

        Assert.Equal(1, calls);
        Assert.True(first.SameAs(Compute()));
        Assert.True(second.SameAs(first));
        Assert.Equal(0, (new FileInfo(path).Length - (12 * 4)) % 64);
        Assert.Single(Directory.GetFiles(Path.Combine(_folder.FullName, "deeper")));
    }

    [Fact]
    public void Files_that_are_no_embeddings_are_refused_in_one_sentence()
    {
        var cut = Path.Combine(_folder.FullName, "cut.npy");
        File.WriteAllBytes(cut, Convert.FromBase64String(Half)[..^2]);
        var infinite = Path.Combine(_folder.FullName, "infinite.npy");
        EmbeddingFile.Write(infinite, full([1, 2], float.PositiveInfinity));

        Assert.Contains("ends earlier", Assert.Throws<InvalidDataException>(() => EmbeddingFile.Read(cut)).Message, StringComparison.Ordinal);
        Assert.Contains("infinite or NaN", Assert.Throws<InvalidDataException>(() => EmbeddingFile.Read(infinite)).Message, StringComparison.Ordinal);
        Assert.Contains("numpy.save", Assert.Throws<FileNotFoundException>(() => EmbeddingFile.Read(Path.Combine(_folder.FullName, "none.npy"))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => EmbeddingFile.Write(cut, zeros([3])));
    }

    private string Stored(string base64)
    {
        var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.npy");
        File.WriteAllBytes(path, Convert.FromBase64String(base64));
        return path;
    }
}
