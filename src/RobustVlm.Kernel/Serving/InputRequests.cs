using System.Collections.Concurrent;
using RobustVlm.Kernel.Protocol;

namespace RobustVlm.Kernel.Serving;

/// <summary>The questions to the user that wait for an answer.</summary>
internal sealed class InputRequests
{
    private readonly BlockingCollection<Message> _answers = [];
    private readonly Lock _oneAtATime = new();

    /// <summary>Takes an input_reply.</summary>
    public void OnReply(Message reply) => _answers.Add(reply);

    /// <summary>Sends a question and waits for its answer.</summary>
    /// <exception cref="OperationCanceledException">The cell was interrupted.</exception>
    public string Ask(Func<Message> send, CancellationToken cancellationToken)
    {
        lock (_oneAtATime)
        {
            while (_answers.TryTake(out _))
            {
                // An answer to a question that was interrupted.
            }

            var question = send();
            while (true)
            {
                var answer = _answers.Take(cancellationToken);
                if (answer.ParentId.Length == 0 || answer.ParentId == question.Id)
                {
                    return answer.Content["value"]?.ToString() ?? "";
                }
            }
        }
    }
}
