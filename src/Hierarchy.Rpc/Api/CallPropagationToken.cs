namespace Grpc.Core;

/// <summary>Deadline and token of a call that is being served.</summary>
internal sealed class CallPropagationToken(DateTime? deadline, CancellationToken cancellationToken) : ContextPropagationToken
{
    public DateTime? Deadline { get; } = deadline;

    public CancellationToken CancellationToken { get; } = cancellationToken;
}
