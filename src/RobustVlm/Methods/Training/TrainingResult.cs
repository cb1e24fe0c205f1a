namespace RobustVlm.Methods.Training;

/// <summary>Curves of a finished training.</summary>
/// <param name="Losses">Loss of every step.</param>
/// <param name="Terms">Further numbers of every step by name, as many as losses; what <see cref="TrainingStep.Record(string, double)"/> was given.</param>
/// <param name="Average">Running mean of the weights; null when none was asked for. Belongs to the caller.</param>
/// <param name="ResumedAt">Steps that an earlier, interrupted run had finished; 0 for a run in one go.</param>
public sealed record TrainingResult(
    IReadOnlyList<double> Losses, IReadOnlyDictionary<string, IReadOnlyList<double>> Terms, WeightAverage? Average, int ResumedAt) : IDisposable
{
    /// <summary>Frees the running mean.</summary>
    public void Dispose() => Average?.Dispose();

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{Losses.Count} steps, loss {Losses[0]:0.000} to {Losses.TakeLast(20).Average():0.000}");
}
