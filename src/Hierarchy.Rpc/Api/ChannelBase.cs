namespace Grpc.Core;

/// <summary>A channel to a server: the origin of call invokers.</summary>
public abstract class ChannelBase
{
    /// <summary>Creates a channel to the target.</summary>
    protected ChannelBase(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    /// <summary>The name of the server.</summary>
    public string Target { get; }

    /// <summary>Creates an invoker of calls over this channel.</summary>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Ends the channel.</summary>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <summary>Ends the channel; the base class has nothing to end.</summary>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
