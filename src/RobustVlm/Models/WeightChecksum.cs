using System.Security.Cryptography;
using System.Text;
using RobustVlm.Engine;
using static TorchSharp.torch;

namespace RobustVlm.Models;

/// <summary>One short text that tells whether weights are the same to the last bit.</summary>
public static class WeightChecksum
{
    /// <summary>The checksum of a model's weights and buffers, whatever device they are on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="include">Which names count; null takes all.</param>
    /// <returns>SHA-256 in 64 small hexadecimal digits over names, types, shapes and numbers, in alphabetical order of the names.</returns>
    public static string Of(nn.Module model, Func<string, bool>? include = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Of(model.state_dict().Where(entry => include?.Invoke(entry.Key) != false).Select(entry => (entry.Key, entry.Value)));
    }

    internal static string Of(IEnumerable<(string Name, Tensor Value)> weights)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, value) in weights.OrderBy(weight => weight.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {value.dtype} [{string.Join(',', value.shape)}]\n"));
            TensorBytes.Read(value, hash.AppendData);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
