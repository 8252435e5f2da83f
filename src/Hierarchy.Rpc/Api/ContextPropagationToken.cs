namespace Grpc.Core;

/// <summary>What a call that is being served hands on to the calls that it makes; see <see cref="ServerCallContext.CreatePropagationToken" />.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}
