namespace Grpc.Core;

/// <summary>The part that the four call objects share. Delegates with a state spare a closure per call.</summary>
internal readonly struct AsyncCallState
{
    private readonly object _headers;
    private readonly Delegate _getStatus;
    private readonly Delegate _getTrailers;
    private readonly Delegate _dispose;
    private readonly object? _state;

    public AsyncCallState(Task<Metadata> headers, Func<Status> getStatus, Func<Metadata> getTrailers, Action dispose)
    {
        (_headers, _getStatus, _getTrailers, _dispose, _state) = (headers, getStatus, getTrailers, dispose, null);
    }

    public AsyncCallState(
        Func<object, Task<Metadata>> headers, Func<object, Status> getStatus, Func<object, Metadata> getTrailers, Action<object> dispose, object state)
    {
        (_headers, _getStatus, _getTrailers, _dispose, _state) = (headers, getStatus, getTrailers, dispose, state);
    }

    public Task<Metadata> ResponseHeadersAsync()
        => _state is null ? (Task<Metadata>)_headers : ((Func<object, Task<Metadata>>)_headers)(_state);

    public Status GetStatus() => _state is null ? ((Func<Status>)_getStatus)() : ((Func<object, Status>)_getStatus)(_state);

    public Metadata GetTrailers() => _state is null ? ((Func<Metadata>)_getTrailers)() : ((Func<object, Metadata>)_getTrailers)(_state);

    public void Dispose()
    {
        if (_state is null)
            ((Action)_dispose)();
        else
            ((Action<object>)_dispose)(_state);
    }
}
