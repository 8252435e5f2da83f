using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The stream of requests as a handler sees it.</summary>
internal sealed class RequestReader<T>(RequestInput input, Func<DeserializationContext, T> deserializer) : IAsyncStreamReader<T>
    where T : class
{
    private static readonly Task<bool> True = Task.FromResult(true);
    private static readonly Task<bool> False = Task.FromResult(false);

    private T? _current;
    private bool _ended;

    public T Current => _current ?? throw new InvalidOperationException("There is no current message: MoveNext has not returned true.");

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (_ended)
            return False;
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<bool>(cancellationToken);

        _current = null;
        try
        {
            if (input.TryTake(deserializer, out _current))
                return True;
        }
        catch (Exception ex)
        {
            return Task.FromException<bool>(ex);
        }

        return WaitAsync(cancellationToken);
    }

    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.CanBeCanceled
            ? cancellationToken.UnsafeRegister(static state => ((RequestInput)state!).CancelRead(), input)
            : default;
        do
        {
            if (!await input.FillAsync(cancellationToken))
            {
                _ended = true;
                return false;
            }
        }
        while (!input.TryTake(deserializer, out _current));

        return true;
    }
}
